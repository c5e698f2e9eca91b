using System.Buffers.Binary;
using System.Text;
using Router.Forwarding;
using Router.Forwarding.Gateways;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Ports;
using Router.Wire;
using static Router.Fuzz.BrokenPromiseException;

namespace Router.Fuzz;

/// <summary>
/// FTP, TFTP and PPTP through the whole path, with clients inside and servers inside, and what either side says made of the input,
/// in pieces that get lost, repeated and put out of order; then packets by the numbers that stand in it, to whatever was
/// opened. Nothing is thrown, what is open and what is kept stays within its bounds, all of it ends in time, and a connection whose rule
/// wants no gateway passes octet for octet.
/// </summary>
internal static class GatewaysTarget
{
    private const long Second = 1_000_000, Pause = 400 * Second, MostTime = 4_000_000_000 * Second;
    private const int Flows = 96, Mappings = 96, Most = 600;

    private static readonly PortId s_zone = new(1), s_link = new(2);
    private static readonly Address s_us = Address.Parse("203.0.113.2"), s_far = Address.Parse("192.0.2.80");
    private static readonly Address s_read = Address.Parse("192.168.7.1"), s_unread = Address.Parse("192.168.7.2");
    private static readonly ushort[] s_ports = [21, 1723, 69];
    private static readonly byte[][] s_greetings = [Encoding.Latin1.GetBytes("220 ready\r\n"), Message(2, 156, 0, 0)];
    private static readonly Plan s_plan = MakePlan();
    private static readonly Batch s_batch = new(4);
    private static readonly Catch s_out = new();

    private static Forwarder? s_forwarder;
    private static long s_now;

    public static byte[][] Samples() =>
    [
        .. new[]
        {
            "PORT 192,168,7,1,156,65\r\nEPRT |1|192.168.7.1|40001|\r\nPASV\r\nEPSV\r\n", "227 go (192,0,2,80,156,65).\r\n229 go (|||40001|)\r\n",
            "PASV\r\nPORT 192,168,7,1,4,1\r\nPORT 203,0,113,2,4,2\r\nPORT 192,0,2,80,4,3\r\n", "\0\u0001boot\0octet\0", "\0\u0002boot\0netascii\0blksize\01428\0",
        }.Select(Encoding.Latin1.GetBytes),
        [.. Message(7, 168, 5, 0), .. Message(15, 24, 9, 0), .. Message(12, 16, 5, 0)],
        [.. Message(8, 32, 9, 5), .. Message(14, 40, 5, 0), .. Message(13, 148, 9, 0), .. Message(3, 16, 0, 0)],
        [.. Message(9, 220, 6, 0), .. Message(10, 24, 7, 6), .. Message(11, 28, 7, 0), .. Message(5, 16, 0, 0), .. Message(6, 20, 0, 0)],
    ];

    public static void Feed(Span<byte> octets, Random random)
    {
        Forwarder forwarder = Begin();
        ReadOnlySpan<byte> said = octets[..Math.Min(octets.Length, Most)];
        for (int times = random.Next(1, 3); times > 0; times--)
        {
            bool isRead = random.Next(4) > 0, isServed = isRead && random.Next(3) == 0;
            Address inside = isRead ? s_read : s_unread;
            ushort port = s_ports[random.Next(s_ports.Length)], clients = (ushort)random.Next(2000, 60000);
            (End client, End server) = isServed
                ? (new End(s_link, s_far, clients, s_us, port), new End(s_zone, inside, port, s_far, clients))
                : (new End(s_zone, inside, clients, s_far, port), new End(s_link, s_far, port, s_us, clients));
            if (port == 69) Walk(forwarder, client.Port, Udp(client, said));
            else Talk(forwarder, client, server, said, isRead, random);
            Stray(forwarder, said, random);
        }
        Unless(forwarder.FlowCount <= Flows && forwarder.Gateways.Open <= Expectations.Most, "what is open stays within its bounds");
        Unless(forwarder.Mappings.Count <= Mappings, "mappings stay within their table");
    }

    /// <summary>One end of a TCP connection: as far as it goes here, where nobody has a window or a timer.</summary>
    private sealed class End(PortId port, Address own, ushort ownPort, Address peer, ushort peerPort)
    {
        public PortId Port => port;

        public Address Own => own;

        public Address Peer => peer;

        public ushort OwnPort { get; } = ownPort;

        public ushort PeerPort { get; set; } = peerPort;

        public uint Next { get; set; } = 0xffff_ffc0;

        public uint Expected { get; set; }

        public List<byte> Heard { get; } = [];

        public void Take(ReadOnlySpan<byte> packet)
        {
            if (!Ipv4.TryReadQuoted(packet.ToArray(), out Ipv4 ip, out _) || ip.Protocol != Protocol.Tcp || !Tcp.TryRead(ip.Payload, out Tcp tcp, out _)) return;
            int known = (int)(Expected - tcp.Sequence);
            if (known < 0 || known >= tcp.Payload.Length) return;
            Heard.AddRange(tcp.Payload[known..]);
            Expected += (uint)(tcp.Payload.Length - known);
        }
    }

    private static void Talk(Forwarder forwarder, End client, End server, ReadOnlySpan<byte> said, bool isRead, Random random)
    {
        if (!Walk(forwarder, client.Port, Segment(client, client.Next++, [], TcpFlags.Syn))) return;
        (server.Expected, server.PeerPort) = (client.Next, PortOf(s_out.Last, 0));
        if (!Walk(forwarder, server.Port, Segment(server, server.Next++, [], TcpFlags.Syn | TcpFlags.Ack))) return;
        client.Expected = server.Next;
        if (random.Next(5) > 0) Say(forwarder, server, client, s_greetings[client.PeerPort == 21 ? 0 : 1], [], random);
        var sent = new List<byte>();
        for (int turn = random.Next(1, 5); turn > 0; turn--)
        {
            bool byClient = random.Next(2) == 0;
            Say(forwarder, byClient ? client : server, byClient ? server : client, said, byClient ? sent : [], random);
        }
        if (!isRead) Unless(sent.Take(server.Heard.Count).SequenceEqual(server.Heard), "what nobody reads passes octet for octet");
    }

    private static void Say(Forwarder forwarder, End from, End to, ReadOnlySpan<byte> said, List<byte> sent, Random random)
    {
        uint first = from.Next;
        sent.AddRange(said);
        for (int at = 0; at < said.Length;)
        {
            int begin = random.Next(6) == 0 ? random.Next(said.Length) : at, length = Math.Min(random.Next(1, 300), said.Length - begin);
            bool arrived = Walk(forwarder, from.Port, Segment(from, first + (uint)begin, said.Slice(begin, length), TcpFlags.Ack | (random.Next(99) == 0 ? TcpFlags.Fin : 0)));
            if (arrived && random.Next(8) > 0) to.Take(s_out.Last);
            if (random.Next(3) > 0) Walk(forwarder, to.Port, Segment(to, to.Next, [], TcpFlags.Ack));
            if (begin == at) at += length;
        }
        from.Next = first + (uint)said.Length;
    }

    // Packets to numbers that were spoken of, by either side, of every kind that a gateway opens ways for.
    private static void Stray(Forwarder forwarder, ReadOnlySpan<byte> said, Random random)
    {
        if (said.Length < 2) return;
        for (int times = random.Next(6); times > 0; times--)
        {
            ushort number = BinaryPrimitives.ReadUInt16BigEndian(said[random.Next(said.Length - 1)..]);
            if (random.Next(3) == 0) number = (ushort)(random.Next(2) == 0 ? 40001 : random.Next(12));
            bool fromInside = random.Next(2) == 0;
            End from = fromInside ? new End(s_zone, s_read, 20, s_far, number) : new End(s_link, s_far, 20, s_us, number);
            Walk(forwarder, from.Port, random.Next(3) switch
            {
                0 => Segment(from, 7, [], TcpFlags.Syn),
                1 => Udp(from, said[..Math.Min(said.Length, 100)]),
                _ => Ip(from, Protocol.Gre, [0x20, 1, 0x88, 0x0B, 0, 0, (byte)(number >> 8), (byte)number, .. said[..Math.Min(said.Length, 40)]]),
            });
            s_now += random.Next(40) * Second;
            forwarder.Upkeep.Tend(s_plan, s_now);
        }
    }

    private static Forwarder Begin()
    {
        if (s_forwarder is null || s_now > MostTime)
        {
            s_forwarder?.Dispose();
            s_forwarder = new Forwarder(ForwardingTables.Anonymous(new TableSizes(Flows, Mappings, 16)), s_plan, s_batch.Capacity);
            foreach (PortId id in new[] { s_zone, s_link }) s_forwarder.Outbox.Attach(id, s_out);
            s_now = 1000 * Second;
        }
        s_now += Pause;
        for (int slice = 0; slice < 330; slice++, s_now += Second) s_forwarder.Upkeep.Tend(s_plan, s_now);
        Unless(s_forwarder.FlowCount == 0 && s_forwarder.Mappings.Count == 0 && s_forwarder.Gateways.Open == 0, "everything ends in time");
        return s_forwarder;
    }

    // Answers whether something came out; the last of it is caught.
    private static bool Walk(Forwarder forwarder, PortId ingress, ReadOnlySpan<byte> packet)
    {
        int slot = s_batch.Add();
        packet.CopyTo(s_batch.Space(slot));
        (s_batch[slot].Length, s_batch[slot].Offload) = (packet.Length, default);
        s_out.Last = [];
        forwarder.Begin(s_plan, s_now);
        forwarder.Walk(ingress, s_batch);
        s_batch.Clear();
        return s_out.Last.Length > 0;
    }

    private static ushort PortOf(ReadOnlySpan<byte> packet, int at) => packet.Length < 24 ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(packet[(20 + at)..]);

    private static byte[] Segment(End from, uint sequence, ReadOnlySpan<byte> data, TcpFlags flags)
    {
        byte[] segment = [.. new byte[Tcp.MinHeaderLength], .. data];
        Tcp tcp = Tcp.Over(segment);
        tcp.Begin(from.OwnPort, from.PeerPort, flags, Tcp.MinHeaderLength);
        (tcp.Sequence, tcp.Acknowledgment, tcp.Window) = (sequence, from.Expected, 60000);
        tcp.Checksum = Checksum.Of(segment, Checksum.PseudoHeader(from.Own, from.Peer, Protocol.Tcp, segment.Length));
        return Ip(from, Protocol.Tcp, segment);
    }

    private static byte[] Udp(End from, ReadOnlySpan<byte> data)
    {
        byte[] datagram = [.. new byte[Wire.Udp.HeaderLength], .. data];
        Wire.Udp.Over(datagram).Begin(from.OwnPort, from.PeerPort);
        return Ip(from, Protocol.Udp, datagram);
    }

    private static byte[] Ip(End from, byte protocol, byte[] upper)
    {
        byte[] packet = [.. new byte[Ipv4.MinHeaderLength], .. upper];
        Ipv4 ip = Ipv4.Over(packet);
        ip.Begin(protocol, 64, from.Own, from.Peer);
        ip.RewriteChecksum();
        return packet;
    }

    private static byte[] Message(byte type, int length, ushort first, ushort second)
    {
        byte[] message = new byte[length];
        new byte[] { 0, (byte)length, 0, 1, 0x1A, 0x2B, 0x3C, 0x4D, 0, type, 0, 0, (byte)(first >> 8), (byte)first, (byte)(second >> 8), (byte)second }.CopyTo(message, 0);
        if (length > 16) message[16] = 1;
        return message;
    }

    private static Plan MakePlan()
    {
        Rule Make(string name, ulong from, ulong to, Gateway gateways) => new()
        {
            Name = name, Action = RuleAction.Allow, Source = new Selector(from, []), Destination = new Selector(to, []), Gateways = gateways,
        };
        Rule published = new()
        {
            Name = "published", Action = RuleAction.Allow, Source = new Selector(PortId.InternetBit, []), Destination = new Selector(PortId.Host.Bit, []),
            ForwardTo = new ForwardTarget(s_read, 0), Services = [new ServiceMatch(Protocol.Tcp, 21, 21), new ServiceMatch(Protocol.Tcp, 1723, 1723), new ServiceMatch(Protocol.Udp, 69, 69)],
        };
        Rule unread = new() { Name = "unread", Action = RuleAction.Allow, Source = new Selector(0, [new AddressRange(s_unread, s_unread)]), Gateways = Gateway.None };
        var policy = new Policy
        {
            Generation = 1, Mode = InternetMode.Failover, Order = [s_link], PinIdle = Second,
            Rules = [published, unread, Make("out", s_zone.Bit, PortId.InternetBit, Gateway.Default), new Rule { Name = "last", Action = RuleAction.Drop }],
            Links = [new LinkPolicy(s_link, "link", "wan0", 1, false)], Zones = [new ZonePolicy(s_zone, "zone", [], true)],
            Timeouts = new FlowTimeouts
            {
                TcpEstablished = Second, TcpTransitory = Second, TcpTimeWait = Second, TcpReset = Second, Udp = Second, UdpDns = Second, Icmp = Second, Other = Second,
            },
        };
        var link = new LinkState
        {
            Id = s_link, Usable = true, Health = LinkHealth.Up, Mtu = 1500, Addresses = [s_us], Subnets = [new Prefix(s_us, 24)],
            Gateway4 = Address.Parse("203.0.113.1"), GatewayMac4 = 0x020000000101,
        };
        var zone = new ZoneState { Id = s_zone, Mtu = 1500, Addresses = [Address.Parse("192.168.7.254")], Networks = [new Prefix(Address.Parse("192.168.7.0"), 24)] };
        return new Plan(1, policy, [link], [zone], new Dictionary<(PortId Link, Address Neighbour), ulong>(), []);
    }

    /// <summary>Remembers what came out last.</summary>
    private sealed class Catch() : Port("out")
    {
        public byte[] Last { get; set; } = [];

        public override int Receive(Batch batch) => 0;

        public override int Send(Batch batch, ReadOnlySpan<int> slots)
        {
            foreach (int slot in slots) Last = batch.Octets(slot).ToArray();
            return slots.Length;
        }
    }
}
