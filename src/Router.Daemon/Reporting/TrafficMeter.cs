using System.Diagnostics;
using Router.Api;
using Router.Forwarding;

namespace Router.Daemon.Reporting;

/// <summary>
/// Rates of the links: the difference of two samples of the path's counters, at least a second apart. Sampled by whoever asks; the
/// first answer has no rate yet.
/// </summary>
internal sealed class TrafficMeter(Worker worker)
{
    private readonly Lock _gate = new();
    private readonly PortTraffic[] _older = new PortTraffic[PortId.Most + 1];
    private readonly PortTraffic[] _newer = new PortTraffic[PortId.Most + 1];
    private long _olderTime, _newerTime;

    public (TrafficReport Received, TrafficReport Sent) Read(PortId id)
    {
        lock (_gate)
        {
            Sample();
            PortTraffic now = worker.Forwarder.Traffic(id);
            ref PortTraffic then = ref _older[id.Value];
            double seconds = _olderTime == 0 ? 0 : Stopwatch.GetElapsedTime(_olderTime).TotalSeconds;
            return (Report(now.PacketsIn, now.OctetsIn, now.PacketsIn - then.PacketsIn, now.OctetsIn - then.OctetsIn, seconds),
                Report(now.PacketsOut, now.OctetsOut, now.PacketsOut - then.PacketsOut, now.OctetsOut - then.OctetsOut, seconds));
        }
    }

    private void Sample()
    {
        if (_newerTime != 0 && Stopwatch.GetElapsedTime(_newerTime).TotalSeconds < 1) return;
        (_olderTime, _newerTime) = (_newerTime, Stopwatch.GetTimestamp());
        _newer.CopyTo(_older.AsSpan());
        for (int id = 0; id < _newer.Length; id++) _newer[id] = worker.Forwarder.Traffic(new PortId((byte)id));
    }

    private static TrafficReport Report(long packets, long octets, long packetsSince, long octetsSince, double seconds) => new()
    {
        Packets = packets, Octets = octets,
        // Less than before: the number has passed to another link in between.
        PacketsPerSecond = seconds > 0 && packetsSince > 0 ? packetsSince / seconds : 0,
        OctetsPerSecond = seconds > 0 && octetsSince > 0 ? octetsSince / seconds : 0,
    };
}
