using System.Buffers.Binary;
using Router.Wire;

namespace Router.Forwarding.Answers;

/// <summary>
/// Lowers the maximum segment size that a host announces in its SYN or SYN-ACK (RFC 9293 3.7.1) to what fits the links on the way,
/// so that connections do not depend on "too big" messages that somebody's firewall drops. Nothing is added where the option is
/// absent: the peer then sends no more than 536 octets (1220 in IPv6), which fit.
/// </summary>
internal static class SegmentSize
{
    /// <summary>Lowers the option if it is larger, every one of them if it comes more than once (receivers differ in which they take).</summary>
    /// <param name="segment">From the TCP header to the end of the packet. Other than SYN and SYN-ACK are left alone.</param>
    /// <param name="most">Octets of data that fit: the MTU less 40 in IPv4, less 60 in IPv6.</param>
    /// <param name="unfinished">
    /// The checksum holds only the pseudo-header's sum (Offload.ChecksumUnfinished). It does not cover options yet, and stays as it is.
    /// </param>
    /// <returns>Whether anything was changed.</returns>
    public static bool Clamp(Span<byte> segment, ushort most, bool unfinished)
    {
        if (!Tcp.TryRead(segment, out Tcp tcp, out _) || (tcp.Flags & TcpFlags.Syn) == 0) return false;
        var delta = default(ChecksumDelta);
        bool changed = false;
        foreach (TcpOption option in tcp.Options)
        {
            if (option.Kind != TcpOption.MaximumSegmentSize || option.Length != 4) continue;
            int at = option.At + 2;
            ushort old = BinaryPrimitives.ReadUInt16BigEndian(segment[at..]);
            if (old <= most) continue;
            BinaryPrimitives.WriteUInt16BigEndian(segment[at..], most);
            // At an odd offset its octets are the low half of one covered word and the high half of the next.
            delta = (at & 1) == 0
                ? delta.Replace(old, most)
                : delta.Replace(BinaryPrimitives.ReverseEndianness(old), BinaryPrimitives.ReverseEndianness(most));
            changed = true;
        }
        if (changed && !unfinished) tcp.Checksum = delta.ApplyToComplete(tcp.Checksum);
        return changed;
    }
}
