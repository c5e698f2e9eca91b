using System.Buffers.Binary;

namespace Router.Daemon.Health.Probes;

/// <summary>
/// An ICMP echo, both families, as it goes to and comes from a raw socket:
///
///   0 type   1 code   2 checksum   4 identifier   6 sequence   8 token, eight octets   16 zeros, up to the size of an ordinary ping
///
/// Request and reply are types 8 and 0 (RFC 792), 128 and 129 (RFC 4443 4). A raw IPv4 socket hands over the IP header too, and
/// shows what the kernel has not verified yet, so the checksum is verified here; ICMPv6 is summed by the kernel both ways.
/// </summary>
internal static class EchoFrame
{
    public const int Length = 64;

    public static void Write(Span<byte> frame, bool v4, ushort identifier, ushort sequence, ulong token)
    {
        frame = frame[..Length];
        frame.Clear();
        frame[0] = (byte)(v4 ? 8 : 128);
        BinaryPrimitives.WriteUInt16BigEndian(frame[4..], identifier);
        BinaryPrimitives.WriteUInt16BigEndian(frame[6..], sequence);
        BinaryPrimitives.WriteUInt64BigEndian(frame[8..], token);
        if (v4) BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)~Sum(frame));
    }

    public static bool TryReadReply(ReadOnlySpan<byte> octets, bool v4, out ushort identifier, out ushort sequence, out ulong token)
    {
        (identifier, sequence, token) = (0, 0, 0);
        if (v4)
        {
            int header = octets.IsEmpty ? 0 : (octets[0] & 0xf) * 4;
            if (header < 20 || octets.Length < header + Length) return false;
            octets = octets[header..];
            if (Sum(octets) != 0xffff) return false;
        }
        if (octets.Length < Length || octets[0] != (v4 ? 0 : 129) || octets[1] != 0) return false;
        identifier = BinaryPrimitives.ReadUInt16BigEndian(octets[4..]);
        sequence = BinaryPrimitives.ReadUInt16BigEndian(octets[6..]);
        token = BinaryPrimitives.ReadUInt64BigEndian(octets[8..]);
        return true;
    }

    private static ushort Sum(ReadOnlySpan<byte> octets)
    {
        uint sum = 0;
        for (; octets.Length >= 2; octets = octets[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(octets);
        if (!octets.IsEmpty) sum += (uint)(octets[0] << 8);
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)(sum + (sum >> 16));
    }
}
