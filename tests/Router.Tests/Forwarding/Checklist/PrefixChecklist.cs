using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Ports;
using Router.Tests.Forwarding.Bed;
using Router.Tests.Forwarding.Gateways;
using Router.Wire;

namespace Router.Tests.Forwarding.Checklist;

/// <summary>R8 and X14: NPTv6 on the path (RFC 6296). The mapping itself is in <see cref="Translation.PrefixTranslationTests"/>.</summary>
public class PrefixChecklist
{
    private const string Pc = "fd00:10::5", Far = "2001:db8:9::1";

    internal static readonly PrefixTranslation ByOne = Between("2001:db8:101::/48"), ByTwo = Between("2001:db8:202::/48");

    private static string SeenByOne { get; } = Counterpart(ByOne, Pc);

    private static string SeenByTwo { get; } = Counterpart(ByTwo, Pc);

    [Theory]
    [InlineData(Protocol.Tcp), InlineData(Protocol.Udp), InlineData(Protocol.UdpLite), InlineData(Protocol.Dccp), InlineData(Protocol.Sctp)]
    [InlineData(Protocol.Icmp6), InlineData(Protocol.Gre), InlineData(Protocol.Esp), InlineData(Protocol.IpInIp), InlineData(253)]
    public void X14_Every_protocol_passes_both_ways_with_its_octets_unchanged(byte protocol)
    {
        using var bed = new PathBed(Translate);
        byte[] query = Packet(protocol, Pc, Far, isAnswer: false);
        Sent outside = bed.Pass(PathBed.Trusted, query);
        Assert.Equal((PathBed.One, SeenByOne, Far), (outside.Port, $"{outside.Read.Source}", $"{outside.Read.Destination}"));
        Assert.Equal(query[40..], outside.Octets[40..]);
        byte[] answer = Packet(protocol, Far, SeenByOne, isAnswer: true);
        Sent inside = bed.Pass(PathBed.One, answer);
        Assert.Equal((PathBed.Trusted, Far, Pc), (inside.Port, $"{inside.Read.Source}", $"{inside.Read.Destination}"));
        Assert.Equal(answer[40..], inside.Octets[40..]);
        Assert.Equal(0, bed.Forwarder.Mappings.Count);
    }

    [Theory]
    [InlineData(0x0000)]
    [InlineData(0xffff)]
    [InlineData(0x1234)]
    public void X14_A_checksum_is_left_as_it_is_the_two_zeros_and_wrong_ones_too(int sum)
    {
        using var bed = new PathBed(Translate) { LooksAtChecksums = false };
        byte[] query = Make.Tcp($"[{Pc}]:5000", $"[{Far}]:80", TcpFlags.Syn);
        (query[40 + 16], query[40 + 17]) = ((byte)(sum >> 8), (byte)sum);
        Assert.Equal(query[40..], bed.Pass(PathBed.Trusted, query).Octets[40..]);
        byte[] answer = Make.Tcp($"[{Far}]:80", $"[{SeenByOne}]:5000", TcpFlags.Syn | TcpFlags.Ack, 7, 1001);
        (answer[40 + 16], answer[40 + 17]) = ((byte)(sum >> 8), (byte)sum);
        Assert.Equal(answer[40..], bed.Pass(PathBed.One, answer).Octets[40..]);
    }

    [Fact]
    public void X14_An_unfinished_checksum_fits_the_new_address_as_it_fitted_the_old_one()
    {
        using var bed = new PathBed(Translate);
        byte[] query = Make.Udp($"[{Pc}]:5000", $"[{Far}]:80", 1200);
        Offload offload = Make.Unfinish(query);
        Assert.Equal(query[40..], bed.Pass(PathBed.Trusted, query, offload).Octets[40..]);
    }

    [Fact]
    public void X14_Pieces_in_any_order_are_translated_alike()
    {
        using var bed = new PathBed(Translate);
        byte[] whole = Make.Udp($"[{Pc}]:5000", $"[{Far}]:80", 3000);
        byte[][] pieces = Pieces.Break(whole, 1200, 77);
        Sent[] sent = [.. bed.Send(PathBed.Trusted, pieces[1]), .. bed.Send(PathBed.Trusted, pieces[2]), .. bed.Send(PathBed.Trusted, pieces[0])];
        byte[] joined = Assert.Single(Pieces.Join(sent.Select(piece => piece.Octets)));
        Assert.Equal((SeenByOne, Far), ($"{new Sent(PathBed.One, joined, default).Read.Source}", $"{new Sent(PathBed.One, joined, default).Read.Destination}"));
        Assert.Equal(whole[40..], joined[40..]);
    }

    [Fact]
    public void R8_The_subnet_of_ones_and_hosts_of_no_prefix_are_told_that_their_address_cannot_leave()
    {
        using var bed = new PathBed(draft =>
        {
            Translate(draft);
            draft.TrustedZone = draft.TrustedZone with { Networks = [new Prefix(Address.Parse("fd00:10::"), 48)] };
        });
        foreach ((PortId zone, string host) in (ReadOnlySpan<(PortId, string)>)[(PathBed.Trusted, "fd00:10:0:ffff::5"), (PathBed.Guest, "fd00:20::7")])
        {
            Sent told = Assert.Single(bed.Refuse(zone, Make.Udp($"[{host}]:5000", $"[{Far}]:80"), DropReason.SourceUnmapped));
            Assert.Equal((zone, Icmp6.DestinationUnreachable, Icmp6.SourcePolicyFailed), (told.Port, told.IcmpType, told.IcmpCode));
            Explanation said = bed.Forwarder.Explain(zone, Address.Parse(host), Protocol.Udp, Address.Parse(Far), 80);
            Assert.Equal((DropReason.SourceUnmapped, $"refused: {host} has no counterpart in the prefix of any usable link"), (said.Refusal, said.Verdict));
        }
    }

    [Fact]
    public void R8_An_identifier_of_ones_is_a_problem_of_the_source_where_the_identifier_is_adjusted()
    {
        using var bed = new PathBed(draft => draft.PrefixesOne = draft.PrefixesTwo = Between("2001:db8:101:7::/64", "fd00:10::/64"));
        Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, Make.Udp("[fd00:10::ffff:ffff:ffff:ffff]:5000", $"[{Far}]:80"), DropReason.SourceUnmapped));
        Assert.Equal((Icmp6.ParameterProblem, 0, 8u), (told.IcmpType, told.IcmpCode, told.IcmpRest));
    }

    [Fact]
    public void X14_I2_An_error_from_outside_reaches_the_host_in_its_own_words()
    {
        using var bed = new PathBed(Translate);
        byte[] query = Make.Udp($"[{Pc}]:5000", $"[{Far}]:33434");
        Sent outside = bed.Pass(PathBed.Trusted, query);
        Sent told = bed.Pass(PathBed.One, Make.Error("2001:db8:7::1", SeenByOne, Icmp6.TimeExceeded, 0, outside.Octets));
        Assert.Equal((PathBed.Trusted, "2001:db8:7::1", Pc), (told.Port, $"{told.Read.Source}", $"{told.Read.Destination}"));
        Assert.Equal(query, told.Quoted);
    }

    [Fact]
    public void X14_I4_An_error_from_inside_speaks_of_the_address_that_the_far_end_knows()
    {
        using var bed = new PathBed(Translate);
        Sent outside = bed.Pass(PathBed.Trusted, Make.Udp($"[{Pc}]:5000", $"[{Far}]:80"));
        byte[] answer = Make.Udp(outside.To, outside.From);
        Sent inside = bed.Pass(PathBed.One, answer);
        Sent told = bed.Pass(PathBed.Trusted, Make.Error(Pc, Far, Icmp6.DestinationUnreachable, Icmp6.PortUnreachable, inside.Octets));
        Assert.Equal((PathBed.One, SeenByOne, Far), (told.Port, $"{told.Read.Source}", $"{told.Read.Destination}"));
        Assert.Equal(answer, told.Quoted);
    }

    [Fact]
    public void R8_Strangers_reach_an_inside_host_by_its_counterpart_if_a_rule_for_that_host_lets_them()
    {
        using var bed = new PathBed(Translate);
        byte[] call = Make.Tcp($"[{Far}]:4000", $"[{SeenByOne}]:443", TcpFlags.Syn);
        bed.Refuse(PathBed.One, call, DropReason.RuleDropped);
        bed.Change(draft => draft.First(new Rule
        {
            Name = "server", Action = RuleAction.Allow, Source = Draft.From(PortId.InternetBit), Destination = Draft.From(Pc + "/128"), Services = [new ServiceMatch(Protocol.Tcp, 443, 443)],
        }), newPolicy: true);
        Connection open = new(bed, PathBed.One, $"[{Far}]:4000", $"[{SeenByOne}]:443");
        Assert.Equal((PathBed.Trusted, Make.End($"[{Pc}]:443"), Make.End($"[{Far}]:4000")), (open.Egress, open.Server, open.Outside));
        open.Talk();
        bed.Refuse(PathBed.One, Make.Tcp($"[{Far}]:4000", $"[{SeenByOne}]:22", TcpFlags.Syn), DropReason.RuleDropped);
        // By the other provider's prefix it comes by the other link only, and nobody comes straight to the inside address.
        bed.Refuse(PathBed.One, Make.Tcp($"[{Far}]:4001", $"[{SeenByTwo}]:443", TcpFlags.Syn), DropReason.NotOurAddress);
        bed.Refuse(PathBed.One, Make.Tcp($"[{Far}]:4001", $"[{Pc}]:443", TcpFlags.Syn), DropReason.NotOurAddress);
        Sent other = bed.Pass(PathBed.Two, Make.Tcp($"[{Far}]:4001", $"[{SeenByTwo}]:443", TcpFlags.Syn));
        Assert.Equal(Make.End($"[{Pc}]:443"), other.To);
        Explanation said = bed.Forwarder.Explain(PathBed.One, Address.Parse(Far), Protocol.Tcp, Address.Parse(SeenByOne), 443);
        Assert.Equal(("allowed by \"server\", to fd00:10::5", "source, destination and service match"), (said.Verdict, said.Steps[^1].Why));
        // The rule goes, and the connection with it.
        bed.Change(draft => draft.Rules.RemoveAt(0), newPolicy: true);
        Assert.Equal(3, bed.Review().Length); // both ends of the one that was open, the caller of the other
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void R8_Hosts_reach_each_other_by_their_counterparts_and_see_no_inside_address()
    {
        const string other = "fd00:10::6";
        using var bed = new PathBed(Translate);
        string called = Counterpart(ByOne, other);
        var open = new Connection(bed, PathBed.Trusted, $"[{Pc}]:5000", $"[{called}]:443");
        Assert.Equal((PathBed.Trusted, Make.End($"[{SeenByOne}]:5000"), Make.End($"[{other}]:443")), (open.Egress, open.Outside, open.Server));
        open.Talk();
        Sent sent = bed.Pass(PathBed.Trusted, open.FromNear(20));
        Sent told = bed.Pass(PathBed.Trusted, Make.Error(other, SeenByOne, Icmp6.PacketTooBig, 0, sent.Octets, 1280));
        Assert.Equal((called, Pc, Pc, called), ($"{told.Read.Source}", $"{told.Read.Destination}", $"{Address.ReadV6(told.Quoted.AsSpan(8))}", $"{Address.ReadV6(told.Quoted.AsSpan(24))}"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void R8_From_another_zone_a_counterpart_is_reached_by_the_rules_for_that_host(bool isAllowed)
    {
        using var bed = new PathBed(draft =>
        {
            Translate(draft);
            draft.GuestZone = draft.GuestZone with { Networks = [new Prefix(Address.Parse("fd00:10:0:20::"), 64)] };
            if (isAllowed) draft.First(new Rule { Name = "in", Action = RuleAction.Allow, Source = Draft.From(PortId.InternetBit), Destination = Draft.From(Pc + "/128") });
        });
        byte[] call = Make.Udp("[fd00:10:0:20::7]:5000", $"[{SeenByOne}]:53");
        if (!isAllowed) bed.Refuse(PathBed.Guest, call, DropReason.RuleDropped);
        else Assert.Equal((PathBed.Trusted, Make.End($"[{Pc}]:53")), (bed.Pass(PathBed.Guest, call) is var sent ? sent.Port : default, sent.To));
    }

    [Fact]
    public void R8_X8_Nobody_outside_speaks_as_a_host_of_ours_and_what_is_nobodys_does_not_go_back_to_the_provider()
    {
        using var bed = new PathBed(Translate);
        bed.Refuse(PathBed.One, Make.Udp($"[{SeenByOne}]:5000", "[2001:db8:1::2]:80"), DropReason.SpoofedSource);
        bed.Refuse(PathBed.Two, Make.Udp($"[{SeenByOne}]:5000", "[2001:db8:2::2]:80"), DropReason.SpoofedSource);
        bed.Refuse(PathBed.One, Make.Udp($"[{Far}]:5000", "[2001:db8:101:ffff::5]:80"), DropReason.NotOurAddress);
        Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, Make.Udp($"[{Pc}]:5000", "[2001:db8:101:7::9]:80"), DropReason.NoRoute));
        Assert.Equal((Icmp6.DestinationUnreachable, Icmp6.NoRoute), (told.IcmpType, told.IcmpCode));
    }

    [Fact]
    public void R7_AH_signs_the_addresses_so_it_is_refused_both_ways()
    {
        using var bed = new PathBed(draft =>
        {
            Translate(draft);
            draft.First(new Rule { Name = "in", Action = RuleAction.Allow, Source = Draft.From(PortId.InternetBit), Destination = Draft.From(Pc + "/128") });
        });
        // Next header GRE, length 4 (in four octets, less two), the rest of the header, and what GRE has.
        byte[] signed = [Protocol.Gre, 4, .. new byte[22 + 8]];
        bed.Refuse(PathBed.Trusted, Make.Ip(Protocol.Ah, Address.Parse(Pc), Address.Parse(Far), signed), DropReason.Untranslatable);
        bed.Refuse(PathBed.One, Make.Ip(Protocol.Ah, Address.Parse(Far), Address.Parse(SeenByOne), signed), DropReason.Untranslatable);
        Assert.Equal(DropReason.Untranslatable, bed.Forwarder.Explain(PathBed.One, Address.Parse(Far), Protocol.Ah, Address.Parse(SeenByOne), 0).Refusal);
    }

    [Fact]
    public void R8_What_FTP_says_of_addresses_is_translated_and_its_ports_stay()
    {
        using var bed = new PathBed(Translate);
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, $"[{Pc}]:5000", $"[{Far}]:21");
        string shown = string.Join(':', Enumerable.Range(0, 8).Select(i => $"{Address.Parse(SeenByOne).ToIPAddress().GetAddressBytes()[2 * i] << 8 | Address.Parse(SeenByOne).ToIPAddress().GetAddressBytes()[2 * i + 1]:x}"));
        Assert.Equal($"EPRT |2|{shown}|40001|\r\n", talk.ClientSays($"EPRT |2|{Pc}|40001|\r\n"));
        Sent syn = bed.Pass(PathBed.One, Make.Tcp($"[{Far}]:20", $"[{SeenByOne}]:40001", TcpFlags.Syn));
        Assert.Equal((PathBed.Trusted, Make.End($"[{Pc}]:40001")), (syn.Port, syn.To));
        Assert.Equal(0, bed.Forwarder.Mappings.Count);
    }

    internal static void Translate(Draft draft) => (draft.PrefixesOne, draft.PrefixesTwo) = (ByOne, ByTwo);

    internal static PrefixTranslation Between(string outside, string inside = "fd00:10::/48")
    {
        Assert.True(Prefix.TryParse(inside, out Prefix first) & Prefix.TryParse(outside, out Prefix second));
        return new PrefixTranslation(first, second);
    }

    internal static string Counterpart(PrefixTranslation between, string host)
    {
        Assert.Equal(PrefixAnswer.Mapped, between.ToOutside(Address.Parse(host), out Address seen));
        return $"{seen}";
    }

    private static byte[] Packet(byte protocol, string from, string to, bool isAnswer)
    {
        (ushort near, ushort far) = isAnswer ? ((ushort)80, (ushort)5000) : ((ushort)5000, (ushort)80);
        if (protocol == Protocol.Tcp) return Make.Tcp($"[{from}]:{near}", $"[{to}]:{far}", isAnswer ? TcpFlags.Syn | TcpFlags.Ack : TcpFlags.Syn, 1000, isAnswer ? 1001u : 0);
        if (protocol == Protocol.Udp) return Make.Udp($"[{from}]:{near}", $"[{to}]:{far}");
        if (protocol == Protocol.Icmp6) return Make.Echo(from, to, 77, isAnswer);
        byte[] body = [(byte)(near >> 8), (byte)near, (byte)(far >> 8), (byte)far, 0, 0, 0xab, 0xcd, .. new byte[20]];
        return Make.Ip(protocol, Address.Parse(from), Address.Parse(to), body);
    }
}
