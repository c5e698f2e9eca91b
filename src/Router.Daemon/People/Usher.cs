using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Reading;
using Router.Licensing;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.People;

/// <summary>
/// Brings to the path who is behind which address, and has it ask its rules again about the live flows of those who changed. Where no rule
/// asks who somebody is, flows are left alone. A first change is brought at once; of those that follow within <see cref="Pause"/> many are
/// brought together, so that hundreds of logins a second are some dozens of rosters. The flows are found beside the path; it looks at those
/// and no others, a few between two batches. The control thread's. [C]
///
/// Finding them is going through the whole table of flows (<see cref="FlowSearch"/>), 3 to 4 ms with 262,144 of them. So that logins never take
/// more than a small share of the control thread, the pause is longer the more flows there are.
/// </summary>
internal sealed class Usher(Seating seating, Worker worker, LiveTables tables)
{
    /// <summary>Microseconds between two rosters, at the least.</summary>
    private const long Pause = 20_000;

    /// <summary>Flows for each microsecond of a longer pause: some ten times what looking at them takes.</summary>
    private const int FlowsPerMicrosecond = 8;

    private readonly (int Id, long Created)[] _flows = new (int, long)[Worker.MostKills];
    private long _next;

    /// <summary>Something happened in the pool.</summary>
    public void Note(PoolChange change)
    {
        if (change.Kind == PoolChangeKind.AddressUser) seating.Mark(change.Address);
    }

    /// <summary>Brings what has changed, if it is time.</summary>
    public void Tick(long now)
    {
        if (now < _next || !seating.IsMarked) return;
        _next = now + Math.Max(Pause, tables.FlowCount / FlowsPerMicrosecond);
        if (!seating.TryMake(worker.Plan.Roster, out Roster roster, out IReadOnlySet<Address> changed)) return;
        worker.Publish(worker.Plan.With(roster));
        if (worker.Plan.Policy.AsksWho && worker.IsRunning) Reconsider(changed);
    }

    private void Reconsider(IReadOnlySet<Address> changed)
    {
        // From here on what is new is admitted by the new roster; what was admitted before is in the table.
        worker.Ask(static _ => true).GetAwaiter().GetResult();
        FlowSearch search = tables.FlowsOf(changed);
        while (!search.IsOver)
        {
            int count = search.Next(_flows);
            if (count > 0) worker.Ask(w => w.Reconsider(_flows.AsSpan(0, count))).GetAwaiter().GetResult();
        }
    }
}
