using Router.Api;
using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Reading;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.Placing;

/// <summary>
/// `routerctl hosts`: who is held to which link and why. A host is listed that has a pin, for all destinations or for a site, or a
/// live flow; by address unless it is asked otherwise, so that two answers can be compared line by line.
/// </summary>
internal sealed class HostReports(Worker worker, PortRegistry ports, LiveTables tables)
{
    /// <summary>What is known of one host, while it is put together.</summary>
    private sealed class Found
    {
        public PortId? Zone;
        public long Unpinned;
        public LivePin? Pin;
        public readonly List<LivePin> Sites = [];
    }

    public List<HostReport> Hosts(HostQuery query)
    {
        var hosts = new Dictionary<Address, Found>();
        Prefix? within = query.Host is { } text && Prefix.TryParse(text, out Prefix prefix) ? prefix : null;
        foreach ((Address inside, PortId zone, bool pinned) in tables.InsideEnds())
        {
            if (within is { } network && !network.Contains(inside)) continue;
            Found found = Of(hosts, inside);
            found.Zone = zone;
            if (!pinned) found.Unpinned++;
        }
        foreach (LivePin pin in tables.Pins())
        {
            if (within is { } network && !network.Contains(pin.Host)) continue;
            Found found = Of(hosts, pin.Host);
            if (pin.Site is null) found.Pin = pin;
            else found.Sites.Add(pin);
        }
        long now = Monotonic.Microseconds();
        SortOrder order = (query.Sort is { } sort ? SortOrder.Read(sort, HostQuery.Numbers, HostQuery.Words, out _) : null) ?? new SortOrder { Key = "host", MostFirst = false };
        IEnumerable<KeyValuePair<Address, Found>> fitting = hosts.Where(host => Fits(host.Key, host.Value, query));
        IOrderedEnumerable<KeyValuePair<Address, Found>> ordered = order.MostFirst
            ? fitting.OrderByDescending(host => KeyOf(host.Key, host.Value, order.Key, now)) : fitting.OrderBy(host => KeyOf(host.Key, host.Value, order.Key, now));
        bool isBackwards = order is { Key: "host", MostFirst: true };
        return [.. (isBackwards ? ordered.ThenByDescending(host => host.Key) : ordered.ThenBy(host => host.Key)).Take(query.Limit).Select(host => Describe(host.Key, host.Value, now))];
    }

    private bool Fits(Address host, Found found, HostQuery query) =>
        (query.Zone is null || (found.Zone is { } zone && ports.NameOf(zone) == query.Zone))
        && (query.User is null || string.Equals(UserOf(host), query.User, StringComparison.OrdinalIgnoreCase))
        && (query.Link is null || (found.Pin is { } pin && ports.NameOf(pin.Link) == query.Link) || found.Sites.Any(site => ports.NameOf(site.Link) == query.Link));

    // Hosts that have none of it stand behind those that do; addresses break ties, and are the key where it is empty.
    private (string Word, double Number) KeyOf(Address host, Found found, string key, long now) => key switch
    {
        "flows" => ("", FlowsOf(found)),
        "age" => ("", found.Pin is { } pin ? Age(pin, now) : -1),
        "link" => (found.Pin is { } held ? ports.NameOf(held.Link) : "~", 0),
        "zone" => (found.Zone is { } zone ? ports.NameOf(zone) : "~", 0),
        "user" => (UserOf(host) ?? "~", 0),
        _ => ("", 0),
    };

    private string? UserOf(Address host) => worker.Plan.Roster.Of(host) is { IsUser: true } who ? who.User : null;

    private static long FlowsOf(Found found) => found.Unpinned + (found.Pin?.Flows ?? 0) + found.Sites.Sum(site => site.Flows);

    private static Found Of(Dictionary<Address, Found> hosts, Address host)
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
        Flows = FlowsOf(found),
        User = UserOf(host),
        Sites = [.. found.Sites.OrderBy(site => site.Site!.Value.First).Select(site => new SitePinReport
        {
            Site = site.Site!.Value.ToString(), Link = ports.NameOf(site.Link), PinAgeSeconds = Age(site, now), Reason = site.Reason, MovedFrom = Before(site),
            Flows = site.Flows,
        })],
    };

    private string? Before(LivePin? pin) => pin?.From is { } from ? ports.NameOf(from) : null;

    private static double Age(LivePin pin, long now) => Math.Max(0, (now - pin.Since) / 1e6);
}
