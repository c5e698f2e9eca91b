using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Ports;
using Router.Wire;
using static Router.Fuzz.BrokenPromiseException;

namespace Router.Fuzz;

/// <summary>
/// The whole path between two zones, two links and the box, each round fed with a few packets: sound ones that open flows, and the
/// damaged one, by any port, also turned round to look like an answer to what went out. Whatever comes, nothing is thrown, nothing
/// leaves by a link with an inside address or too long, and the tables stay within their bounds.
///
/// A round begins long after the one before, when all flows, mappings, pins and pieces have ended, so that it can be met again
/// by itself.
/// </summary>
internal static class PathTarget
{
    private const long Second = 1_000_000, Pause = 200 * Second, MostTime = 4_000_000_000 * Second;
    private const int Flows = 64, Mappings = 48;

    private static readonly PortId s_zone = new(1), s_guest = new(2), s_one = new(3), s_two = new(4);
    private static readonly PortId[] s_ports = [PortId.Host, s_zone, s_guest, s_one, s_two];
    private static readonly Address s_ours4 = Address.Parse("203.0.113.2"), s_server = Address.Parse("192.0.2.80"), s_inside = Address.Parse("192.168.7.1");
    private static readonly byte[][] s_sound = Samples();
    private static readonly Plan s_plan = MakePlan(1, usable: true), s_broken = MakePlan(2, usable: false);
    private static readonly Batch s_batch = new(16);
    private static readonly Catch s_catch = new();

    private static Forwarder? s_forwarder;
    private static long s_now;

    /// <summary>The sound packets, those of IPv4 as from a private address.</summary>
    public static byte[][] Samples()
    {
        byte[][] samples = SoundPackets.All()[..^1];
        foreach (byte[] sample in samples)
        {
            if (sample[0] >> 4 != 4) continue;
            s_inside.WriteV4(sample.AsSpan(12));
            Finish(sample);
        }
        return samples;
    }

    public static void Feed(Span<byte> octets, Random random)
    {
        Forwarder forwarder = Begin();
        Walk(forwarder, s_zone, s_sound[random.Next(s_sound.Length)], default);
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            PortId ingress = s_ports[random.Next(s_ports.Length)];
            s_catch.Taken.CopyTo(s_catch.Last);
            Walk(forwarder, ingress, octets, random.Next(4) == 0 ? Unfinished(octets.Length, random) : default);
            if (s_catch.Length > 0 && random.Next(2) == 0) Walk(forwarder, s_one, TurnedRound(octets, random), default);
            Mend(octets, ingress, random);
            s_now += random.Next(3) * Second;
            if (random.Next(4) == 0) forwarder.Begin(random.Next(2) == 0 ? s_plan : s_broken, s_now);
        }
        Unless(forwarder.FlowCount <= Flows, "flows stay within their table");
        Unless(forwarder.PinCount <= 16, "pins stay within their table");
    }

    private static Forwarder Begin()
    {
        if (s_forwarder is null || s_now > MostTime)
        {
            s_forwarder?.Dispose();
            s_forwarder = new Forwarder(ForwardingTables.Anonymous(new TableSizes(Flows, Mappings, 16)), s_plan, s_batch.Capacity);
            foreach (PortId id in s_ports) s_forwarder.Outbox.Attach(id, new Catch.End(s_catch, id));
            s_now = 1000 * Second;
        }
        s_now += Pause;
        s_forwarder.Begin(s_plan, s_now);
        for (int slice = 0; slice < 110; slice++, s_now += 10_000) s_forwarder.Upkeep.Tend(s_plan, s_now);
        for (int slice = 0; slice < 110; slice++, s_now += 2 * Second) s_forwarder.Upkeep.Tend(s_plan, s_now);
        Unless(s_forwarder.FlowCount == 0 && s_forwarder.Mappings.Count == 0, "everything ends in time");
        return s_forwarder;
    }

    private static void Walk(Forwarder forwarder, PortId ingress, ReadOnlySpan<byte> octets, Offload offload)
    {
        int slot = s_batch.Add();
        octets.CopyTo(s_batch.Space(slot));
        // What a zone sends, the kernel has looked at before us.
        if (ingress.Value < s_one.Value && Ipv4.TryRead(s_batch.Space(slot)[..octets.Length], out Ipv4 ip, out _)) ip.RewriteChecksum();
        (s_batch[slot].Length, s_batch[slot].Offload) = (octets.Length, offload);
        s_catch.Ingress = ingress;
        forwarder.Begin(forwarder.Plan, s_now);
        forwarder.Walk(ingress, s_batch);
        s_batch.Clear();
    }

    // As the kernel could leave it undone; offsets that it has checked lie in the packet.
    private static Offload Unfinished(int length, Random random)
    {
        if (length < 40) return default;
        return new Offload { Flags = 1, ChecksumStart = 20, ChecksumOffset = (ushort)(random.Next(2) == 0 ? 6 : 16) };
    }

    // What last went out, as if its receiver answered with the octets behind the addresses that the input has.
    private static byte[] TurnedRound(ReadOnlySpan<byte> octets, Random random)
    {
        byte[] answer = s_catch.Last[..s_catch.Length];
        int at = answer[0] >> 4 == 4 ? 12 : 8, size = answer[0] >> 4 == 4 ? 4 : 16;
        if (answer.Length < at + 2 * size + 4) return answer;
        byte[] source = answer[at..(at + size)];
        answer.AsSpan(at + size, size).CopyTo(answer.AsSpan(at));
        source.CopyTo(answer, at + size);
        int ports = at + 2 * size;
        (answer[ports], answer[ports + 1], answer[ports + 2], answer[ports + 3]) = (answer[ports + 2], answer[ports + 3], answer[ports], answer[ports + 1]);
        for (int harm = random.Next(4); harm > 0; harm--) answer[random.Next(answer.Length)] = octets.IsEmpty ? (byte)0 : octets[random.Next(octets.Length)];
        Finish(answer);
        return answer;
    }

    // Puts right what would otherwise end the packet's way at the door.
    private static void Mend(Span<byte> octets, PortId ingress, Random random)
    {
        if (octets.Length < Ipv4.MinHeaderLength || octets[0] >> 4 != 4) return;
        if (random.Next(2) == 0) (ingress.Value < s_one.Value ? s_server : s_ours4).WriteV4(octets[16..]);
        Finish(octets);
    }

    private static void Finish(Span<byte> octets)
    {
        if (!Ipv4.TryReadQuoted(octets, out Ipv4 ip, out _)) return;
        ip.RewriteChecksum();
        if (ip.Protocol != Protocol.Icmp || ip.Payload.Length < Icmp.HeaderLength) return;
        Icmp icmp = Icmp.Over(ip.Payload);
        icmp.Checksum = 0;
        icmp.Checksum = Checksum.Of(ip.Payload);
    }

    private static Plan MakePlan(uint epoch, bool usable)
    {
        ulong inside = s_zone.Bit | s_guest.Bit | PortId.Host.Bit;
        var web = new Rule
        {
            Name = "server", Action = RuleAction.Allow, Source = new Selector(PortId.InternetBit, []), Destination = new Selector(PortId.Host.Bit, []),
            ForwardTo = new ForwardTarget(s_inside, 443), Services = [new ServiceMatch(Protocol.Tcp, 1, 999), new ServiceMatch(Protocol.Icmp, 0, 65535)],
        };
        var cone = new Rule { Name = "cone", Action = RuleAction.Allow, FullCone = true, Source = new Selector(s_zone.Bit, []), Services = [new ServiceMatch(Protocol.Udp, 53, 53)] };
        var marked = new Rule { Name = "out", Action = RuleAction.Allow, Source = new Selector(inside, []), Dscp = 46 };
        long second = Second;
        var policy = new Policy
        {
            Generation = (ushort)epoch, Mode = InternetMode.Balance, Order = [s_one, s_two], PinIdle = Second, Rules = [web, cone, marked, new Rule { Name = "last", Action = RuleAction.Deny }],
            Links = [new LinkPolicy(s_one, "one", "wan0", 1, false), new LinkPolicy(s_two, "two", "wan1", 1, false)],
            Zones = [new ZonePolicy(s_zone, "zone", [], true), new ZonePolicy(s_guest, "guest", [], false)],
            Timeouts = new FlowTimeouts
            {
                TcpEstablished = second, TcpTransitory = second, TcpTimeWait = second, TcpReset = second, Udp = second, UdpDns = second, Icmp = second, Other = second,
            },
        };
        return new Plan(epoch, policy, [Link(s_one, s_ours4, usable), Link(s_two, Address.Parse("198.18.0.2"), true)],
        [
            new ZoneState { Id = s_zone, Networks = [new Prefix(s_inside, 26), new Prefix(Address.Parse("2001:db8::"), 64)] },
            new ZoneState { Id = s_guest, Networks = [new Prefix(Address.Parse("192.168.7.64"), 28)], Mtu = 600 },
        ]);
    }

    private static LinkState Link(PortId id, Address address, bool usable) => new()
    {
        Id = id, Usable = usable, Health = LinkHealth.Up, Mtu = 1300, Addresses = [address, Address.Parse($"2001:db8:{id}::2")],
        Subnets = [new Prefix(address, 24)], GatewayMac4 = 2, GatewayMac6 = 2,
    };

    /// <summary>What came out: looked at, and the last of it kept.</summary>
    private sealed class Catch
    {
        public byte[] Taken { get; } = new byte[65536];

        public byte[] Last { get; } = new byte[65536];

        public int Length { get; private set; }

        public PortId Ingress { get; set; }

        private void Look(PortId egress, Span<byte> octets, in PacketMeta meta)
        {
            Unless(octets.Length >= Ipv4.MinHeaderLength, "what leaves is a packet");
            if (egress != s_one && egress != s_two) return;
            Unless(meta.NextHop != 0, "a frame has somewhere to go");
            Unless(meta.Offload.IsSuper || octets.Length <= 1300, "what leaves fits");
            if (Ipv4.TryRead(octets, out Ipv4 ip, out _))
            {
                Unless(ip.Octets.Length == octets.Length && ip.ChecksumOk, "a header leaves with a right checksum");
                Unless(ip.Source == s_ours4 || ip.Source == Address.Parse("198.18.0.2"), "what leaves by a link has that link's address");
                Unless(ip.Source == s_ours4 == (egress == s_one), "and not the other's");
            }
            else
            {
                Unless(Ipv6.TryRead(octets, out Ipv6 ip6, out _) && ip6.TotalLength == octets.Length, "what leaves is sound");
            }
            if (egress != s_one) return;
            octets.CopyTo(Taken);
            Length = octets.Length;
        }

        /// <summary>One port of the many that this stands behind.</summary>
        public sealed class End(Catch all, PortId id) : Port(id.ToString())
        {
            public override int Receive(Batch batch) => 0;

            public override int Send(Batch batch, ReadOnlySpan<int> slots)
            {
                foreach (int slot in slots) all.Look(id, batch.Octets(slot), batch[slot]);
                return slots.Length;
            }
        }
    }
}
