using Router.Configuration;
using Router.Daemon.Health;
using Router.Daemon.Steering;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Ports;

namespace Router.Daemon.History;

/// <summary>Makes a sample of each link, from what others count anyway. On the chronicle's thread only, as it remembers the counters.</summary>
internal sealed class LinkSampler(Helm helm, Worker worker, PortRegistry ports)
{
    private readonly PortTraffic[] _before = new PortTraffic[PortId.Most + 1];
    private long _takenAt;

    public IEnumerable<LinkSample> Take()
    {
        long now = Monotonic.Microseconds(), time = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        // The first covers what was counted since the start, which it does not know.
        double seconds = _takenAt == 0 ? 0 : (now - _takenAt) / 1e6;
        _takenAt = now;
        Plan plan = worker.Plan;
        Dictionary<PortId, ProbeTally[]> tallies = helm.Health.TakeTallies().ToDictionary(t => t.Link, t => t.Targets);
        var samples = new List<LinkSample>();
        foreach (LinkSettings link in helm.Settings.Links)
        {
            PortId id = ports.Claim(link.Name);
            LinkState state = plan.Link(id) ?? new LinkState { Id = id };
            (long received, long sent) = Rates(id, seconds);
            samples.Add(new LinkSample(time, link.Name, state.Health.ToString().ToLowerInvariant(), received, sent,
                state.Addresses.Length == 0 ? "" : state.Addresses[0].ToString(),
                !state.Gateway4.IsUnspecified ? state.Gateway4.ToString() : !state.Gateway6.IsUnspecified ? state.Gateway6.ToString() : "",
                [.. tallies.GetValueOrDefault(id, []).Where(t => t.Asked > 0).Select(t => new TargetSample(t.Target, t.Asked, t.Answered, t.Latency))]));
        }
        return samples;
    }

    private (long In, long Out) Rates(PortId id, double seconds)
    {
        PortTraffic now = worker.Forwarder.Traffic(id), before = _before[id.Value];
        _before[id.Value] = now;
        // Less than before: the number has passed to another link in between.
        if (seconds <= 0 || now.OctetsIn < before.OctetsIn || now.OctetsOut < before.OctetsOut) return (0, 0);
        return ((long)((now.OctetsIn - before.OctetsIn) / seconds), (long)((now.OctetsOut - before.OctetsOut) / seconds));
    }
}
