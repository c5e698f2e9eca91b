using Router.Api;
using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Reading;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.Reporting.Flows;

/// <summary>`top`: the links, and the busiest hosts and flows, of which no more is ever sent than was asked for.</summary>
internal sealed class TopReports(Worker worker, PortRegistry ports, LiveTables tables, FlowReports flows, FlowSelections selections, FlowMeter meter)
{
    public TopReport Read(TopQuery query, StatusReport status, IReadOnlyList<LinkReport> links)
    {
        List<BusyFlow> busyFlows = [];
        List<BusyHost> busyHosts = [];
        long span = 0;
        int hosts = 0;
        if (selections.Of(query.Which) is { } which)
        {
            span = meter.Busiest(which, OrderOf(query.Sort), query.Rows, Monotonic.Microseconds(), out busyFlows, out busyHosts, out hosts);
        }
        Dictionary<Address, PortId> pins = PinsOf(busyHosts);
        return new TopReport
        {
            Time = DateTimeOffset.Now, Version = status.Version, UptimeSeconds = status.UptimeSeconds, Mode = status.Mode, FlowTable = status.Flows,
            SpanSeconds = span == 0 ? null : span / 1e6, Links = links, HostCount = hosts,
            Hosts = [.. busyHosts.Select(host => Describe(host, pins))],
            Flows = [.. busyFlows.Select(Describe).OfType<BusyFlowReport>()],
        };
    }

    private BusyHostReport Describe(BusyHost host, Dictionary<Address, PortId> pins) => new()
    {
        Host = host.Host.ToString(), Zone = ports.NameOf(host.Zone), Flows = host.Flows,
        Link = pins.TryGetValue(host.Host, out PortId link) ? ports.NameOf(link) : null,
        User = worker.Plan.Roster.Of(host.Host) is { IsUser: true } who ? who.User : null,
        OctetsPerSecondIn = host.In, OctetsPerSecondOut = host.Out, OctetsIn = host.OctetsIn, OctetsOut = host.OctetsOut,
    };

    private BusyFlowReport? Describe(BusyFlow busy) => tables.Flow(busy.Id, busy.Created) is not { } flow ? null : new BusyFlowReport
    {
        Flow = flows.Describe(flow), OctetsPerSecondIn = busy.In, OctetsPerSecondOut = busy.Out,
    };

    private Dictionary<Address, PortId> PinsOf(List<BusyHost> hosts)
    {
        HashSet<Address> wanted = [.. hosts.Select(host => host.Host)];
        var pins = new Dictionary<Address, PortId>();
        foreach (LivePin pin in tables.Pins())
        {
            if (pin.Site is null && wanted.Contains(pin.Host)) pins[pin.Host] = pin.Link;
        }
        return pins;
    }

    private static BusyOrder OrderOf(string sort) => sort switch
    {
        "in" => BusyOrder.In,
        "out" => BusyOrder.Out,
        "octets" => BusyOrder.Octets,
        "flows" => BusyOrder.Flows,
        _ => BusyOrder.Rate,
    };
}
