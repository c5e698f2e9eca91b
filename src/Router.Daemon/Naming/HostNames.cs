using Router.Daemon.Systemd;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.Naming;

/// <summary>What is known of one host name. Immutable [S].</summary>
/// <param name="V4">Its IPv4 addresses, sorted.</param>
/// <param name="V6">Its IPv6 addresses, sorted.</param>
/// <param name="AskedAt">When the last look-up ended, monotonic microseconds; 0 if none has in this process.</param>
/// <param name="Due">When it is to be looked up again.</param>
/// <param name="Failures">Look-ups that failed since the last that did not.</param>
/// <param name="Fault">Why the last one failed, in words.</param>
internal sealed record KnownName(Address[] V4, Address[] V6, long AskedAt, long Due, int Failures, string Fault)
{
    public static readonly KnownName Nothing = new([], [], 0, 0, 0, "");

    public Address[] Addresses => [.. V4, .. V6];

    /// <summary>The same addresses as if they were asked for now.</summary>
    public static KnownName Of(Address[] addresses) =>
        Nothing with { V4 = [.. addresses.Where(one => one.IsV4)], V6 = [.. addresses.Where(one => !one.IsV4)] };
}

/// <summary>
/// The addresses of the host names that rules speak of. Each name is looked up by itself, when the answer before ends: after its ttl,
/// but not before <see cref="Least"/> and not after <see cref="Most"/>. At most <see cref="MostAtOnce"/> look-ups are under way; they
/// run beside the control thread, which starts them and takes what they found [C]. Nothing ever waits for them, neither a reload nor
/// the path.
///
/// A look-up that fails changes nothing: the addresses of before stay in force, however long it takes, and it is tried again after 1,
/// 2, 4 and so on up to <see cref="LongestRetry"/> seconds. That is said once, and once more when it works again. Of a family that
/// could not be asked for, the addresses of before stay, while the other's are taken. An answer that there are none is an answer.
///
/// What is known outlives a reload, for the names that are still spoken of, and a restart (<see cref="NameMemory"/>).
/// </summary>
internal sealed class HostNames
{
    public const int MostAtOnce = 16;

    /// <summary>Bounds of how long an answer holds: a name that says 0 is not asked for all the time, one that says a week is.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromSeconds(5), Most = TimeSpan.FromHours(1);

    /// <summary>How long an answer holds that there are no addresses.</summary>
    public static readonly TimeSpan Negative = TimeSpan.FromMinutes(1);

    public static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(32);


    private readonly Func<string, CancellationToken, Task<NameFinding>> _ask;
    private readonly NameMemory _memory;
    private readonly Journal _journal;
    private readonly HashSet<string> _asking = [];
    private Dictionary<string, KnownName> _known;
    private IReadOnlyList<string>? _wanted;
    private bool _changed;

    /// <param name="ask">Looks a name up, and does not throw for want of an answer.</param>
    /// <param name="memory">What the process before knew.</param>
    /// <param name="journal">Is told of changes and failures.</param>
    public HostNames(Func<string, CancellationToken, Task<NameFinding>> ask, NameMemory memory, Journal journal)
    {
        (_ask, _memory, _journal) = (ask, memory, journal);
        _known = memory.Load().ToDictionary(one => one.Key, one => KnownName.Of(one.Value));
    }

    /// <summary>What is known, by name. Replaced as a whole; from any thread.</summary>
    public IReadOnlyDictionary<string, KnownName> Known => Volatile.Read(ref _known);

    /// <summary>The addresses by name, as policies are compiled with.</summary>
    public IReadOnlyDictionary<string, Address[]> Addresses => Known.ToDictionary(one => one.Key, one => one.Value.Addresses);

    /// <summary>Starts the look-ups whose time has come.</summary>
    /// <param name="wanted">The names that rules speak of now.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="post">Has something done on the control thread.</param>
    /// <param name="cancel">Ends look-ups with the daemon.</param>
    public void Tick(IReadOnlyList<string> wanted, long now, Action<Action> post, CancellationToken cancel)
    {
        if (!ReferenceEquals(wanted, _wanted))
        {
            _wanted = wanted;
            Replace(wanted.ToDictionary(name => name, name => _known.GetValueOrDefault(name, KnownName.Nothing)));
        }
        foreach (string name in wanted)
        {
            if (_asking.Count >= MostAtOnce) return;
            if (_known[name].Due > now || !_asking.Add(name)) continue;
            _ = LookUpAsync(name, post, cancel);
        }
    }

    /// <summary>Whether any name has other addresses since this was asked last.</summary>
    public bool TakeChange()
    {
        bool changed = _changed;
        _changed = false;
        return changed;
    }

    private async Task LookUpAsync(string name, Action<Action> post, CancellationToken cancel)
    {
        NameFinding found;
        try
        {
            found = await _ask(name, cancel).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // A bug, but no reason to never ask for this name again.
            found = new NameFinding(null, null, $"{fault.GetType().Name}: {fault.Message}");
        }
        post(() => Take(name, found, Monotonic.Microseconds()));
    }

    private void Take(string name, NameFinding found, long now)
    {
        _asking.Remove(name);
        // It may be that no rule speaks of it any more.
        if (!_known.TryGetValue(name, out KnownName? before)) return;
        KnownName after = Judge(before, found, now);
        bool changed = !before.V4.SequenceEqual(after.V4) || !before.V6.SequenceEqual(after.V6);
        Replace(new Dictionary<string, KnownName>(_known) { [name] = after });
        Tell(name, before, after, changed);
        if (!changed) return;
        _changed = true;
        Save();
    }

    /// <summary>What is known after a look-up.</summary>
    internal static KnownName Judge(KnownName before, NameFinding found, long now)
    {
        Address[] v4 = found.V4?.Addresses ?? before.V4, v6 = found.V6?.Addresses ?? before.V6;
        bool isStale = (found.V4 is null && v4.Length > 0) || (found.V6 is null && v6.Length > 0);
        if (isStale || ((found.V4 is null || found.V6 is null) && v4.Length + v6.Length == 0))
        {
            int failures = Math.Min(before.Failures + 1, 30);
            long retry = Math.Min(1_000_000L << (failures - 1), (long)LongestRetry.TotalMicroseconds);
            return new KnownName(v4, v6, now, now + retry, failures, found.Fault);
        }
        TimeSpan holds = v4.Length + v6.Length == 0 ? Negative
            : TimeSpan.FromSeconds(Math.Min(v4.Length > 0 ? found.V4!.Seconds : uint.MaxValue, v6.Length > 0 ? found.V6!.Seconds : uint.MaxValue));
        holds = holds < Least ? Least : holds > Most ? Most : holds;
        return new KnownName(v4, v6, now, now + (long)holds.TotalMicroseconds, 0, "");
    }

    private void Tell(string name, KnownName before, KnownName after, bool changed)
    {
        if (after.Failures > 0 && before.Failures == 0)
        {
            string meanwhile = after.Addresses.Length > 0 ? $"{Text(after)} stays in force" : "rules match nothing by it";
            _journal.Write(Catalog.HostName, Priority.Warning, $"host name {name} cannot be looked up: {after.Fault}; {meanwhile} until it can", ("NAME", name));
        }
        if (after.Failures == 0 && before.Failures > 0) _journal.Write(Catalog.HostName, Priority.Notice, $"host name {name} can be looked up again", ("NAME", name));
        if (!changed) return;
        string was = before.Addresses.Length > 0 ? $", and was {Text(before)}" : "";
        _journal.Write(Catalog.HostName, after.Addresses.Length > 0 ? Priority.Notice : Priority.Warning, $"host name {name} {(after.Addresses.Length > 0 ? "is" : "has")} {Text(after)}{was}", ("NAME", name));
    }

    private static string Text(KnownName known) => known.Addresses is { Length: > 0 } addresses ? string.Join(", ", addresses) : "no address";

    private void Save()
    {
        try
        {
            _memory.Save(Addresses);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _journal.Write(Catalog.HostNamesUnkept, Priority.Warning, $"addresses of host names are not kept for the next start: {fault.Message}");
        }
    }

    private void Replace(Dictionary<string, KnownName> known) => Volatile.Write(ref _known, known);
}
