using System.Buffers.Binary;
using System.Net;

namespace Router.Tests.Daemon.Plumbing;

/// <summary>Writes a UDP packet without a UDP checksum, which IPv4 allows (RFC 768).</summary>
internal static class UdpPacket
{
    public static byte[] V4(IPAddress from, ushort fromPort, IPAddress to, ushort toPort, ReadOnlySpan<byte> payload)
    {
        byte[] packet = new byte[28 + payload.Length];
        packet[0] = 0x45;                                                                  // Version, IHL
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);    // Total Length
        packet[8] = 64;                                                                    // Time to Live
        packet[9] = 17;                                                                    // Protocol
        from.GetAddressBytes().CopyTo(packet, 12);                                         // Source Address
        to.GetAddressBytes().CopyTo(packet, 16);                                           // Destination Address
        uint sum = 0;
        for (int i = 0; i < 20; i += 2) sum += BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(i));
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), (ushort)~sum);            // Header Checksum
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(20), fromPort);                // Source Port
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), toPort);                  // Destination Port
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(24), (ushort)(8 + payload.Length));
        payload.CopyTo(packet.AsSpan(28));
        return packet;
    }
}
