using Router.Wire;
using static Router.Fuzz.BrokenPromiseException;

namespace Router.Fuzz;

/// <summary>Reads octets by every view, and everything of what a view lets in.</summary>
internal static class WireTarget
{
    // Kept, so that no read is optimised away.
    private static ulong s_used;

    public static void Feed(Span<byte> octets, Random random)
    {
        if (Ethernet.TryRead(octets, out Ethernet ethernet, out WireError error))
        {
            Use(ethernet.Destination, ethernet.Source, ethernet.EtherType);
            ReadArp(ethernet.Payload);
        }
        Unless(error is WireError.None or WireError.Truncated, "Ethernet only ever lacks octets");
        ReadArp(octets);
        ReadV4(octets);
        ReadV6(octets);
        ReadUpper(octets);
        Checksum.Finish(octets, random.Next(-1, octets.Length + 2), random.Next(-1, 40));
    }

    private static void ReadArp(Span<byte> octets)
    {
        if (Arp.TryRead(octets, out Arp arp, out _)) Use(arp.Operation, arp.SenderMac, arp.TargetMac, arp.Sender.Low, arp.Target.Low);
    }

    private static void ReadV4(Span<byte> octets)
    {
        bool whole = Ipv4.TryRead(octets, out _, out WireError error);
        Unless(whole == (error == WireError.None), "an error says why, and only then");
        if (!Ipv4.TryReadQuoted(octets, out Ipv4 ip, out error)) return;
        Unless(whole == (ip.Octets.Length == ip.TotalLength), "a quotation differs from a packet only by what is missing");
        Unless(ip.Header.Length + ip.Payload.Length == ip.Octets.Length, "header and payload are the packet");
        Unless(ip.FragmentOffset is >= 0 and <= 65528 && ip.FragmentOffset % 8 == 0, "offsets count in eights");
        Unless(!ip.IsFirstFragment || ip.IsFragment, "a first fragment is a fragment");
        Use(ip.TrafficClass, ip.Dscp, ip.Id, ip.TimeToLive, ip.Source.Low, ip.Destination.Low);

        int length = 0;
        foreach (Ipv4Option option in ip.Options) length += option.Octets.Length;
        Unless(length <= ip.HeaderLength - Ipv4.MinHeaderLength, "options lie in the header");
        bool sound = ip.TryCheckOptions(out error);
        Unless(sound == (error == WireError.None), "an error says why, and only then");
        Use(ip.HasSourceRoute ? 1u : 0);
        ip.RewriteChecksum();
        Unless(ip.ChecksumOk, "a checksum that was just written is right");
        ReadUpper(ip.Payload);
    }

    private static void ReadV6(Span<byte> octets)
    {
        bool whole = Ipv6.TryRead(octets, out _, out WireError error);
        Unless(whole == (error == WireError.None), "an error says why, and only then");
        if (!Ipv6.TryReadQuoted(octets, out Ipv6 ip, out _)) return;
        Unless(whole == (ip.Octets.Length == ip.TotalLength), "a quotation differs from a packet only by what is missing");
        Use(ip.TrafficClass, ip.FlowLabel, ip.HopLimit, ip.Source.High, ip.Destination.High);
        if (!ip.TryWalk(out Ipv6Upper upper, out error)) return;
        Unless(upper.Offset >= Ipv6.HeaderLength && upper.Offset <= ip.Octets.Length, "the upper layer lies in the packet");
        Unless(upper.HasFragmentHeader || !upper.IsFragment, "only a fragment header makes fragments");
        Unless(!(upper.IsAtomicFragment && upper.IsFragment), "an atomic fragment is none");
        ReadUpper(ip.Octets[upper.Offset..]);
    }

    private static void ReadUpper(Span<byte> octets)
    {
        if (PortPair.TryRead(octets, out PortPair ports, out _)) Use(ports.Source, ports.Destination);
        if (Udp.TryRead(octets, out Udp udp, out _))
        {
            Unless(udp.Payload.Length + Udp.HeaderLength <= udp.Octets.Length, "data lies in the packet");
            Unless(udp.IsWhole == (udp.Payload.Length + Udp.HeaderLength == udp.Length), "whole means all of it");
        }
        if (Icmp.TryRead(octets, out Icmp icmp, out _)) Use(icmp.Type, icmp.Code, icmp.Rest, (uint)icmp.Body.Length);
        if (!Tcp.TryRead(octets, out Tcp tcp, out _)) return;
        Unless(tcp.DataOffset + tcp.Payload.Length == octets.Length, "header and data are the segment");
        Unless(!tcp.TryFindMss(out int at) || (at >= 22 && at + 2 <= tcp.DataOffset), "options lie in the header");
        Unless(tcp.WindowScale is >= -1 and <= 14, "RFC 7323 2.3");
        Use(tcp.Sequence, tcp.Acknowledgment, (ulong)tcp.Flags, tcp.Window, tcp.Urgent, (uint)tcp.SequenceLength);
    }

    private static void Use(params ReadOnlySpan<ulong> values)
    {
        foreach (ulong value in values) s_used += value;
    }
}
