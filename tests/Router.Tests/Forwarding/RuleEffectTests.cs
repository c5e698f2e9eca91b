using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding;

/// <summary>What a rule does beside letting pass: marks, counts, tells the journal (product.md 3).</summary>
public class RuleEffectTests
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.1:80";

    private static void With(Draft draft, RuleLog log = RuleLog.None, int dscp = -1) => draft.Rules[0] = new Rule
    {
        Name = "out", Action = RuleAction.Allow, Source = Draft.From(Draft.Zones), Destination = Draft.From(PortId.InternetBit), Log = log, Dscp = dscp,
    };

    [Fact]
    public void R10_The_code_point_is_written_and_ECN_kept_or_all_is_left()
    {
        using var bed = new PathBed(draft => With(draft, dscp: 46));
        Assert.Equal(46 << 2 | 3, bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web).With(1, 10 << 2 | 3)).Octets[1]);
        byte[] v6 = Make.Udp("[fd00:10::5]:5000", "[2001:db8:9::1]:80");
        Ipv6 ip = Ipv6.Over(v6);
        (ip.TrafficClass, ip.FlowLabel) = (2, 0x12345);
        Ipv6 marked = Ipv6.Over(bed.Pass(PathBed.Trusted, v6).Octets);
        Assert.Equal((46 << 2 | 2, 0x12345u), (marked.TrafficClass, marked.FlowLabel));

        using var plain = new PathBed();
        Assert.Equal(10 << 2 | 1, plain.Pass(PathBed.Trusted, Make.Udp(Pc, Web).With(1, 10 << 2 | 1)).Octets[1]);
    }

    [Fact]
    public void Packets_are_told_each_both_ways_up_to_so_many_a_second_and_the_others_counted()
    {
        using var bed = new PathBed(draft => With(draft, RuleLog.Packets));
        Sent sent = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web, 100));
        bed.Pass(PathBed.One, Make.Udp(sent.To, sent.From, 200));
        Assert.True(bed.Forwarder.Events.TryRead(out PathEvent first));
        Assert.Equal((PathEventKind.PacketLogged, PathBed.Trusted, PathBed.One, 128UL), (first.Kind, first.Ingress, first.Egress, first.Octets));
        Assert.Equal((Make.End(Pc).Address, (ushort)5000, (ushort)80), (first.Source, first.SourcePort, first.DestinationPort));
        Assert.True(bed.Forwarder.Events.TryRead(out PathEvent answer));
        Assert.Equal((PathBed.One, PathBed.Trusted, 228UL, (ushort)80), (answer.Ingress, answer.Egress, answer.Octets, answer.SourcePort));

        for (int i = 2; i < PathEvents.MostPackets + 50; i++) bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        Assert.Equal(PathEvents.MostPackets - 2, Told(bed));
        Assert.Equal(50, bed.Forwarder.Events.Suppressed);
        bed.Now += PathBed.Second;
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        Assert.Equal(1, Told(bed));

        bed.Change(draft => With(draft), newPolicy: true);
        bed.Now += PathBed.Second;
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        Assert.Equal((0, 50), (Told(bed), bed.Forwarder.Events.Suppressed));
    }

    private static int Told(PathBed bed)
    {
        int told = 0;
        for (; bed.Forwarder.Events.TryRead(out PathEvent happened); told++) Assert.Equal(PathEventKind.PacketLogged, happened.Kind);
        return told;
    }

    [Fact]
    public void Connections_are_told_when_they_open_and_when_they_end_with_what_they_carried()
    {
        using var bed = new PathBed(draft => With(draft, RuleLog.Connections));
        Sent sent = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web, 100));
        bed.Pass(PathBed.One, Make.Udp(sent.To, sent.From, 200));
        Assert.True(bed.Forwarder.Events.TryRead(out PathEvent opened));
        Assert.Equal((PathEventKind.FlowOpened, Protocol.Udp, PathBed.Trusted, PathBed.One, (ushort)0), (opened.Kind, opened.Protocol, opened.Ingress, opened.Egress, opened.Rule));
        Assert.Equal((Make.End(Pc), Make.End(Web)), (new(opened.Source, opened.SourcePort), new(opened.Destination, opened.DestinationPort)));
        Assert.True(bed.Forwarder.Events.IsEmpty);
        bed.Wait(305 * PathBed.Second);
        Assert.True(bed.Forwarder.Events.TryRead(out PathEvent closed));
        Assert.Equal((PathEventKind.FlowClosed, 356UL), (closed.Kind, closed.Octets));
    }

    [Fact]
    public void What_a_rule_refuses_is_told_only_if_it_asks_for_it()
    {
        using var bed = new PathBed(draft =>
        {
            draft.First(new Rule { Name = "told", Action = RuleAction.Drop, Log = RuleLog.Packets, Source = Draft.From("192.168.10.6/32") });
            draft.First(new Rule { Name = "silent", Action = RuleAction.Drop, Source = Draft.From("192.168.10.7/32") });
        });
        bed.Send(PathBed.Trusted, Make.Udp("192.168.10.7:1", Web), Make.Udp("192.168.10.6:1", Web));
        Assert.True(bed.Forwarder.Events.TryRead(out PathEvent refused));
        Assert.Equal((PathEventKind.PacketRefused, DropReason.RuleDropped, (ushort)1), (refused.Kind, refused.Reason, refused.Rule));
        Assert.True(bed.Forwarder.Events.IsEmpty);
    }

    [Fact]
    public void A_rule_counts_its_flows_and_what_they_carried_and_knows_when_it_last_matched()
    {
        using var bed = new PathBed();
        RuleCounters counters = bed.Plan.Policy.Rules[0].Counters;
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web, 72));
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web, 72));
        bed.Now += PathBed.Second;
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.6:1", Web, 72));
        Assert.Equal((2L, bed.Now), (counters.Flows, counters.LastMatch));
        bed.Wait(305 * PathBed.Second);
        Assert.Equal((3L, 300L), (counters.Packets, counters.Octets));
    }

    [Theory]
    [InlineData(RuleFamily.IPv4, true, false)]
    [InlineData(RuleFamily.IPv6, false, true)]
    [InlineData(RuleFamily.Any, true, true)]
    public void A_rule_may_speak_of_one_family(RuleFamily family, bool v4, bool v6)
    {
        using var bed = new PathBed(draft => draft.Rules[0] = new Rule { Name = "out", Action = RuleAction.Allow, Family = family });
        Assert.Equal(v4, bed.Send(PathBed.Trusted, Make.Udp(Pc, Web)).Length == 1);
        Assert.Equal(v6, bed.Send(PathBed.Trusted, Make.Udp("[fd00:10::5]:5000", "[2001:db8:9::1]:80")).Length == 1);
    }

    [Fact]
    public void A_rule_that_is_switched_off_does_nothing()
    {
        using var bed = new PathBed(draft => draft.Rules[0] = new Rule { Name = "out", Action = RuleAction.Allow, Active = false });
        bed.Refuse(PathBed.Trusted, Make.Udp(Pc, Web), DropReason.RuleDropped);
    }
}
