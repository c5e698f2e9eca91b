using Router.Forwarding;
using Router.Forwarding.Flows;
using Router.Forwarding.Limits;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Tests.Wire;
using Router.Wire;

namespace Router.Tests.Forwarding.Reading;

/// <summary>
/// Random rules, links, pins and first packets: each packet is explained first and sent then, and both say the same of verdict, rule,
/// egress and addresses. What one packet leaves behind (flows, mappings, pins, turns of balancing) is what the next one meets.
/// </summary>
public class ExplanationPropertyTests
{
    private static readonly PortId[] s_ports = [PathBed.Host, PathBed.Trusted, PathBed.Guest, PathBed.One, PathBed.Two];
    private static readonly string[] s_outside = ["192.0.2.1", "192.0.2.9", "198.51.100.1", "203.0.113.1", "203.0.113.9"];
    private static readonly string[] s_outside6 = ["2001:db8:9::1", "2001:db8:9::2", "2001:db8:1::1", "2001:db8:2::9"];
    private static readonly string[] s_inside = ["192.168.10.5", "192.168.10.6", "192.168.20.7", "192.168.10.80"];
    private static readonly string[] s_inside6 = ["fd00:10::5", "fd00:20::7", "fd00:10::80"];
    private static readonly string[] s_own = ["198.51.100.2", "203.0.113.2", "192.168.10.1", "192.168.20.1"];
    private static readonly string[] s_odd = ["127.0.0.1", "224.0.0.1", "192.168.10.255", "10.99.0.1", "0.0.0.0", "192.168.99.5"];

    [Fact]
    public void What_explain_says_of_a_first_packet_is_what_becomes_of_it()
    {
        Random random = Dice.Roll();
        var met = new Dictionary<string, int>();
        for (int round = 0; round < 500; round++)
        {
            // In a small table hosts get in each other's way.
            using var bed = new PathBed(draft => Shuffle(draft, random), random.Next(4) > 0 ? null : new TableSizes(16, 4096, 2048));
            ushort port = 20_000;
            for (int packet = 0; packet < 60; packet++)
            {
                if (random.Next(8) == 0) bed.Change(draft => ShuffleLinks(draft, random));
                Try(bed, random, ++port, met);
            }
        }
        // All that can be said has been said, each more than a few times.
        foreach (string what in (ReadOnlySpan<string>)["RuleDenied", "RuleDropped", "SpoofedSource", "BadDestination", "WrongLink", "NotOurAddress", "NoUsableLink", "NoRoute", "MappingCollision", "Untranslatable",
            "HostFlows", "HostRate", "HostShare",
            "BoundAddress", "OwnNetwork", "Rule", "Order", "Pinned", "HostByWeight", "FlowByWeight", "hairpin", "box", "inbound", "probe"])
        {
            Assert.True(met.GetValueOrDefault(what) > 5, $"{what}: {met.GetValueOrDefault(what)}");
        }
    }

    private static void Try(PathBed bed, Random random, ushort port, Dictionary<string, int> met)
    {
        PortId ingress = Pick(random, s_ports);
        bool v4 = random.Next(3) > 0;
        Address from = From(random, ingress, v4), to = To(random, v4);
        byte protocol = Pick<byte>(random, [Protocol.Udp, Protocol.Udp, Protocol.Tcp, v4 ? Protocol.Icmp : Protocol.Icmp6, v4 && random.Next(3) == 0 ? Protocol.Ah : Protocol.Gre]);
        ushort target = protocol is Protocol.Udp or Protocol.Tcp ? (ushort)(random.Next(3) == 0 ? random.Next(20_000, port) : random.Next(1, 8)) : (ushort)0;
        byte[] octets = Packet(protocol, new End(from, port), new End(to, target));
        Assert.Equal(DropReason.None, Datagram.Read(octets, verify: true, out Datagram packet));
        if (bed.Forwarder.Flows.Find(packet.Key(ingress), out _).Exists) return;
        // That there is no entry left is not foreseen.
        if (bed.Forwarder.FlowCount == bed.Forwarder.Flows.Capacity) return;

        long[] before = [.. bed.Plan.Policy.Rules.Select(rule => rule.Counters.Flows)];
        bed.Forwarder.Begin(bed.Plan, bed.Now);
        Explanation said = bed.Forwarder.Explain(ingress, from, protocol, to, target);
        Sent[] sent = bed.Send(ingress, octets);

        string story = $"{ingress}: {protocol} {from}:{port} > {to}:{target}: said {said.Verdict}; it was {bed.Refused}";
        Assert.True(said.Refusal == bed.Refused, story);
        int[] counted = [.. Enumerable.Range(0, before.Length).Where(i => bed.Plan.Policy.Rules[i].Counters.Flows > before[i])];
        if (said.Allowed)
        {
            Assert.True(sent.Length == 1 && sent[0].Port == said.Egress, story);
            Assert.True(sent[0].Read.Source == said.Source && sent[0].Read.Destination == said.Destination, story);
        }
        FlowId id = bed.Forwarder.Flows.Find(packet.Key(ingress), out _);
        // What no rule is asked about, and what goes to the box by a link's address, counts for none.
        if (said.Rule is { } rule && counted.Length > 0) Assert.True(counted.SequenceEqual([rule]), $"{story}; {string.Join(' ', counted)} counted");
        if (id.Exists) Recorded(bed, bed.Forwarder.Flows[id], said, story);
        Tell(bed, id, said, met);
    }

    // What the flow keeps for `why` is what explain said.
    private static void Recorded(PathBed bed, in Flow flow, Explanation said, string story)
    {
        Assert.True(flow.AdmittedBy == (said.Rule is { } rule ? bed.Plan.Policy.Rules[rule] : Admission.Probes).Mark, story);
        if (said.Link is not null) Assert.True(said.Verdict.EndsWith(Explanation.Because(flow.Cause), StringComparison.Ordinal), story);
    }

    private static void Tell(PathBed bed, FlowId id, Explanation said, Dictionary<string, int> met)
    {
        string what = !said.Allowed ? $"{said.Refusal}" : !id.Exists ? "box"
            : said.Steps[0].Subject == "(probe)" ? "probe"
            : (bed.Forwarder.Flows[id].Traits & FlowTraits.Hairpin) != 0 ? "hairpin"
            : said.Link is null ? "inbound" : bed.Forwarder.Flows[id].Cause is var cause && cause.PinReason() is not null ? "Pinned" : $"{cause}";
        met[what] = met.GetValueOrDefault(what) + 1;
    }

    private static void Shuffle(Draft draft, Random random)
    {
        draft.Rules.Clear();
        for (int count = random.Next(1, 9); count > 0; count--) draft.Rules.Add(RandomRule(random, draft.Rules.Count));
        if (random.Next(3) > 0) draft.Rules.Add(Draft.Out());
        draft.Last = new Rule { Name = "last", Action = random.Next(2) == 0 ? RuleAction.Drop : RuleAction.Deny };
        draft.Mode = Pick(random, Enum.GetValues<InternetMode>());
        draft.Order = Pick<PortId[]>(random, [[PathBed.One, PathBed.Two], [PathBed.Two, PathBed.One], [PathBed.Two], []]);
        (draft.WeightOne, draft.WeightTwo) = (random.Next(4), random.Next(4));
        if (random.Next(2) == 0) draft.Probed.Add(Address.Parse("203.0.113.1"));
        if (random.Next(2) == 0) draft.Limits = RandomLimits(random);
        // While a link has lost its address, that address is a neighbour's like any other.
        foreach (string near in (string[])[.. s_outside, .. s_outside6, "203.0.113.2", "2001:db8:2::2"])
        {
            foreach (PortId link in (PortId[])[PathBed.One, PathBed.Two]) draft.Neighbours[(link, Address.Parse(near))] = 0x020000000999;
        }
        ShuffleLinks(draft, random);
    }

    private static HostLimits RandomLimits(Random random)
    {
        int Some() => random.Next(4) == 0 ? HostLimit.Unlimited : random.Next(1, 8);
        return new HostLimits(new HostLimit(Some(), Some()), [new HostException(Draft.From(Pick(random, s_inside)), new HostLimit(Some(), Some()))]);
    }

    private static void ShuffleLinks(Draft draft, Random random)
    {
        LinkHealth Health() => random.Next(4) == 0 ? LinkHealth.Degraded : LinkHealth.Up;
        draft.LinkOne = draft.LinkOne with { Usable = random.Next(4) > 0, Health = Health() };
        draft.LinkTwo = draft.LinkTwo with { Usable = random.Next(4) > 0, Health = Health(), Addresses = random.Next(5) == 0 ? [] : [Address.Parse("203.0.113.2"), Address.Parse("2001:db8:2::2")] };
    }

    private static Rule RandomRule(Random random, int number) => new()
    {
        Name = $"rule {number}",
        Active = random.Next(10) > 0,
        Source = RandomEnd(random),
        Destination = RandomEnd(random),
        Services = random.Next(2) == 0 ? [] : [new ServiceMatch(Pick<byte>(random, [6, 17, 1, 47]), 0, (ushort)Pick(random, [3, 65535]))],
        Family = Pick(random, [RuleFamily.Any, RuleFamily.Any, RuleFamily.IPv4, RuleFamily.IPv6]),
        Action = Pick(random, [RuleAction.Allow, RuleAction.Allow, RuleAction.Allow, RuleAction.Deny, RuleAction.Drop]),
        Links = Pick<PortId[]>(random, [[], [], [PathBed.One], [PathBed.Two, PathBed.One]]),
        Fallback = random.Next(2) == 0,
        Pin = random.Next(2) == 0 ? PinMode.Host : PinMode.Connection,
        Nat = Pick(random, [SourceNat.Auto, SourceNat.Auto, SourceNat.Off, SourceNat.Fixed]),
        NatAddress = Address.Parse("198.51.100.77"),
        FullCone = random.Next(3) == 0,
        ForwardTo = random.Next(3) > 0 ? null : new ForwardTarget(Address.Parse(Pick(random, ["192.168.10.80", "192.168.20.7", "10.99.0.1"])), (ushort)Pick(random, [0, 8443])),
    };

    private static Selector RandomEnd(Random random) => random.Next(4) switch
    {
        0 => Selector.Any,
        1 => Draft.From(Pick(random, [PathBed.Trusted.Bit, PathBed.Guest.Bit, PathBed.Host.Bit, PathBed.One.Bit, PortId.InternetBit, Draft.Zones])),
        2 => Draft.From(PortId.InternetBit | PathBed.Host.Bit),
        _ => Draft.From(Pick(random, [.. s_inside, .. s_outside, .. s_own, .. s_inside6, .. s_outside6])),
    };

    private static Address From(Random random, PortId ingress, bool v4)
    {
        if (random.Next(12) == 0) return Address.Parse(v4 ? Pick(random, [.. s_odd, .. s_outside, .. s_own]) : Pick(random, [.. s_inside6, .. s_outside6]));
        string[] usual = ingress == PathBed.Host ? v4 ? ["192.0.0.2", "198.51.100.2", "203.0.113.2"] : ["2001:db8:1::2", "2001:db8:2::2"]
            : ingress == PathBed.Trusted ? v4 ? ["192.168.10.5", "192.168.10.6", "192.168.10.80"] : ["fd00:10::5", "fd00:10::80"]
            : ingress == PathBed.Guest ? v4 ? ["192.168.20.7", "192.168.20.8"] : ["fd00:20::7"]
            : v4 ? s_outside : s_outside6;
        return Address.Parse(Pick(random, usual));
    }

    private static Address To(Random random, bool v4) => Address.Parse(
        random.Next(14) == 0 && v4 ? Pick(random, s_odd)
        : v4 ? Pick(random, Pick<string[]>(random, [s_outside, s_outside, s_own, s_inside]))
        : Pick(random, Pick<string[]>(random, [s_outside6, s_inside6, ["2001:db8:1::2", "2001:db8:2::2"]])));

    private static byte[] Packet(byte protocol, End from, End to) => protocol switch
    {
        Protocol.Udp => Make.Udp(from, to),
        Protocol.Tcp => Make.Tcp(from, to, TcpFlags.Syn),
        Protocol.Gre or Protocol.Ah => Make.Ip(protocol, from.Address, to.Address, new byte[16]),
        _ => Make.Echo($"{from.Address}", $"{to.Address}", from.Port),
    };

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
}
