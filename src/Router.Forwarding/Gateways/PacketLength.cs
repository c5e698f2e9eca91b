using Router.Wire;

namespace Router.Forwarding.Gateways;

/// <summary>The length that the IP header states, after a packet has become longer or shorter.</summary>
internal static class PacketLength
{
    /// <summary>Writes the span's length; the IPv4 header's checksum is mended.</summary>
    public static void Write(Span<byte> octets, bool v4)
    {
        if (!v4)
        {
            Ipv6 header6 = Ipv6.Over(octets);
            header6.PayloadLength = (ushort)(octets.Length - Ipv6.HeaderLength);
            return;
        }
        Ipv4 header = Ipv4.Over(octets);
        ushort old = header.TotalLength;
        header.TotalLength = (ushort)octets.Length;
        header.HeaderChecksum = default(ChecksumDelta).Replace(old, (ushort)octets.Length).ApplyToComplete(header.HeaderChecksum);
    }
}
