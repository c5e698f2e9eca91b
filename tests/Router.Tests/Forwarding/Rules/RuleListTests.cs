using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Tests.Wire;
using Router.Wire;

namespace Router.Tests.Forwarding.Rules;

/// <summary>The list against a twin that knows nothing of sorted ranges and bit masks.</summary>
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
            for (int ask = 0; ask < 100; ask++)
            {
                bool v4 = random.Next(2) == 0;
                (HashSet<int> Ports, Address Address) from = (RandomPorts(random), Near(random, v4)), to = (RandomPorts(random), Near(random, v4));
                (byte protocol, ushort port) = (RandomProtocol(random), (ushort)random.Next(20));
                int expected = Array.FindIndex(twins, twin => twin.Matches(from, to, protocol, port));
                int found = RuleList.Match(rules, End(from), End(to), protocol, port);
                Assert.Equal(expected < 0 ? twins.Length : expected, found);
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
