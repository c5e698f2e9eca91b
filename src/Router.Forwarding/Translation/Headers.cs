using Router.Forwarding.Flows;
using Router.Wire;

namespace Router.Forwarding.Translation;

/// <summary>Single fields of the IP header, with the header checksum mended where there is one.</summary>
internal static class Headers
{
    /// <summary>Writes the code point and keeps the ECN bits (RFC 2474, RFC 3168).</summary>
    public static void WriteDscp(Span<byte> octets, bool v4, byte dscp)
    {
        if (!v4)
        {
            Ipv6 header6 = Ipv6.Over(octets);
            header6.Dscp = dscp;
            return;
        }
        Ipv4 header = Ipv4.Over(octets);
        ushort old = Word(octets, 0);
        header.Dscp = dscp;
        Mend(header, old, Word(octets, 0));
    }

    /// <summary>Writes the identification that ties fragments together.</summary>
    public static void WriteId(Span<byte> octets, ushort id)
    {
        Ipv4 header = Ipv4.Over(octets);
        Mend(header, header.Id, id);
        header.Id = id;
    }

    /// <summary>Raises TTL or hop limit by one.</summary>
    public static void GiveBackTtl(Span<byte> octets, bool v4)
    {
        if (!v4)
        {
            Ipv6 header6 = Ipv6.Over(octets);
            if (header6.HopLimit < byte.MaxValue) header6.HopLimit++;
            return;
        }
        Ipv4 header = Ipv4.Over(octets);
        if (header.TimeToLive == byte.MaxValue) return;
        ushort old = Word(octets, 8);
        header.TimeToLive++;
        Mend(header, old, Word(octets, 8));
    }

    /// <summary>Octets of all headers of a super-packet, which each of its segments will carry.</summary>
    public static int LengthOf(Span<byte> octets, in Datagram packet) => packet.Transport
        + (packet.Protocol == Protocol.Tcp ? Tcp.Over(octets[packet.Transport..]).DataOffset : Udp.HeaderLength);

    private static ushort Word(Span<byte> octets, int at) => (ushort)(octets[at] << 8 | octets[at + 1]);

    private static void Mend(Ipv4 header, ushort old, ushort @new) =>
        header.HeaderChecksum = default(ChecksumDelta).Replace(old, @new).ApplyToComplete(header.HeaderChecksum);
}
