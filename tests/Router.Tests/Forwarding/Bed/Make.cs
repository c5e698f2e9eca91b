using System.Buffers.Binary;
using Router.Forwarding.Reading;
using Router.Ports;
using Router.Wire;

namespace Router.Tests.Forwarding.Bed;

/// <summary>Whole packets with right checksums, and changes to them that leave the header's checksum right.</summary>
internal static class Make
{
    /// <summary>Reads "192.0.2.1:53" or "[2001:db8::1]:53"; without a port it is 0.</summary>
    public static End End(string text)
    {
        if (text[0] == '[') return new End(Address.Parse(text[1..text.IndexOf(']')]), Number(text[(text.IndexOf(']') + 1)..].TrimStart(':')));
        int colon = text.IndexOf(':');
        return colon < 0 || colon != text.LastIndexOf(':')
            ? new End(Address.Parse(text), 0)
            : new End(Address.Parse(text[..colon]), Number(text[(colon + 1)..]));
    }

    public static byte[] Udp(string from, string to, int data = 32) => Udp(End(from), End(to), data);

    public static byte[] Udp(End from, End to, int data = 32)
    {
        byte[] datagram = new byte[Router.Wire.Udp.HeaderLength + data];
        Fill(datagram.AsSpan(Router.Wire.Udp.HeaderLength));
        Router.Wire.Udp.Over(datagram).Begin(from.Port, to.Port);
        return Ip(Protocol.Udp, from.Address, to.Address, datagram);
    }

    public static byte[] Tcp(string from, string to, TcpFlags flags, uint seq = 1000, uint ack = 0, int data = 0, string options = "") =>
        Tcp(End(from), End(to), flags, seq, ack, data, options);

    public static byte[] Tcp(End from, End to, TcpFlags flags, uint seq = 1000, uint ack = 0, int data = 0, string options = "")
    {
        byte[] optionOctets = Convert.FromHexString(options);
        byte[] segment = new byte[Router.Wire.Tcp.MinHeaderLength + optionOctets.Length + data];
        Tcp tcp = Router.Wire.Tcp.Over(segment);
        tcp.Begin(from.Port, to.Port, flags, Router.Wire.Tcp.MinHeaderLength + optionOctets.Length);
        (tcp.Sequence, tcp.Acknowledgment, tcp.Window) = (seq, ack, 60000);
        optionOctets.CopyTo(segment, Router.Wire.Tcp.MinHeaderLength);
        Fill(tcp.Payload);
        return Ip(Protocol.Tcp, from.Address, to.Address, segment);
    }

    public static byte[] Echo(string from, string to, ushort id, bool isReply = false, int data = 32)
    {
        Address source = Address.Parse(from);
        byte type = source.IsV4 ? isReply ? Icmp4.EchoReply : Icmp4.EchoRequest : isReply ? Icmp6.EchoReply : Icmp6.EchoRequest;
        byte[] message = new byte[Icmp.HeaderLength + data];
        Icmp.Over(message).Begin(type, 0, (uint)id << 16 | 7);
        Fill(message.AsSpan(Icmp.HeaderLength));
        return Ip(source.IsV4 ? Protocol.Icmp : Protocol.Icmp6, source, Address.Parse(to), message);
    }

    /// <summary>An ICMP error that quotes a packet, or as much of one as is given.</summary>
    public static byte[] Error(string from, string to, byte type, byte code, ReadOnlySpan<byte> quoted, uint rest = 0)
    {
        Address source = Address.Parse(from);
        byte[] message = [.. new byte[Icmp.HeaderLength], .. quoted];
        Icmp.Over(message).Begin(type, code, rest);
        return Ip(source.IsV4 ? Protocol.Icmp : Protocol.Icmp6, source, Address.Parse(to), message);
    }

    /// <summary>Any protocol. Checksums of those that we know are made here.</summary>
    public static byte[] Ip(byte protocol, Address from, Address to, byte[] upper)
    {
        int header = from.IsV4 ? Ipv4.MinHeaderLength : Ipv6.HeaderLength;
        byte[] packet = [.. new byte[header], .. upper];
        if (from.IsV4)
        {
            Ipv4 ip = Ipv4.Over(packet);
            ip.Begin(protocol, 64, from, to);
            ip.Id = 0x1234;
            ip.RewriteChecksum();
        }
        else
        {
            Ipv6 ip = Ipv6.Over(packet);
            ip.Begin(protocol, 64, from, to);
        }
        if (ChecksumAt(protocol) is not (>= 0 and int at)) return packet;
        uint seed = protocol == Protocol.Icmp ? 0 : Checksum.PseudoHeader(from, to, protocol, upper.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(header + at), 0);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(header + at), Checksum.Of(packet.AsSpan(header), seed));
        return packet;
    }

    /// <summary>Where a protocol's checksum stands in its header, or -1.</summary>
    public static int ChecksumAt(byte protocol) => protocol switch
    {
        Protocol.Tcp => Router.Wire.Tcp.ChecksumAt,
        Protocol.Udp => Router.Wire.Udp.ChecksumAt,
        Protocol.Icmp or Protocol.Icmp6 => Icmp.ChecksumAt,
        _ => -1,
    };

    public static byte[] WithTtl(this byte[] packet, byte ttl)
    {
        packet[packet[0] >> 4 == 4 ? 8 : 7] = ttl;
        return packet.Mended();
    }

    public static byte[] WithDontFragment(this byte[] packet)
    {
        packet[6] |= 0x40;
        return packet.Mended();
    }

    public static byte[] WithId(this byte[] packet, ushort id)
    {
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), id);
        return packet.Mended();
    }

    /// <summary>With IPv4 options, in hexadecimal, put behind the fixed header.</summary>
    public static byte[] WithOptions(this byte[] packet, string options)
    {
        byte[] more = [.. packet[..20], .. Convert.FromHexString(options), .. packet[20..]];
        more[0] = (byte)(0x40 | (20 + options.Length / 2) / 4);
        BinaryPrimitives.WriteUInt16BigEndian(more.AsSpan(2), (ushort)more.Length);
        return more.Mended();
    }

    /// <summary>One octet changed, the IPv4 header's checksum made to fit.</summary>
    public static byte[] With(this byte[] packet, int at, byte value)
    {
        packet[at] = value;
        return packet.Mended();
    }

    /// <summary>Undoes the transport checksum as the kernel hands it over: only the pseudo-header's sum stands there.</summary>
    public static Offload Unfinish(byte[] packet, byte segmentation = 0, ushort segmentSize = 0)
    {
        bool v4 = packet[0] >> 4 == 4;
        int start = v4 ? (packet[0] & 15) * 4 : 40;
        byte protocol = v4 ? packet[9] : packet[6];
        Address source = v4 ? Address.ReadV4(packet.AsSpan(12)) : Address.ReadV6(packet.AsSpan(8));
        Address destination = v4 ? Address.ReadV4(packet.AsSpan(16)) : Address.ReadV6(packet.AsSpan(24));
        ushort sum = Checksum.Sum([], Checksum.PseudoHeader(source, destination, protocol, packet.Length - start));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(start + ChecksumAt(protocol)), sum);
        return new Offload
        {
            Flags = 1, ChecksumStart = (ushort)start, ChecksumOffset = (ushort)ChecksumAt(protocol),
            Segmentation = segmentation, SegmentSize = segmentSize, HeaderLength = (ushort)(start + (protocol == Protocol.Tcp ? 20 : 8)),
        };
    }

    public static byte[] Mended(this byte[] packet)
    {
        if (packet[0] >> 4 == 4) Ipv4.Over(packet).RewriteChecksum();
        return packet;
    }

    public static void Fill(Span<byte> data)
    {
        for (int i = 0; i < data.Length; i++) data[i] = (byte)(i * 7 + 3);
    }

    private static ushort Number(string text) => text.Length == 0 ? (ushort)0 : ushort.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
