using BenchmarkDotNet.Attributes;
using Router.Forwarding;
using Router.Forwarding.Flows;
using Router.Forwarding.Reading;
using Router.Tables;
using Router.Wire;

namespace Router.Benchmarks.Steps;

/// <summary>
/// What the control part and the portal read of a table with 262,144 flows of 10,000 hosts while the path works on it: the flows of those who
/// logged in or out (one; a dozen, as many as gather between two rosters at hundreds a second; half of all), when each was last in use, and
/// what the flows of two devices have carried.
/// </summary>
public class LiveTableSteps : StepSet
{
    private const int FlowCount = 262_144, HostCount = 10_000;

    private static readonly Address s_link = Address.Parse("198.51.100.2");

    private readonly (int Id, long Created)[] _found = new (int, long)[Worker.MostKills];
    private readonly HashSet<Address> _one = [.. Hosts(7, 1)], _dozen = [.. Hosts(100, 12)], _half = [.. Hosts(0, HostCount / 2)];
    private readonly Dictionary<Address, long> _times = Hosts(0, HostCount / 2).ToDictionary(host => host, _ => 0L);
    private ForwardingTables? _tables;
    private LiveTables? _live;

    internal override bool MayAllocate => true;

    [Benchmark]
    public int Flows_of_a_host() => Count(_one);

    [Benchmark]
    public int Flows_of_a_dozen_hosts() => Count(_dozen);

    [Benchmark]
    public int Flows_of_half_the_hosts() => Count(_half);

    /// <summary>Answers how many were in use.</summary>
    [Benchmark]
    public int Last_use_of_half_the_hosts()
    {
        _live!.LastUse(_times);
        return _times.Values.Count(time => time > 0);
    }

    /// <summary>Answers how many octets they have carried.</summary>
    [Benchmark]
    public int Sums_of_two_hosts()
    {
        Dictionary<Address, (long In, long Out)> sums = Hosts(3, 2).ToDictionary(host => host, _ => (0L, 0L));
        _live!.SumByHost(sums);
        return (int)sums.Values.Sum(sum => sum.In + sum.Out);
    }

    protected override void Build()
    {
        _tables = ForwardingTables.Anonymous(new TableSizes(FlowCount, 1024, 1024));
        for (int number = 0; number < FlowCount; number++)
        {
            Assert.True(_tables.Flows.TryTake(out int id));
            _tables.Flows[id] = MakeFlow(number);
            _tables.Flows.Commit(id);
        }
        _live = new LiveTables(_tables);
    }

    protected override void Prove()
    {
        Expect(FlowsOf(7), Flows_of_a_host);
        Expect(Enumerable.Range(100, 12).Sum(FlowsOf), Flows_of_a_dozen_hosts);
        Expect(Enumerable.Range(0, HostCount / 2).Sum(FlowsOf), Flows_of_half_the_hosts);
        Expect(HostCount / 2, Last_use_of_half_the_hosts);
        Expect(3 * (FlowsOf(3) + FlowsOf(4)), Sums_of_two_hosts);
    }

    protected override void Dispose(bool disposing)
    {
        _tables?.Flows.Dispose();
        base.Dispose(disposing);
    }

    private int Count(IReadOnlySet<Address> hosts)
    {
        FlowSearch search = _live!.FlowsOf(hosts);
        int count = 0;
        while (!search.IsOver) count += search.Next(_found);
        return count;
    }

    private static int FlowsOf(int host) => (FlowCount / HostCount) + (host < FlowCount % HostCount ? 1 : 0);

    private static IEnumerable<Address> Hosts(int first, int count) => Enumerable.Range(first, count).Select(number => Address.FromV4(0x0a000000 + (uint)number));

    // The flows of a host are far from each other.
    private static Flow MakeFlow(int number) => new()
    {
        InsideSource = Address.FromV4(0x0a000000 + (uint)(number % HostCount)), InsideSourcePort = (ushort)(1024 + (number / HostCount)), InsideDestination = Address.FromV4(0xc0000200), InsideDestinationPort = 80,
        OutsideSource = s_link, OutsideSourcePort = (ushort)(1024 + (number % 50_000)), OutsideDestination = Address.FromV4(0xc0000200), OutsideDestinationPort = 80,
        Protocol = Protocol.Tcp, Ingress = new PortId(1), Egress = new PortId(3), Mapping = -1, Pin = -1, Created = number, LastUse = 1 + number, OctetsIn = 1, OctetsOut = 2,
    };
}
