using Router.Api;
using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.Placing;

/// <summary>
/// `routerctl hosts`: who is held to which link and why. A host is listed that has a pin, for all destinations or for a site, or a
/// live flow; by address, so that two answers can be compared line by line.
/// </summary>
internal sealed class HostReports(PortRegistry ports, LiveTables tables)
{
    /// <summary>What is known of one host, while it is put together.</summary>
    private sealed class Found
    {
        public PortId? Zone;
        public long Unpinned;
        public LivePin? Pin;
        public readonly List<LivePin> Sites = [];
    }

    public List<HostReport> Hosts()
    {
        var hosts = new SortedDictionary<Address, Found>();
        foreach (LiveFlow flow in tables.Flows())
        {
            Found found = Of(hosts, flow.Inside.Address);
            found.Zone = flow.Inbound ? flow.Egress : flow.Ingress;
            if (!flow.Pinned) found.Unpinned++;
        }
        foreach (LivePin pin in tables.Pins())
        {
            Found found = Of(hosts, pin.Host);
            if (pin.Site is null) found.Pin = pin;
            else found.Sites.Add(pin);
        }
        long now = Monotonic.Microseconds();
        return [.. hosts.Select(host => Describe(host.Key, host.Value, now))];
    }

    private static Found Of(SortedDictionary<Address, Found> hosts, Address host)
    {
        if (!hosts.TryGetValue(host, out Found? found)) hosts[host] = found = new Found();
        return found;
    }

    private HostReport Describe(Address host, Found found, long now) => new()
    {
        Host = host.ToString(),
        Zone = found.Zone is { } zone ? ports.NameOf(zone) : null,
        Link = found.Pin is { } pin ? ports.NameOf(pin.Link) : null,
        PinAgeSeconds = found.Pin is { } aged ? Age(aged, now) : null,
        Reason = found.Pin?.Reason,
        MovedFrom = Before(found.Pin),
        Flows = found.Unpinned + (found.Pin?.Flows ?? 0) + found.Sites.Sum(site => site.Flows),
        Sites = [.. found.Sites.OrderBy(site => site.Site!.Value.First).Select(site => new SitePinReport
        {
            Site = site.Site!.Value.ToString(), Link = ports.NameOf(site.Link), PinAgeSeconds = Age(site, now), Reason = site.Reason, MovedFrom = Before(site),
            Flows = site.Flows,
        })],
    };

    private string? Before(LivePin? pin) => pin?.From is { } from ? ports.NameOf(from) : null;

    private static double Age(LivePin pin, long now) => Math.Max(0, (now - pin.Since) / 1e6);
}
