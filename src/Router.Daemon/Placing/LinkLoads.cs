using System.Globalization;
using Router.Configuration;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;

namespace Router.Daemon.Placing;

/// <summary>
/// `placement: measured`: by which weights hosts are shared, and which links new ones avoid for now (decision 019). A link weighs what it
/// has carried at the most in the last day, both ways together, in kbit/s; never less than its declared `speed`. One without a declared
/// speed weighs at least 1 Mbit/s for each unit of its `weight`, and a tenth of the largest: a link that is given nobody can show nothing.
/// Weight 0 stays 0.
///
/// Each new weight makes a new plan, under which all flows are looked at; so weights that differ by less than an eighth from
/// those in force change nothing.
///
/// Written by the control thread, read by any.
/// </summary>
/// <param name="traffic">The path's counters of a port, since the start.</param>
/// <param name="ports">Numbers of links.</param>
/// <param name="health">Links as their probes find them.</param>
/// <param name="journal">Told of links that queue.</param>
internal sealed class LinkLoads(Func<PortId, PortTraffic> traffic, PortRegistry ports, Func<IReadOnlyList<Health.LinkReport>> health, Journal journal)
{
    private const long SampleEvery = 1_000_000;
    private const long WeighEvery = 10_000_000;

    /// <summary>Kbit/s for each unit of a weight, where nothing else is known.</summary>
    private const long PerWeight = 1000;

    private readonly Lock _gate = new();
    private readonly LinkLoad?[] _loads = new LinkLoad?[PortId.Most + 1];
    private readonly int[] _weights = new int[PortId.Most + 1];
    private readonly bool[] _queues = new bool[PortId.Most + 1];
    private Settings? _weighed;
    private long _nextSample, _nextWeighing;

    /// <summary>Looks at the links if it is time.</summary>
    /// <param name="settings">In force.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <returns>Whether a weight or a queue is another than before, so that a new plan is due.</returns>
    public bool Tick(Settings settings, long now)
    {
        if (settings.Internet.Placement != Placement.Measured || now < _nextSample) return false;
        _nextSample = now + SampleEvery;
        lock (_gate)
        {
            bool changed = Sample(settings, now);
            if (now < _nextWeighing) return changed;
            _nextWeighing = now + WeighEvery;
            return Weigh(settings) || changed;
        }
    }

    /// <summary>A link's state with what is measured of it, for the plan.</summary>
    public LinkState Apply(Settings settings, LinkState link)
    {
        if (settings.Internet.Placement != Placement.Measured) return link;
        lock (_gate)
        {
            // Declared speeds hold at once.
            if (!ReferenceEquals(_weighed, settings)) Weigh(settings);
            return link with { Capacity = _weights[link.Id.Value], Queues = _queues[link.Id.Value] };
        }
    }

    /// <summary>A link as it is reported; null where weights are as written.</summary>
    public Api.PlacementReport? Read(Settings settings, PortId link)
    {
        if (settings.Internet.Placement != Placement.Measured) return null;
        lock (_gate)
        {
            LinkLoad? load = _loads[link.Value];
            return new Api.PlacementReport
            {
                WeightKilobits = _weights[link.Value], PeakIn = load?.Peak.In ?? 0, PeakOut = load?.Peak.Out ?? 0, Queues = _queues[link.Value],
                LatencyMilliseconds = load is { Latency: > 0 } ? load.Latency / 1e3 : null,
                IdleLatencyMilliseconds = load is { IdleLatency: > 0 } ? load.IdleLatency / 1e3 : null,
            };
        }
    }

    private bool Sample(Settings settings, long now)
    {
        bool changed = false;
        IReadOnlyList<Health.LinkReport> reports = health();
        foreach (LinkSettings link in settings.Links)
        {
            PortId id = ports.Claim(link.Name);
            if (_loads[id.Value]?.Name != link.Name) _loads[id.Value] = new LinkLoad(link.Name);
            LinkLoad load = _loads[id.Value]!;
            Health.LinkReport? report = reports.FirstOrDefault(one => one.Link == id);
            // One that fails and returns begins without a queue.
            if (report is { Verdict.Usable: false }) load.Drain();
            PortTraffic carried = traffic(id);
            load.Sample(now, carried.OctetsIn, carried.OctetsOut, (long)((report?.RecentLatency ?? 0) * 1e6));
            if (load.Queues == _queues[id.Value]) continue;
            (_queues[id.Value], changed) = (load.Queues, true);
            Tell(load);
        }
        return changed;
    }

    // Whether any differs by more than an eighth from what is in force; then all are taken.
    private bool Weigh(Settings settings)
    {
        long largest = settings.Links.Where(link => link.Weight > 0).Select(link => Shown(link, ports.Claim(link.Name))).DefaultIfEmpty().Max();
        bool differs = false;
        foreach (LinkSettings link in settings.Links) differs |= Differs(_weights[ports.Claim(link.Name).Value], WeightOf(link, largest));
        if (!differs && ReferenceEquals(_weighed, settings)) return false;
        foreach (LinkSettings link in settings.Links) _weights[ports.Claim(link.Name).Value] = WeightOf(link, largest);
        _weighed = settings;
        return true;
    }

    private static bool Differs(int before, int after) => Math.Abs((long)after - before) > before / 8;

    private int WeightOf(LinkSettings link, long largest)
    {
        if (link.Weight == 0) return 0;
        long shown = Shown(link, ports.Claim(link.Name));
        return (int)Math.Min(link.Speed is null ? Math.Max(shown, largest / 10) : shown, int.MaxValue / 2);
    }

    // Kbit/s both ways: the most that it carried, or what is known before it carried anything.
    private long Shown(LinkSettings link, PortId id)
    {
        (double peakIn, double peakOut) = _loads[id.Value] is { } load && load.Name == link.Name ? load.Peak : default;
        long seen = (long)((peakIn + peakOut) * 8 / 1000);
        return Math.Max(seen, link.Speed is { } declared ? Math.Max(1, (declared.Down + declared.Up) / 1000) : link.Weight * PerWeight);
    }

    private void Tell(LinkLoad load)
    {
        string times = string.Create(CultureInfo.InvariantCulture, $"{load.Latency / 1e3:0.#} ms where {load.IdleLatency / 1e3:0.#} ms is idle");
        string rate = string.Create(CultureInfo.InvariantCulture, $"{load.Rate.In * 8 / 1e6:0.0} Mbit/s in, {load.Rate.Out * 8 / 1e6:0.0} out");
        journal.Write(Catalog.LinkLoad, Priority.Notice, load.Queues ? $"link {load.Name} queues: {times}, with {rate}; new hosts avoid it until it has drained" : $"link {load.Name} has drained: {times}; it takes new hosts again", ("LINK", load.Name));
    }
}
