using Router.Forwarding;
using Router.Forwarding.Flows;
using Router.Forwarding.Reading;
using Router.Tests.Tables;
using Router.Wire;

namespace Router.Tests.Forwarding.Reading;

/// <summary>Flows of some hosts, found in the whole table: the same as by looking at each of them, in any pieces, and beside a path that goes on.</summary>
public class FlowSearchTests
{
    private const int Hosts = 300;

    [Fact]
    public void It_finds_what_looking_at_each_flow_finds()
    {
        Random random = Seeded.New();
        for (int round = 0; round < 30; round++)
        {
            ForwardingTables tables = Filled(random, flows: 500);
            HashSet<Address> hosts = [.. Enumerable.Range(0, random.Next(1 << random.Next(9))).Select(_ => Host(random.Next(Hosts)))];
            int[] expected = [.. Live(tables).Where(id => hosts.Contains(tables.Flows[id].InsideSource) || hosts.Contains(tables.Flows[id].OutsideDestination))];

            (int Id, long Created)[] found = All(new LiveTables(tables).FlowsOf(hosts), piece: 1 + random.Next(9));

            Assert.Equal(expected, found.Select(flow => flow.Id));
            Assert.Equal(expected.Select(id => tables.Flows[id].Created), found.Select(flow => flow.Created));
            tables.Flows.Dispose();
        }
    }

    [Fact]
    public void A_search_for_nobody_and_one_in_an_empty_table_end()
    {
        ForwardingTables tables = Filled(new Random(1), flows: 20), none = ForwardingTables.Anonymous(new TableSizes(16, 16, 16));

        Assert.Empty(All(new LiveTables(tables).FlowsOf(new HashSet<Address>()), piece: 4));
        Assert.Empty(All(new LiveTables(none).FlowsOf(new HashSet<Address> { Host(1) }), piece: 4));
    }

    [Fact]
    public void It_allocates_nothing_once_it_is_made()
    {
        ForwardingTables tables = Filled(new Random(2), flows: 400);
        var live = new LiveTables(tables);
        HashSet<Address> hosts = [.. Enumerable.Range(0, 40).Select(Host)];
        FlowSearch warm = live.FlowsOf(hosts), search = live.FlowsOf(hosts);
        var found = new (int, long)[7];
        while (!warm.IsOver) warm.Next(found);
        int count = 0;

        long before = GC.GetAllocatedBytesForCurrentThread();
        while (!search.IsOver) count += search.Next(found);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(count > 10);
    }

    // Half the table is freed and filled again while it is searched, as the path does; whoever stays is found each time.
    [Fact]
    public async Task Flows_that_stay_are_found_while_others_come_and_go()
    {
        ForwardingTables tables = Filled(new Random(3), flows: 256);
        int[] all = [.. Live(tables)], staying = [.. all.Where(id => id % 2 == 0)];
        HashSet<Address> hosts = [.. Enumerable.Range(0, Hosts).Select(Host)];
        int searches = 0;
        Task path = Task.Run(() =>
        {
            for (int turn = 0; turn < 200_000 || Volatile.Read(ref searches) < 50; turn++)
            {
                int id = all[(turn * 2 + 1) % all.Length];
                if (!tables.Flows.IsLive(id)) continue;
                tables.Flows.Free(id);
                Put(tables, turn);
            }
        }, TestContext.Current.CancellationToken);
        var live = new LiveTables(tables);
        while (!path.IsCompleted)
        {
            Assert.Empty(staying.Except(All(live.FlowsOf(hosts), piece: 100).Select(flow => flow.Id)));
            Interlocked.Increment(ref searches);
        }
        await path;
    }

    private static (int Id, long Created)[] All(FlowSearch search, int piece)
    {
        var found = new List<(int, long)>();
        var some = new (int Id, long Created)[piece];
        while (!search.IsOver)
        {
            int count = search.Next(some);
            Assert.True(count == piece || search.IsOver);
            found.AddRange(some.AsSpan(0, count));
        }
        Assert.Equal(0, search.Next(some));
        return [.. found];
    }

    /// <summary>Flows of hosts and, inbound, to hosts, with gaps between them.</summary>
    private static ForwardingTables Filled(Random random, int flows)
    {
        ForwardingTables tables = ForwardingTables.Anonymous(new TableSizes(flows, 16, 16));
        for (int number = 0; number < flows; number++) Put(tables, random.Next());
        if (flows > 256)
        {
            foreach (int id in Live(tables).Where(_ => random.Next(3) == 0)) tables.Flows.Free(id);
        }
        return tables;
    }

    private static void Put(ForwardingTables tables, int number)
    {
        Assert.True(tables.Flows.TryTake(out int id));
        Address host = Host(number % Hosts), far = Address.FromV4(0xc0000200 + (uint)(number % 7));
        bool inbound = number % 5 == 0;
        tables.Flows[id] = new Flow { InsideSource = inbound ? far : host, OutsideDestination = inbound ? host : far, InsideSourcePort = (ushort)number, Created = number, Protocol = Protocol.Udp };
        tables.Flows.Commit(id);
    }

    private static List<int> Live(ForwardingTables tables)
    {
        var ids = new List<int>();
        for (int id = tables.Flows.NextLive(-1); id >= 0; id = tables.Flows.NextLive(id)) ids.Add(id);
        return ids;
    }

    private static Address Host(int number) => number % 2 == 0 ? Address.FromV4(0x0a000000 + (uint)number) : new Address(0x2001_0db8_0000_0000, (ulong)number);
}
