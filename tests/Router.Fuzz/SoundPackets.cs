using System.Buffers.Binary;
using Router.Wire;

namespace Router.Fuzz;

/// <summary>Sound packets of every kind that the path reads, with right checksums: what damage starts from.</summary>
internal static class SoundPackets
{
    private static readonly Address s_inside4 = Address.Parse("192.0.2.1"), s_outside4 = Address.Parse("198.51.100.7");
    private static readonly Address s_inside6 = Address.Parse("2001:db8::1"), s_outside6 = Address.Parse("2001:db8:1::2");

    public static byte[][] All()
    {
        byte[] syn = Tcp("020405b40402080a000000010000000001030307", 0), udp = Udp(64), echo = Echo(v6: false), echo6 = Echo(v6: true);
        byte[][] upper6 = [V6(Protocol.Tcp, "", syn), V6(Protocol.Udp, "", udp), V6(Protocol.Icmp6, "", echo6)];
        byte[][] upper4 = [V4(Protocol.Tcp, "", syn), V4(Protocol.Udp, "", udp), V4(Protocol.Icmp, "", echo)];
        return
        [
            .. upper4,
            .. upper6,
            V4(Protocol.Tcp, "", Tcp("", 1400)),
            V4(Protocol.Udp, "9404000007070400000000" + "00", udp),
            V4(Protocol.Udp, "83070400000000" + "00", udp),
            Fragment4(offset: 0, more: true),
            Fragment4(offset: 1480, more: false),
            V4(Protocol.Icmp, "", Error(upper4[0], v6: false)),
            V6(Protocol.Icmp6, "", Error(upper6[1], v6: true)),
            V6(Protocol.HopByHop, "2c00010400000000" + "3c000001deadbeef" + "3a00010400000000", echo6),
            V6(Protocol.Fragment, "110005a8deadbeef", udp),
            V6(Protocol.Routing, "3300000100000000" + "0604000000000001" + "00000001aabbccdd" + "aabbccddaabbccdd", syn),
            [0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1, .. new byte[20]],
        ];
    }

    private static byte[] V4(byte protocol, string options, byte[] upper)
    {
        byte[] optionOctets = Convert.FromHexString(options);
        int header = Ipv4.MinHeaderLength + optionOctets.Length;
        byte[] packet = new byte[header + upper.Length];
        Ipv4 ip = Ipv4.Over(packet);
        ip.Begin(protocol, 64, s_inside4, s_outside4, header);
        optionOctets.CopyTo(packet, Ipv4.MinHeaderLength);
        ip.RewriteChecksum();
        upper.CopyTo(packet, header);
        Finish(packet.AsSpan(header), protocol, s_inside4, s_outside4);
        return packet;
    }

    private static byte[] V6(byte next, string extensions, byte[] upper)
    {
        byte[] chain = Convert.FromHexString(extensions);
        byte[] packet = [.. new byte[Ipv6.HeaderLength], .. chain, .. upper];
        Ipv6 ip = Ipv6.Over(packet);
        ip.Begin(next, 64, s_inside6, s_outside6);
        ip.TryWalk(out Ipv6Upper found, out _);
        Finish(packet.AsSpan(found.Offset), found.Protocol, s_inside6, s_outside6);
        return packet;
    }

    private static byte[] Fragment4(int offset, bool more)
    {
        byte[] packet = V4(Protocol.Udp, "", Udp(1472));
        Ipv4 ip = Ipv4.Over(packet);
        ip.SetFragment(offset, more);
        ip.RewriteChecksum();
        return packet;
    }

    private static byte[] Tcp(string options, int data)
    {
        byte[] optionOctets = Convert.FromHexString(options);
        byte[] segment = new byte[Wire.Tcp.MinHeaderLength + optionOctets.Length + data];
        Tcp tcp = Wire.Tcp.Over(segment);
        tcp.Begin(40000, 443, data == 0 ? TcpFlags.Syn : TcpFlags.Ack, Wire.Tcp.MinHeaderLength + optionOctets.Length);
        optionOctets.CopyTo(segment, Wire.Tcp.MinHeaderLength);
        return segment;
    }

    private static byte[] Udp(int data)
    {
        byte[] datagram = new byte[Wire.Udp.HeaderLength + data];
        Wire.Udp.Over(datagram).Begin(5353, 53);
        return datagram;
    }

    private static byte[] Echo(bool v6)
    {
        byte[] message = new byte[Icmp.HeaderLength + 56];
        Icmp.Over(message).Begin(v6 ? Icmp6.EchoRequest : Icmp4.EchoRequest, 0, 0x1234_0001);
        return message;
    }

    private static byte[] Error(byte[] quoted, bool v6)
    {
        byte[] message = [.. new byte[Icmp.HeaderLength], .. quoted];
        Icmp.Over(message).Begin(v6 ? Icmp6.PacketTooBig : Icmp4.DestinationUnreachable, v6 ? (byte)0 : Icmp4.FragmentationNeeded, 1400);
        return message;
    }

    private static void Finish(Span<byte> upper, byte protocol, Address source, Address destination)
    {
        int at = protocol switch
        {
            Protocol.Tcp => Wire.Tcp.ChecksumAt,
            Protocol.Udp => Wire.Udp.ChecksumAt,
            _ => Icmp.ChecksumAt,
        };
        uint seed = protocol == Protocol.Icmp ? 0 : Checksum.PseudoHeader(source, destination, protocol, upper.Length);
        BinaryPrimitives.WriteUInt16BigEndian(upper[at..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(upper[at..], Checksum.Of(upper, seed));
    }
}
