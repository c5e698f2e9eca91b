using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Tests.Wire;
using Router.Wire;

namespace Router.Tests.Forwarding.Rules;

/// <summary>The list and its index against a twin that knows nothing of sorted ranges, bit masks and columns.</summary>
public class RuleListTests
{
    private sealed record Side(HashSet<int>? Ports, List<AddressRange> Ranges)
    {
        public Selector Compile() => new(Ports is null ? ulong.MaxValue : Ports.Aggregate(0UL, (bits, port) => bits | 1UL << port), Ranges);

        public bool Matches(HashSet<int> ports, Address address) => Ports is null || Ports.Overlaps(ports)
            || Ranges.Exists(range => range.First.CompareTo(address) <= 0 && address.CompareTo(range.Last) <= 0);
    }

    private sealed record Twin(bool Active, Side Source, Side Destination, ServiceMatch[] Services, RuleFamily Family)
    {
        public bool Matches((HashSet<int> Ports, Address Address) from, (HashSet<int> Ports, Address Address) to, byte protocol, ushort port) =>
            Active && Source.Matches(from.Ports, from.Address) && Destination.Matches(to.Ports, to.Address)
            && Family switch { RuleFamily.IPv4 => to.Address.IsV4, RuleFamily.IPv6 => !to.Address.IsV4, _ => true }
            && (Services.Length == 0 || Services.Any(service =>
                (service.Protocol == protocol || (service.Protocol, protocol) == (Protocol.Icmp, Protocol.Icmp6)) && service.First <= port && port <= service.Last));
    }

    [Fact]
    public void The_first_rule_that_matches_is_found()
    {
        Random random = Dice.Roll();
        var hit = new HashSet<int>();
        for (int round = 0; round < 200; round++)
        {
            Twin[] twins = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => RandomTwin(random))];
            Rule[] rules = [.. twins.Select(Compile), new Rule { Name = "last", Action = RuleAction.Drop }];
            var index = new RuleIndex(rules);
            for (int ask = 0; ask < 100; ask++)
            {
                bool v4 = random.Next(2) == 0;
                (HashSet<int> Ports, Address Address) from = (RandomPorts(random), Near(random, v4)), to = (RandomPorts(random), Near(random, v4));
                (byte protocol, ushort port) = (RandomProtocol(random), (ushort)random.Next(20));
                int expected = Array.FindIndex(twins, twin => twin.Matches(from, to, protocol, port));
                int found = RuleList.Match(rules, End(from), End(to), protocol, port);
                Assert.Equal(expected < 0 ? twins.Length : expected, found);
                Assert.Equal(found, index.Match(End(from), End(to), protocol, port));
                for (int i = 0; i < twins.Length; i++)
                {
                    Assert.Equal(twins[i].Matches(from, to, protocol, port), RuleList.WhyNot(rules[i], End(from), End(to), protocol, port) is null);
                }
                hit.Add(found);
            }
        }
        Assert.True(hit.Count > 15);
    }

    [Fact]
    public void The_last_rule_takes_everything_that_is_left()
    {
        Rule[] rules = [new Rule { Name = "last", Action = RuleAction.Drop, Active = false, Services = [new ServiceMatch(6, 1, 1)] }];
        Assert.Equal(0, RuleList.Match(rules, default, default, 17, 53));
        Assert.Equal(0, new RuleIndex(rules).Match(default, default, 17, 53));
    }

    /// <summary>Addresses anywhere, so that scales of any coarseness come up; lists so long that rows are joined.</summary>
    [Fact]
    public void Index_and_list_agree_on_long_lists_and_far_addresses()
    {
        Random random = Dice.Roll();
        for (int round = 0; round < 40; round++)
        {
            Address[] met = [.. Enumerable.Range(0, 60).Select(_ => Far(random, round))];
            Selector Side() => new(random.Next(5) == 0 ? 1UL << random.Next(4) : 0, Enumerable.Range(0, random.Next(1, 12)).Select(_ => Between(random, met)));
            ServiceMatch[] Services() => [.. Enumerable.Range(0, random.Next(6)).Select(_ => RandomService(random))];
            Rule[] rules =
            [
                .. Enumerable.Range(0, 300).Select(i => new Rule { Name = $"{i}", Action = RuleAction.Allow, Source = Side(), Destination = Side(), Services = Services() }),
                new Rule { Name = "last", Action = RuleAction.Drop },
            ];
            var index = new RuleIndex(rules);
            for (int ask = 0; ask < 300; ask++)
            {
                var from = new Endpoint(1UL << random.Next(6), met[random.Next(met.Length)]);
                var to = new Endpoint(1UL << random.Next(6), met[random.Next(met.Length)]);
                (byte protocol, ushort port) = (RandomProtocol(random), (ushort)random.Next(20));
                Assert.Equal(RuleList.Match(rules, from, to, protocol, port), index.Match(from, to, protocol, port));
            }
        }
    }

    [Fact]
    public void Asking_the_index_allocates_nothing()
    {
        Rule[] rules = [.. Enumerable.Range(0, 1000).Select(i => new Rule { Name = $"{i}", Action = RuleAction.Allow, Family = RuleFamily.IPv4, Services = [new ServiceMatch(6, (ushort)i, (ushort)i)] }), new Rule { Name = "last", Action = RuleAction.Drop }];
        var index = new RuleIndex(rules);
        var end = new Endpoint(1, Address.FromV4(1));
        Assert.Equal(999, index.Match(end, end, 6, 999));
        long allocated = long.MaxValue;
        // A collection that another test causes meanwhile charges this thread with the rest of its allocation buffer, once.
        for (int attempt = 0; attempt < 5 && allocated > 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (ushort port = 0; port < 2000; port++) index.Match(end, end, 6, port);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(0, allocated);
    }

    /// <summary>Every other round of one network only, so that the IPv6 scale is fine.</summary>
    private static Address Far(Random random, int round) => random.Next(3) switch
    {
        0 => Address.FromV4((uint)random.NextInt64(1L << 32)),
        1 when round % 2 == 0 => new Address(0x20010db8_00000000UL + (ulong)random.Next(1 << 20), (ulong)random.NextInt64()),
        _ => new Address((ulong)random.NextInt64() << 1, (ulong)random.NextInt64()),
    };

    private static AddressRange Between(Random random, Address[] met)
    {
        Address one = met[random.Next(met.Length)];
        Address[] same = [.. met.Where(other => other.IsV4 == one.IsV4)];
        Address other = random.Next(2) == 0 ? one : same[random.Next(same.Length)];
        return one < other ? new AddressRange(one, other) : new AddressRange(other, one);
    }

    private static Endpoint End((HashSet<int> Ports, Address Address) end) =>
        new(end.Ports.Aggregate(0UL, (bits, port) => bits | 1UL << port), end.Address);

    private static Rule Compile(Twin twin) => new()
    {
        Name = "rule", Action = RuleAction.Allow, Active = twin.Active, Source = twin.Source.Compile(), Destination = twin.Destination.Compile(),
        Services = twin.Services, Family = twin.Family,
    };

    private static Twin RandomTwin(Random random) => new(
        random.Next(10) > 0, RandomSide(random), RandomSide(random),
        [.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomService(random))], (RuleFamily)(random.Next(6) is >= 3 ? 0 : random.Next(3)));

    private static Side RandomSide(Random random)
    {
        if (random.Next(4) == 0) return new Side(null, []);
        var ranges = new List<AddressRange>();
        for (int count = random.Next(6); count > 0; count--)
        {
            bool v4 = random.Next(2) == 0;
            Address a = Near(random, v4), b = Near(random, v4);
            ranges.Add(a < b ? new AddressRange(a, b) : new AddressRange(b, a));
        }
        return new Side(random.Next(2) == 0 ? [] : RandomPorts(random), ranges);
    }

    private static HashSet<int> RandomPorts(Random random) => [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => random.Next(4) == 0 ? 63 : random.Next(8))];

    private static ServiceMatch RandomService(Random random)
    {
        int first = random.Next(20);
        return random.Next(4) == 0 ? new ServiceMatch(RandomProtocol(random), 0, 65535) : new ServiceMatch(RandomProtocol(random), (ushort)first, (ushort)random.Next(first, 20));
    }

    private static byte RandomProtocol(Random random) => random.Next(4) switch { 0 => Protocol.Tcp, 1 => Protocol.Udp, 2 => Protocol.Icmp, _ => Protocol.Icmp6 };

    // Few addresses, so that ends of ranges are met.
    private static Address Near(Random random, bool v4) => v4 ? Address.FromV4(0x0a000000u + (uint)random.Next(40)) : new Address(0x20010db800000000, (ulong)random.Next(40));
}
