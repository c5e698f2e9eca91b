using System.Buffers.Binary;

namespace Router.Tests.Ports;

/// <summary>Small IP packets, written out by hand.</summary>
internal static class Packets
{
    /// <summary>An IPv4 UDP datagram from 10.9.0.2:1000 to 10.9.0.1:2000 with these octets, without a UDP checksum.</summary>
    public static byte[] V4(ReadOnlySpan<byte> payload)
    {
        byte[] packet = new byte[28 + payload.Length];
        packet[0] = 0x45;                                                                  // Version, IHL
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);    // Total Length
        packet[8] = 64;                                                                    // Time to Live
        packet[9] = 17;                                                                    // Protocol
        (packet[12], packet[13], packet[15]) = (10, 9, 2);                                 // Source Address
        (packet[16], packet[17], packet[19]) = (10, 9, 1);                                 // Destination Address
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), HeaderChecksum(packet));  // Header Checksum
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(20), 1000);                    // Source Port
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), 2000);                    // Destination Port
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(24), (ushort)(8 + payload.Length));
        payload.CopyTo(packet.AsSpan(28));
        return packet;
    }

    /// <summary>An IPv6 packet from fd09::2 to fd09::1 with no next header (59) and these octets.</summary>
    public static byte[] V6(ReadOnlySpan<byte> payload)
    {
        byte[] packet = new byte[40 + payload.Length];
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)payload.Length);
        packet[6] = 59;
        packet[7] = 64;
        (packet[8], packet[9], packet[23]) = (0xfd, 9, 2);
        (packet[24], packet[25], packet[39]) = (0xfd, 9, 1);
        payload.CopyTo(packet.AsSpan(40));
        return packet;
    }

    private static ushort HeaderChecksum(ReadOnlySpan<byte> header)
    {
        uint sum = 0;
        for (int i = 0; i < 20; i += 2) sum += BinaryPrimitives.ReadUInt16BigEndian(header[i..]);
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~((sum & 0xffff) + (sum >> 16));
    }
}
