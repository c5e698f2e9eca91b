using Router.Api;
using Router.Api.Metrics;
using Router.Daemon.Control;
using Router.Daemon.History;
using Router.Daemon.People;
using Router.Daemon.Steering;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Licensing;
using Router.Ports;

namespace Router.Daemon.Metrics;

/// <summary>
/// The numbers of /metrics, put together from what others count anyway, when router-web asks for them; nothing is counted for them on the
/// packet's path. A collection walks the live flows twice (how many each link has, what each rule's have carried so far), so it is made
/// once a second at the most, however often it is asked for; whoever asks earlier gets the one before.
/// </summary>
internal sealed class MetricsDesk(ControlVerbs verbs, Helm helm, Worker worker, PortRegistry ports, FrontDesk desk, Chronicle chronicle, Journal journal)
{
    /// <summary>Traffic rules with series of their own; what comes behind them is one, <see cref="Others"/>.</summary>
    public const int MostRules = 500;

    public const string Others = "(others)";

    private const long Fresh = 1_000_000;

    private static readonly string[] s_states = ["up", "degraded", "standby", "down", "disabled"];

    private readonly Lock _lock = new();
    private readonly ProcessNumbers _process = new();
    private MetricReport? _last;
    private long _collectedAt;

    /// <summary>From any thread.</summary>
    public MetricReport Report()
    {
        lock (_lock)
        {
            long now = Monotonic.Microseconds();
            if (_last is null || now - _collectedAt >= Fresh) (_last, _collectedAt) = (Collect(), now);
            return _last;
        }
    }

    private MetricReport Collect()
    {
        var samples = new SampleList();
        AddProgram(samples);
        foreach (LinkReport link in verbs.Links()) AddLink(samples, link);
        foreach (string zone in helm.Settings.Zones.Select(zone => zone.Name)) AddZone(samples, zone, worker.Forwarder.Traffic(ports.Claim(zone)));
        AddPath(samples);
        AddRules(samples);
        AddPeople(samples);
        return samples.Report;
    }

    private void AddProgram(SampleList to)
    {
        StatusReport status = verbs.Status();
        to.Add(MetricCatalog.BuildInfo, 1, status.Version);
        _process.Add(to);
        to.Add(MetricCatalog.ForwardingRounds, worker.Beats);
        to.Add(MetricCatalog.Flows, status.Flows.Used);
        to.Add(MetricCatalog.FlowsLimit, status.Flows.Capacity);
        to.Add(MetricCatalog.Pins, status.Pins.Used);
        to.Add(MetricCatalog.PinsLimit, status.Pins.Capacity);
        (long loaded, long refused) = helm.Reloads;
        to.Add(MetricCatalog.Reloads, loaded, "loaded");
        to.Add(MetricCatalog.Reloads, refused, "refused");
        to.Add(MetricCatalog.ConfigurationLoaded, status.PolicyLoadedAt.ToUnixTimeMilliseconds() / 1e3);
        to.Add(MetricCatalog.ConfigurationWarnings, status.Warnings.Count);
        foreach (Priority priority in Enum.GetValues<Priority>()) to.Add(MetricCatalog.JournalLines, journal.Written(priority), priority.ToString().ToLowerInvariant());
        to.Add(MetricCatalog.JournalSuppressed, journal.Suppressed);
        to.Add(MetricCatalog.HistoryLost, chronicle.Lost);
    }

    private static void AddLink(SampleList to, LinkReport link)
    {
        to.Add(MetricCatalog.LinkUp, link.State is "up" or "degraded" or "standby" ? 1 : 0, link.Name);
        foreach (string state in s_states) to.Add(MetricCatalog.LinkState, state == link.State ? 1 : 0, link.Name, state);
        to.Add(MetricCatalog.LinkInUse, link.InUse ? 1 : 0, link.Name);
        to.Add(MetricCatalog.LinkSince, link.Since.ToUnixTimeMilliseconds() / 1e3, link.Name);
        to.Add(MetricCatalog.LinkLoss, link.LossShare, link.Name);
        to.Add(MetricCatalog.LinkLatency, link.LatencyMilliseconds / 1e3, link.Name);
        to.Add(MetricCatalog.LinkReceiveBytes, link.Received.Octets, link.Name);
        to.Add(MetricCatalog.LinkTransmitBytes, link.Sent.Octets, link.Name);
        to.Add(MetricCatalog.LinkReceivePackets, link.Received.Packets, link.Name);
        to.Add(MetricCatalog.LinkTransmitPackets, link.Sent.Packets, link.Name);
        to.Add(MetricCatalog.LinkFlows, link.Flows, link.Name);
        to.Add(MetricCatalog.LinkPins, link.Pins, link.Name);
        to.Add(MetricCatalog.LinkMonthBytes, link.Volume is { } month ? month.MonthIn + month.MonthOut : null, link.Name);
        to.Add(MetricCatalog.LinkCapBytes, link.Volume?.Cap, link.Name);
    }

    private static void AddZone(SampleList to, string zone, in PortTraffic traffic)
    {
        to.Add(MetricCatalog.ZoneReceiveBytes, traffic.OctetsIn, zone);
        to.Add(MetricCatalog.ZoneTransmitBytes, traffic.OctetsOut, zone);
        to.Add(MetricCatalog.ZoneReceivePackets, traffic.PacketsIn, zone);
        to.Add(MetricCatalog.ZoneTransmitPackets, traffic.PacketsOut, zone);
    }

    // Those that never happened too, so that their first time is a rise that an alert can see.
    private void AddPath(SampleList to)
    {
        ReadOnlySpan<long> counts = worker.Forwarder.Drops;
        for (int reason = 0; reason < counts.Length; reason++)
        {
            if ((DropReason)reason is not (DropReason.None or DropReason.Consumed) && Enum.IsDefined((DropReason)reason)) to.Add(MetricCatalog.Drops, counts[reason], ((DropReason)reason).ToString());
        }
    }

    private void AddRules(SampleList to)
    {
        int number = 0;
        foreach (RuleReport rule in verbs.Rules())
        {
            string name = ++number > MostRules ? Others : rule.Name;
            to.Add(MetricCatalog.RuleHits, rule.Flows, name);
            to.Add(MetricCatalog.RuleBytes, rule.Octets, name);
        }
        WebReport web = verbs.Web();
        number = 0;
        foreach (WebRuleReport rule in web.Rules) to.Add(MetricCatalog.WebRuleHits, rule.Hits, ++number > MostRules ? Others : rule.Name);
        to.Add(MetricCatalog.WebRefused, web.Refused);
    }

    private void AddPeople(SampleList to)
    {
        PoolCounts counts = desk.Pool.Counts();
        PoolTally tally = desk.Pool.Tally();
        to.Add(MetricCatalog.DevicesUsed, counts.Devices);
        to.Add(MetricCatalog.DevicesLimit, counts.MostDevices);
        to.Add(MetricCatalog.UsersLoggedIn, counts.Users);
        if (desk.Pool.Terms.Mode == PoolMode.PerUser)
        {
            to.Add(MetricCatalog.SeatsUsed, counts.Seats);
            to.Add(MetricCatalog.SeatsLimit, counts.MostSeats);
        }
        to.Add(MetricCatalog.PlacesTaken, tally.PlacesTaken);
        to.Add(MetricCatalog.LicenceRefused, tally.Refused);
        to.Add(MetricCatalog.Logouts, tally.Logouts);
        if (verbs.License().Licence.Expires is { } last) to.Add(MetricCatalog.LicenceExpiry, new DateTimeOffset(last.AddDays(1).ToDateTime(TimeOnly.MinValue)).ToUnixTimeSeconds());
        foreach ((string method, string result, long count) in desk.Tally.Read()) to.Add(MetricCatalog.Logins, count, method, result);
    }
}
