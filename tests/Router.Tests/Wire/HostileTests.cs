using Router.Wire;

namespace Router.Tests.Wire;

/// <summary>Whatever octets come, a view refuses them or every accessor of it works; nothing throws, nothing reads beyond.</summary>
public class HostileTests
{
    [Fact]
    public void Random_octets_never_throw()
    {
        Random random = Dice.Roll();
        byte[] octets = new byte[200];
        for (int round = 0; round < 100_000; round++)
        {
            random.NextBytes(octets);
            // Half of the rounds get past the version check, else hardly one would.
            octets[0] = random.Next(4) switch { 0 => (byte)(0x40 | octets[0] & 0xf), 1 => (byte)(0x60 | octets[0] & 0xf), _ => octets[0] };
            Touch(octets.AsSpan(0, random.Next(octets.Length + 1)));
        }
    }

    [Fact]
    public void Real_packets_with_a_few_octets_changed_never_throw()
    {
        Random random = Dice.Roll();
        byte[][] frames = [Frames.Tcp4(), Frames.Icmp4(), Frames.Udp6(), Frames.Icmp6(), Frames.Arp()];
        for (int round = 0; round < 100_000; round++)
        {
            byte[] octets = frames[random.Next(frames.Length)].ToArray();
            for (int changes = random.Next(1, 4); changes > 0; changes--) octets[random.Next(octets.Length)] = (byte)random.Next(256);
            Touch(octets.AsSpan(0, random.Next(2) == 0 ? octets.Length : random.Next(octets.Length + 1)));
        }
    }

    [Fact]
    public void Real_packets_are_touched_everywhere()
    {
        // Proves that the two tests above reach the upper layers at all.
        Assert.Equal(Protocol.Tcp, Touch(Frames.Tcp4()));
        Assert.Equal(Protocol.Icmp, Touch(Frames.Icmp4()));
        Assert.Equal(Protocol.Udp, Touch(Frames.Udp6()));
        Assert.Equal(Protocol.Icmp6, Touch(Frames.Icmp6()));
    }

    /// <summary>Reads everything that can be read; the upper protocol that was reached, or 255.</summary>
    private static byte Touch(Span<byte> octets)
    {
        if (Ethernet.TryRead(octets, out Ethernet ethernet, out _)) Use(ethernet.Destination + ethernet.Source + ethernet.EtherType + (ulong)ethernet.Payload.Length);
        if (Arp.TryRead(octets, out Arp arp, out _)) Use(arp.Operation + arp.SenderMac + arp.TargetMac + arp.Sender.Low + arp.Target.Low);
        if (Ipv4.TryReadQuoted(octets, out Ipv4 ip4, out _))
        {
            Use((ulong)(ip4.TrafficClass + ip4.Id + ip4.FlagsAndOffset + ip4.FragmentOffset + ip4.TimeToLive) + ip4.Source.Low + ip4.Destination.Low);
            Use((ip4.ChecksumOk ? 1ul : 0) + (ip4.HasSourceRoute ? 1ul : 0) + (ip4.TryCheckOptions(out _) ? 1ul : 0));
            foreach (Ipv4Option option in ip4.Options) Use((ulong)option.Octets.Length + option.Type + (option.IsCopied ? 1ul : 0));
            TouchUpper(ip4.Payload);
            return ip4.Protocol;
        }
        if (!Ipv6.TryReadQuoted(octets, out Ipv6 ip6, out _)) return 255;
        Use(ip6.TrafficClass + ip6.FlowLabel + (ulong)ip6.TotalLength + ip6.HopLimit + ip6.Source.High + ip6.Destination.High + (ulong)ip6.Payload.Length);
        if (!ip6.TryWalk(out Ipv6Upper upper, out _)) return 255;
        TouchUpper(ip6.Octets[upper.Offset..]);
        return upper.Protocol;
    }

    private static void TouchUpper(Span<byte> octets)
    {
        if (PortPair.TryRead(octets, out PortPair ports, out _)) Use((ulong)(ports.Source + ports.Destination));
        if (Udp.TryRead(octets, out Udp udp, out _)) Use((ulong)(udp.Length + udp.Checksum + udp.Payload.Length) + (udp.IsWhole ? 1ul : 0));
        if (Icmp.TryRead(octets, out Icmp icmp, out _)) Use(icmp.Rest + icmp.Checksum + icmp.Identifier + icmp.Sequence + (ulong)icmp.Body.Length);
        if (!Tcp.TryRead(octets, out Tcp tcp, out _)) return;
        Use(tcp.Sequence + tcp.Acknowledgment + (ulong)tcp.Flags + tcp.Window + tcp.Urgent + (ulong)tcp.SequenceLength + (ulong)tcp.Payload.Length);
        if (tcp.TryFindMss(out int mss)) Use(tcp.Octets[mss] + (ulong)tcp.Octets[mss + 1]);
        Use((ulong)(tcp.WindowScale + 1));
    }

    private static ulong s_used;

    private static void Use(ulong value) => s_used += value;
}
