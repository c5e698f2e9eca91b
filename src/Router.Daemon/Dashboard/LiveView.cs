using Router.Api;
using Router.Api.Web.Dashboard;
using Router.Daemon.Control;
using Router.Daemon.Metrics;
using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.Dashboard;

/// <summary>
/// The router at a moment. What it costs does not depend on how often it is asked for: the state is made once a second at the most, the lists every
/// three seconds and in no more than a twentieth of the time (a big table of flows makes them older, not the router slower). Whoever asks
/// earlier gets what there is.
/// </summary>
internal sealed class LiveView(ControlVerbs verbs, Worker worker, LiveTables tables)
{
    private const long StateFresh = 900_000;
    private const long ListsFresh = 2_900_000;
    private const int Share = 20;

    private readonly Lock _lock = new();
    private readonly ProcessNumbers _process = new();
    private LiveState? _state;
    private LiveLists? _lists;
    private long _stateAt, _listsAt, _nextLists, _drops;
    private double? _busySeconds;
    private Dictionary<Address, (long In, long Out)> _carried = [];

    public LiveState State()
    {
        lock (_lock)
        {
            long now = Monotonic.Microseconds();
            if (_state is null || now - _stateAt >= StateFresh) (_state, _stateAt) = (MakeState(now), now);
            return _state;
        }
    }

    public LiveLists Lists()
    {
        lock (_lock)
        {
            long now = Monotonic.Microseconds();
            if (_lists is not null && now < _nextLists) return _lists;
            _lists = MakeLists(now);
            _listsAt = now;
            _nextLists = now + Math.Max(ListsFresh, Share * (Monotonic.Microseconds() - now));
            return _lists;
        }
    }

    private LiveState MakeState(long now)
    {
        StatusReport status = verbs.Status();
        double seconds = _state is null ? 0 : (now - _stateAt) / 1e6;
        long drops = status.Drops.Sum(drop => drop.Packets), before = _drops;
        double? busy = _process.ForwardingSeconds(), busyBefore = _busySeconds;
        (_drops, _busySeconds) = (drops, busy);
        return new LiveState
        {
            Time = DateTimeOffset.Now, Version = status.Version, UptimeSeconds = status.UptimeSeconds, Mode = status.Mode, Flows = status.Flows, Pins = status.Pins,
            Busy = seconds > 0 ? Math.Clamp((busy - busyBefore) / seconds ?? 0, 0, 1) : null,
            DropsPerSecond = seconds > 0 ? Math.Max(0, drops - before) / seconds : 0,
            Links = verbs.Links(), Drill = verbs.LastDrill(), Warnings = status.Warnings,
        };
    }

    private LiveLists MakeLists(long now)
    {
        IReadOnlyList<HostReport> hosts = verbs.Hosts(new HostQuery { Limit = HostQuery.MostHosts });
        IReadOnlyList<RuleReport> rules = verbs.Rules();
        LicenseReport licence = verbs.License();
        return new LiveLists
        {
            Hosts = Busiest(hosts, now), HostCount = hosts.Count, Rules = [.. rules.Take(LiveLists.Most)], RuleCount = rules.Count,
            Drops = [.. verbs.Status().Drops.OrderByDescending(drop => drop.Packets)],
            Licence = licence with { Places = [.. licence.Places.Take(LiveLists.Most)], Users = [.. licence.Users.Take(LiveLists.Most)], Refused = [.. licence.Refused.Take(LiveLists.Most)] },
            Logins = [.. verbs.Users().Logins.Take(LiveLists.Most)],
        };
    }

    private List<HostLine> Busiest(IReadOnlyList<HostReport> hosts, long now)
    {
        Dictionary<Address, (long In, long Out)> sums = hosts.ToDictionary(host => Address.Parse(host.Host), _ => (0L, 0L));
        tables.SumByHost(sums);
        Dictionary<Address, (long In, long Out)> before = Interlocked.Exchange(ref _carried, sums);
        double seconds = _lists is null ? 0 : (now - _listsAt) / 1e6;
        return [.. hosts.Select(host => Line(host, sums, before, seconds)).OrderByDescending(line => line.InPerSecond + line.OutPerSecond).ThenByDescending(line => line.Flows).Take(LiveLists.Most)];
    }

    private HostLine Line(HostReport host, Dictionary<Address, (long In, long Out)> sums, Dictionary<Address, (long In, long Out)> before, double seconds)
    {
        Address address = Address.Parse(host.Host);
        ((long received, long sent), (long receivedBefore, long sentBefore)) = (sums[address], before.GetValueOrDefault(address));
        return new HostLine
        {
            Host = host.Host, Zone = host.Zone, Link = host.Link, PinAgeSeconds = host.PinAgeSeconds, Reason = host.Reason, Flows = host.Flows,
            User = worker.Plan.Roster.Of(address) is { IsUser: true } who ? who.User : null,
            // Less than before: flows of the host have ended.
            InPerSecond = seconds > 0 ? Math.Max(0, received - receivedBefore) / seconds : 0,
            OutPerSecond = seconds > 0 ? Math.Max(0, sent - sentBefore) / seconds : 0,
        };
    }
}
