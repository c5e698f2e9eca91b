using Router.Forwarding.Flows;
using Router.Ports;
using Router.Wire;

namespace Router.Forwarding.Gateways.Sip;

/// <summary>
/// A datagram of a watched flow whose data is read and may become longer or shorter. One whose checksum is wrong teaches us nothing and
/// stays wrong. What grows beyond the link's size is broken like any other packet, though its sender forbade that: he forbade it
/// for the length that he knew. IPv6 does not let us, so what would have to be broken there stays as it was.
/// </summary>
internal static class SipDatagram
{
    /// <summary>The data, if it may be read: whole, in one packet, and rightly summed.</summary>
    public static bool TryRead(Batch batch, int slot, in Datagram packet, out Span<byte> data)
    {
        data = default;
        ref PacketMeta meta = ref batch[slot];
        if (meta.Offload.IsSuper || !Udp.TryRead(batch.Octets(slot)[packet.Transport..], out Udp udp, out _)) return false;
        if (udp.Length != udp.Octets.Length) return false;
        data = udp.Payload;
        if (meta.Offload.ChecksumUnfinished || udp.Checksum == 0) return true;
        return Checksum.Sum(udp.Octets, Checksum.PseudoHeader(packet.Source, packet.Destination, Protocol.Udp, udp.Octets.Length)) == 0xffff;
    }

    /// <summary>Puts other text in the place of a message at the beginning of the data. What stands behind it stays.</summary>
    /// <param name="batch">Where the packet is.</param>
    /// <param name="slot">Its slot.</param>
    /// <param name="packet">The same, read.</param>
    /// <param name="old">Octets of the message.</param>
    /// <param name="text">What takes its place.</param>
    /// <param name="mtu">Of the port that it leaves by.</param>
    public static void Replace(Batch batch, int slot, in Datagram packet, int old, ReadOnlySpan<byte> text, int mtu)
    {
        ref PacketMeta meta = ref batch[slot];
        Span<byte> space = batch.Space(slot);
        int at = packet.Transport + Udp.HeaderLength, length = packet.Length + text.Length - old;
        if (length > (packet.V4 ? space.Length : Math.Min(mtu, space.Length))) return;
        space[(at + old)..packet.Length].CopyTo(space[(at + text.Length)..]);
        text.CopyTo(space[at..]);
        meta.Length = length;
        Span<byte> octets = space[..length];
        PacketLength.Write(octets, packet.V4);
        if (packet.V4 && length > mtu) AllowBreaking(octets);
        Udp udp = Udp.Over(octets[packet.Transport..]);
        udp.Length = (ushort)udp.Octets.Length;
        uint pseudo = Checksum.PseudoHeader(packet.Source, packet.Destination, Protocol.Udp, udp.Octets.Length);
        if (meta.Offload.ChecksumUnfinished)
        {
            udp.Checksum = Checksum.Sum([], pseudo);
            return;
        }
        if (udp.Checksum == 0) return;
        udp.Checksum = 0;
        ushort sum = Checksum.Of(udp.Octets, pseudo);
        udp.Checksum = sum == 0 ? (ushort)0xffff : sum;
    }

    private static void AllowBreaking(Span<byte> octets)
    {
        Ipv4 header = Ipv4.Over(octets);
        header.DontFragment = false;
        header.RewriteChecksum();
    }
}
