using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Reading;

/// <summary>Lists of flows as they are asked for: which, in which order, and no more than so many; and how fast they are.</summary>
public class FlowListTests
{
    private static readonly ForwardingTables s_none = ForwardingTables.Anonymous(new TableSizes(16, 16, 16));

    private static PathBed Bed(out LiveTables live, out ForwardingTables tables)
    {
        tables = ForwardingTables.Anonymous(new TableSizes(64, 64, 64));
        var bed = new PathBed(_ => { }, tables: tables);
        for (int host = 1; host <= 5; host++)
        {
            for (int packets = 0; packets < host; packets++) bed.Pass(PathBed.Trusted, Make.Udp($"192.168.10.1{host}:{5000 + host}", "192.0.2.1:80"));
        }
        _ = new Connection(bed, PathBed.Trusted, "192.168.10.16:6000", "192.0.2.9:443");
        live = new LiveTables(tables);
        return bed;
    }

    private static string Hosts(IEnumerable<LiveFlow> flows) => string.Join(' ', flows.Select(flow => $"{flow.Inside.Address}"[^1]));

    [Theory]
    [InlineData(FlowOrder.Table, true, 9, "1 2 3 4 5 6")]
    [InlineData(FlowOrder.Table, true, 2, "1 2")]
    [InlineData(FlowOrder.Host, false, 3, "1 2 3")]
    [InlineData(FlowOrder.Host, true, 3, "6 5 4")]
    public void The_first_of_an_order_are_found(FlowOrder order, bool mostFirst, int most, string expected)
    {
        using PathBed bed = Bed(out LiveTables live, out _);

        Assert.Equal(expected, Hosts(live.Flows(new FlowSelection(), order, mostFirst, most)));
    }

    [Fact]
    public void The_first_few_are_those_that_sorting_all_would_put_there()
    {
        using PathBed bed = Bed(out LiveTables live, out _);
        long[] all = [.. live.Flows().Select(flow => flow.PacketsOut + flow.PacketsIn).OrderDescending()];

        Assert.Equal(all.Take(4), live.Flows(new FlowSelection(), FlowOrder.Packets, true, 4).Select(flow => flow.PacketsOut + flow.PacketsIn));
        Assert.Equal(all.Reverse().Take(4), live.Flows(new FlowSelection(), FlowOrder.Packets, false, 4).Select(flow => flow.PacketsOut + flow.PacketsIn));
    }

    [Fact]
    public void Everything_that_is_said_must_hold()
    {
        using PathBed bed = Bed(out LiveTables live, out _);
        Prefix low = Parse("192.168.10.12/31"), one = Parse("192.168.10.15/32");

        Assert.Equal("2 3", Only(live, new FlowSelection { Host = low }));
        Assert.Equal("5", Only(live, new FlowSelection { Host = one }));
        Assert.Equal("", Only(live, new FlowSelection { Host = one, Protocol = Protocol.Tcp }));
        Assert.Equal("6", Only(live, new FlowSelection { Protocol = Protocol.Tcp }));
        Assert.Equal("6", Only(live, new FlowSelection { Port = 443 }));
        Assert.Equal("3", Only(live, new FlowSelection { Port = 5003 }));
        Assert.Equal("6", Only(live, new FlowSelection { State = live.Flows().Single(flow => flow.Protocol == Protocol.Tcp).State }));
        Assert.Equal("1 2 3 4 5", Only(live, new FlowSelection { State = "one-way" }));
        Assert.Equal("2", Only(live, new FlowSelection { InsideEnds = new HashSet<Address> { Address.Parse("192.168.10.12") } }));
        Assert.Equal("", Only(live, new FlowSelection { Link = PathBed.Two }));
        Assert.Equal("1 2 3 4 5 6", Only(live, new FlowSelection { Link = PathBed.One }));
        Assert.Equal("", Only(live, new FlowSelection { Rules = new HashSet<int> { 9999 } }));
        Assert.Equal("", Only(live, new FlowSelection { Probes = true }));
        Assert.Equal("", Only(live, new FlowSelection { Since = long.MaxValue }));
    }

    [Fact]
    public void Rates_are_the_octets_between_two_readings()
    {
        using PathBed bed = Bed(out _, out ForwardingTables tables);
        using var meter = new FlowMeter(tables);
        Assert.Equal(0, meter.Busiest(new FlowSelection(), BusyOrder.Rate, 3, 10_000_000, out _, out _, out int hosts));
        Assert.Equal(6, hosts);
        long before = Octets(tables, "192.168.10.14");
        for (int i = 0; i < 50; i++) bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.14:5004", "192.0.2.1:80"));
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.12:5002", "192.0.2.1:80"));
        long carried = Octets(tables, "192.168.10.14") - before;

        long span = meter.Busiest(new FlowSelection(), BusyOrder.Rate, 2, 20_000_000, out List<BusyFlow> flows, out List<BusyHost> busy, out _);

        Assert.Equal(10_000_000, span);
        Assert.Equal(["192.168.10.14", "192.168.10.12"], busy.Select(host => $"{host.Host}"));
        Assert.Equal(carried / 10.0, busy[0].Out, 1.0);
        Assert.Equal(0, busy[0].In);
        Assert.Equal((2, busy[0].Out), (flows.Count, flows[0].Out));
        // Within the second it is the same reading, whatever else is asked.
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.14:5004", "192.0.2.1:80"));
        Assert.Equal(span, meter.Busiest(new FlowSelection { Protocol = Protocol.Udp }, BusyOrder.Out, 1, 20_100_000, out _, out List<BusyHost> again, out _));
        Assert.Equal(busy[0].Out, Assert.Single(again).Out);
    }

    [Fact]
    public void After_a_long_time_nothing_is_known_of_the_rate()
    {
        using PathBed bed = Bed(out _, out ForwardingTables tables);
        using var meter = new FlowMeter(tables);
        meter.Busiest(new FlowSelection(), BusyOrder.Rate, 1, 1_000_000, out _, out _, out _);

        Assert.Equal(0, meter.Busiest(new FlowSelection(), BusyOrder.Rate, 1, 1_000_000 + FlowMeter.Stale * 1000, out _, out _, out _));
    }

    [Fact]
    public void A_table_without_flows_has_no_list()
    {
        using var meter = new FlowMeter(s_none);
        meter.Busiest(new FlowSelection(), BusyOrder.Flows, 5, 1, out List<BusyFlow> flows, out List<BusyHost> hosts, out int count);

        Assert.Equal((0, 0, 0), (flows.Count, hosts.Count, count));
        Assert.Empty(new LiveTables(s_none).Flows(new FlowSelection(), FlowOrder.Octets, true, 5));
    }

    private static string Only(LiveTables live, FlowSelection which) => Hosts(live.Flows(which, FlowOrder.Host, mostFirst: false, 100));

    private static Prefix Parse(string text) => Prefix.TryParse(text, out Prefix prefix) ? prefix : throw new FormatException(text);

    private static long Octets(ForwardingTables tables, string host) => new LiveTables(tables).Flows().Single(flow => $"{flow.Inside.Address}" == host).OctetsOut;
}
