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
/// </summary>
internal sealed class Usher(Seating seating, Worker worker, LiveTables tables)
{
    /// <summary>Microseconds between two rosters.</summary>
    private const long Pause = 20_000;

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
        _next = now + Pause;
        Roster before = worker.Plan.Roster;
        if (!seating.TryMake(before, out Roster roster)) return;
        worker.Publish(worker.Plan.With(roster));
        if (worker.Plan.Policy.AsksWho && worker.IsRunning) Reconsider(roster.ChangedFrom(before));
    }

    private void Reconsider(IReadOnlySet<Address> changed)
    {
        // From here on what is new is admitted by the new roster; what was admitted before is in the table.
        worker.Ask(static _ => true).GetAwaiter().GetResult();
        int after = -1;
        do
        {
            int count = tables.NextOf(changed, ref after, _flows);
            if (count > 0) worker.Ask(w => w.Reconsider(_flows.AsSpan(0, count))).GetAwaiter().GetResult();
        }
        while (after >= 0);
    }
}
