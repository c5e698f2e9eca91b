using System.Runtime.InteropServices;
using Router.Forwarding.Flows;
using Router.Wire;

namespace Router.Forwarding.Reading;

/// <summary>What a list of busy flows or hosts begins with.</summary>
public enum BusyOrder : byte
{
    /// <summary>Both ways together.</summary>
    Rate,
    In,
    Out,

    /// <summary>Octets so far, both ways together.</summary>
    Octets,

    /// <summary>How many flows a host has; of flows, their age.</summary>
    Flows,
}

/// <summary>A busy flow: its place in the table, and octets a second to and from the inside.</summary>
public readonly record struct BusyFlow(int Id, long Created, float In, float Out);

/// <summary>A busy host: what its flows carry together.</summary>
/// <param name="Host">Its inside address.</param>
/// <param name="Zone">Where it lives.</param>
/// <param name="Flows">How many of its flows fitted.</param>
/// <param name="In">Octets a second towards it, <paramref name="Out"/> from it.</param>
/// <param name="OctetsIn">What these flows have carried so far, towards it and (<paramref name="OctetsOut"/>) from it.</param>
public readonly record struct BusyHost(Address Host, PortId Zone, int Flows, float In, float Out, long OctetsIn, long OctetsOut);

/// <summary>
/// Rates of flows: the difference of their octets between two readings of the table, for the few who look at `routerctl top`. The path
/// counts octets anyway and knows nothing of this.
///
/// A reading notes, for each place of the table, whose octets it saw and how many, and the rate since the one before: 32 octets for each
/// place that has ever held a flow. It is taken by whoever asks, a second after the last at the soonest, and not before twenty times as
/// long as the last one took: however many look, and however large the table, readings take no more than a twentieth of a core. Answers in
/// between are from the same reading; each walks the table once more to choose from it. After <see cref="Stale"/> without a question the memory is given back, and the next question begins anew,
/// with no rates yet. A flow that is newer than the last reading counts from its beginning.
/// </summary>
public sealed class FlowMeter(ForwardingTables tables) : IDisposable
{
    public const long Stale = 15_000_000;

    private const long Soonest = 950_000;
    private const int Patience = 20;

    private readonly Lock _gate = new();
    private Seen[]? _seen;
    private long _at, _took, _span;
    private Timer? _release;

    private struct Seen
    {
        public long Created, In, Out;
        public float InRate, OutRate;
    }

    /// <summary>The busiest flows and hosts of those that fit, the most first.</summary>
    /// <param name="which">Those that count.</param>
    /// <param name="order">What comes first.</param>
    /// <param name="most">Of each, at most.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="hosts">How many hosts there were in all.</param>
    /// <returns>The time between the two readings in microseconds; 0 if there has been only one, so that no rate is known.</returns>
    public long Busiest(FlowSelection which, BusyOrder order, int most, long now, out List<BusyFlow> flows, out List<BusyHost> busy, out int hosts)
    {
        lock (_gate)
        {
            Read(now);
            var first = new PriorityQueue<BusyFlow, double>();
            var sums = new Dictionary<Address, BusyHost>();
            for (int id = tables.Flows.NextLive(-1); id >= 0; id = tables.Flows.NextLive(id))
            {
                if (!tables.Flows.TryRead(id, out Flow flow) || !which.Fits(flow)) continue;
                Add(sums, flow, _seen![id]);
                Keep(first, new BusyFlow(id, flow.Created, RateOf(flow, _seen[id]).In, RateOf(flow, _seen[id]).Out), KeyOf(flow, _seen[id], order, now), most);
            }
            var firstHosts = new PriorityQueue<BusyHost, double>();
            foreach (BusyHost host in sums.Values) Keep(firstHosts, host, KeyOf(host, order), most);
            (flows, busy, hosts) = (Emptied(first), Emptied(firstHosts), sums.Count);
            return _span;
        }
    }

    public void Dispose() => _release?.Dispose();

    private void Read(long now)
    {
        long since = now - _at;
        if (_seen is not null && since < Math.Max(Soonest, _took * Patience)) return;
        bool isFirst = _seen is null || since > Math.Max(Stale, 2 * _took * Patience);
        _seen ??= new Seen[tables.Flows.Capacity];
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        float perSecond = isFirst ? 0 : 1e6f / since;
        for (int id = tables.Flows.NextLive(-1); id >= 0; id = tables.Flows.NextLive(id))
        {
            if (!tables.Flows.TryRead(id, out Flow flow)) continue;
            ref Seen seen = ref _seen[id];
            if (seen.Created != flow.Created) seen = new Seen { Created = flow.Created };
            (long into, long from) = OctetsOf(flow);
            (seen.InRate, seen.OutRate) = (Math.Max(0, into - seen.In) * perSecond, Math.Max(0, from - seen.Out) * perSecond);
            (seen.In, seen.Out) = (into, from);
        }
        (_at, _span, _took) = (now, isFirst ? 0 : since, (long)System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMicroseconds);
        _release ??= new Timer(_ => Release());
        _release.Change(TimeSpan.FromMicroseconds(2 * Math.Max(Stale, _took * Patience)), Timeout.InfiniteTimeSpan);
    }

    private void Release()
    {
        lock (_gate) _seen = null;
    }

    private static (long In, long Out) OctetsOf(in Flow flow) =>
        (flow.Traits & FlowTraits.Inbound) != 0 ? ((long)flow.OctetsOut, (long)flow.OctetsIn) : ((long)flow.OctetsIn, (long)flow.OctetsOut);

    // A flow that was admitted since the reading has none yet.
    private static (float In, float Out) RateOf(in Flow flow, in Seen seen) => seen.Created == flow.Created ? (seen.InRate, seen.OutRate) : (0, 0);

    private static void Add(Dictionary<Address, BusyHost> sums, in Flow flow, in Seen seen)
    {
        bool inbound = (flow.Traits & FlowTraits.Inbound) != 0;
        Address inside = inbound ? flow.OutsideDestination : flow.InsideSource;
        (long into, long from) = OctetsOf(flow);
        (float inRate, float outRate) = RateOf(flow, seen);
        ref BusyHost sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, inside, out _);
        sum = new BusyHost(inside, inbound ? flow.Egress : flow.Ingress, sum.Flows + 1, sum.In + inRate, sum.Out + outRate, sum.OctetsIn + into, sum.OctetsOut + from);
    }

    private static double KeyOf(in Flow flow, in Seen seen, BusyOrder order, long now)
    {
        (float into, float from) = RateOf(flow, seen);
        return order switch
        {
            BusyOrder.Rate => into + from,
            BusyOrder.In => into,
            BusyOrder.Out => from,
            BusyOrder.Octets => flow.OctetsIn + flow.OctetsOut,
            BusyOrder.Flows => now - flow.Created,
        };
    }

    private static double KeyOf(in BusyHost host, BusyOrder order) => order switch
    {
        BusyOrder.Rate => host.In + host.Out,
        BusyOrder.In => host.In,
        BusyOrder.Out => host.Out,
        BusyOrder.Octets => host.OctetsIn + host.OctetsOut,
        BusyOrder.Flows => host.Flows,
    };

    private static void Keep<T>(PriorityQueue<T, double> first, T one, double key, int most)
    {
        if (first.Count < most) first.Enqueue(one, key);
        else first.EnqueueDequeue(one, key);
    }

    private static List<T> Emptied<T>(PriorityQueue<T, double> first)
    {
        var list = new List<T>(first.Count);
        while (first.TryDequeue(out T? one, out _)) list.Add(one);
        list.Reverse();
        return list;
    }
}
