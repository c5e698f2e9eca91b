using Router.Forwarding;
using Router.Forwarding.Web;
using Router.Tests.Forwarding.Bed;
using Router.Tests.Wire.Quic;
using Router.Tests.Wire.Web;
using Router.Wire;
using Router.Wire.Quic;

namespace Router.Tests.Forwarding.Web;

public class QuicRuleTests
{
    private const string Pc = "192.168.10.5:5000", Server = "192.0.2.80:443";

    private static readonly byte[] s_id = [1, 2, 3, 4, 5, 6, 7, 8], s_source = [9, 9, 9];
    private static readonly WebRule s_deny = Client.Rule(WebAction.Deny, "*.example.net");

    [Theory]
    [InlineData(QuicVersion.One)]
    [InlineData(QuicVersion.Two)]
    public void A_denied_name_is_refused_in_the_servers_name(uint version)
    {
        using var bed = new PathBed(Client.With(s_deny));
        byte[] asked = Initials.Seal(version, s_id, s_source, Initials.Padded(Initials.Crypto(0, Hellos.Handshake("www.example.net"))));
        Sent told = Assert.Single(Send(bed, asked));
        Assert.Equal(DropReason.WebRule, bed.Refused);
        Assert.Equal((PathBed.Trusted, Make.End(Server), Make.End(Pc)), (told.Port, told.From, told.To));
        Assert.True(QuicLongHeader.TryRead(told.Octets.AsSpan(28), out QuicLongHeader header));
        Assert.Equal(s_source, header.DestinationId.ToArray());
        using var keys = new InitialKeys(version, s_id, ofServer: true);
        Assert.True(keys.TryOpen(header, new byte[200], out ReadOnlySpan<byte> frames));
        Assert.Equal([0x1c, InitialClose.Refused, 0, 0], frames.ToArray());
        // Nothing of it passes any more, in either direction, and who asks again is told again.
        Assert.Single(Send(bed, asked));
        Assert.Equal(DropReason.WebRule, bed.Refused);
        bed.Send(PathBed.One, Make.Udp(Server, "198.51.100.2:5000"));
        Assert.Equal(DropReason.WebRule, bed.Refused);
    }

    [Fact]
    public void A_hello_in_shuffled_pieces_over_several_packets_is_read()
    {
        byte[] hello = Hellos.Handshake("www.example.net", padding: 1500);
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var frames = new List<byte[]>();
            for (int at = 0; at < hello.Length;)
            {
                int length = Math.Min(hello.Length - at, random.Next(60, 400));
                frames.Add(Initials.Crypto(at, hello.AsSpan(at, length)));
                at += length;
            }
            byte[][] order = [.. frames];
            random.Shuffle(order.AsSpan());
            int middle = order.Length / 2;
            byte[] first = Initials.Seal(1, s_id, s_source, [1, .. order[..middle].SelectMany(one => one), 0, 0]);
            byte[] second = Initials.Seal(1, s_id, s_source, [.. order[middle..].SelectMany(one => one)], number: 1);
            using var bed = new PathBed(Client.With(s_deny));
            if (seed % 2 == 0)
            {
                Send(bed, [.. first, .. second]);
            }
            else
            {
                Assert.Equal(PathBed.One, Assert.Single(Send(bed, first)).Port);
                Send(bed, second);
            }
            Assert.True(bed.Refused == DropReason.WebRule, $"seed {seed}");
        }
    }

    [Fact]
    public void Later_packets_to_the_id_that_the_server_chose_are_opened_by_the_first_keys()
    {
        byte[] hello = Hellos.Handshake("www.example.net"), chosen = [7, 7, 7, 7];
        using var bed = new PathBed(Client.With(s_deny));
        Assert.Single(Send(bed, Initials.Seal(1, s_id, s_source, Initials.Padded(Initials.Crypto(0, hello.AsSpan(0, 50))))));
        Send(bed, Initials.Seal(1, chosen, s_source, Initials.Padded(Initials.Crypto(50, hello.AsSpan(50))), number: 1, keyedBy: s_id));
        Assert.Equal(DropReason.WebRule, bed.Refused);
    }

    [Fact]
    public void Behind_a_retry_keys_and_hello_begin_anew()
    {
        byte[] hello = Hellos.Handshake("www.example.net"), chosen = [7, 7, 7, 7, 7, 7, 7, 7];
        using var bed = new PathBed(Client.With(s_deny));
        Assert.Single(Send(bed, Initials.Seal(1, s_id, s_source, Initials.Padded(Initials.Crypto(0, hello.AsSpan(0, 50))))));
        Send(bed, Initials.Seal(1, chosen, s_source, Initials.Padded(Initials.Crypto(0, hello)), number: 1, token: [1, 2, 3]));
        Assert.Equal(DropReason.WebRule, bed.Refused);
    }

    [Fact]
    public void An_allowed_connection_costs_nothing_from_then_on()
    {
        using var bed = new PathBed(Client.With(s_deny));
        Assert.Equal(PathBed.One, Assert.Single(Send(bed, Initials.Seal(1, s_id, s_source, Initials.Padded(Initials.Crypto(0, Hellos.Handshake("www.example.org")))))).Port);
        Assert.Equal((1L, 0), (bed.Forwarder.Web.QuicHellos, bed.Forwarder.WebHeads.Count));
        Assert.Single(Send(bed, [0x40, 1, 2, 3]));
        Assert.Equal(0, bed.Forwarder.Web.Unreadable);
    }

    [Fact]
    public void A_version_that_is_none_passes_to_be_negotiated_and_another_is_unreadable()
    {
        byte[] grease = [0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8, .. s_id, 3, .. s_source, .. new byte[1180]], unknown = [.. grease];
        (unknown[1], unknown[4]) = (0x33, 0x99);
        byte[] asked = Initials.Seal(1, s_id, s_source, Initials.Padded(Initials.Crypto(0, Hellos.Handshake("www.example.net"))));
        foreach (bool denies in (bool[])[false, true])
        {
            using var bed = new PathBed(draft => draft.Web = new WebPolicy { Rules = [s_deny], DeniesUnreadable = denies });
            Assert.Single(Send(bed, grease));
            Send(bed, asked);
            Assert.Equal(DropReason.WebRule, bed.Refused);
            using var other = new PathBed(draft => draft.Web = new WebPolicy { Rules = [s_deny], DeniesUnreadable = denies });
            Send(other, unknown);
            Assert.Equal(denies ? DropReason.WebRule : DropReason.None, other.Refused);
        }
    }

    [Fact]
    public void What_is_no_quic_is_unreadable()
    {
        using var bed = new PathBed(Client.With(s_deny));
        Assert.Single(Send(bed, [0x16, 0xfe, 0xfd, 0, 0, 0, 0, 0]));
        Assert.Equal(1, bed.Forwarder.Web.Unreadable);
        using var strict = new PathBed(draft => draft.Web = new WebPolicy { DeniesUnreadable = true });
        Send(strict, [0x16, 0xfe, 0xfd, 0, 0, 0, 0, 0]);
        Assert.Equal(DropReason.WebRule, strict.Refused);
    }

    private static Sent[] Send(PathBed bed, byte[] data) => bed.Send(PathBed.Trusted, Datagram(data));

    private static byte[] Datagram(byte[] data)
    {
        byte[] datagram = [.. new byte[Udp.HeaderLength], .. data];
        Udp.Over(datagram).Begin(Make.End(Pc).Port, Make.End(Server).Port);
        return Make.Ip(Protocol.Udp, Make.End(Pc).Address, Make.End(Server).Address, datagram);
    }
}
