using Router.Wire;

namespace Router.Daemon.Health.Probes;

/// <summary>
/// Addresses of the names among one link's targets, looked up over that link, since a provider's own servers may answer otherwise
/// than another's. As many names as the link has targets, at the most.
///
/// A name is asked for again when its answer no longer holds, and never more often than <see cref="Soonest"/>. An address is kept
/// for as long as answers still have it, so that a server that turns its list round does not make probes begin anew; and when nobody
/// answers, as a link that is down must go on probing. Belongs to the watch's thread; lookups end in the <see cref="Mailbox"/>.
/// </summary>
internal sealed class LinkNames(Mailbox mailbox)
{
    /// <summary>Microseconds.</summary>
    private const long Soonest = 30_000_000, Latest = 3600_000_000, AfterNothing = 5_000_000;

    private sealed class Entry((string Name, bool V4) key)
    {
        public (string Name, bool V4) Key { get; } = key;
        public Address Address;
        public long Next;
        public bool IsAsked, IsAnswered;
    }

    private Entry[] _entries = [];

    /// <summary>When <see cref="Ask"/> has something to do.</summary>
    public long Deadline
    {
        get
        {
            long deadline = long.MaxValue;
            foreach (Entry entry in _entries)
            {
                if (!entry.IsAsked) deadline = Math.Min(deadline, entry.Next);
            }
            return deadline;
        }
    }

    /// <summary>Whether each name has had an answer, or the lack of one.</summary>
    public bool IsSettled => Array.TrueForAll(_entries, entry => entry.IsAnswered);

    public bool IsEmpty => _entries.Length == 0;

    /// <summary>The address of a name, unspecified while it has none.</summary>
    public Address Find(string name, bool v4)
    {
        foreach (Entry entry in _entries)
        {
            if (entry.Key == (name, v4)) return entry.Address;
        }
        return default;
    }

    /// <summary>Sets which names there are, and of which family; what is known of those that stay is kept.</summary>
    public void Want(IReadOnlyList<(string Name, bool V4)> names) =>
        _entries = [.. names.Distinct().Select(name => Array.Find(_entries, e => e.Key == name) ?? new Entry(name))];

    /// <summary>Begins the lookups that are due.</summary>
    public void Ask(Address[] servers, ProbeSource source, TimeSpan patience, long now)
    {
        foreach (Entry entry in _entries)
        {
            if (entry.IsAsked || now < entry.Next) continue;
            entry.IsAsked = true;
            (string name, bool v4) = entry.Key;
            _ = Task.Run(async () =>
            {
                (Address[] addresses, uint ttl) = await NameLookup.AskAsync(name, v4, servers, source, patience).ConfigureAwait(false);
                mailbox.Post(new NameAnswer(this, (name, v4), addresses, ttl));
            });
        }
    }

    /// <summary>Takes an answer to one of these names.</summary>
    /// <returns>Whether its target is somebody else now.</returns>
    public bool Take(NameAnswer answer, long now)
    {
        if (Array.Find(_entries, e => e.Key == answer.Name) is not { } entry) return false;
        (entry.IsAsked, entry.IsAnswered) = (false, true);
        if (answer.Addresses.Length == 0)
        {
            entry.Next = now + (entry.Address.IsUnspecified ? AfterNothing : Soonest);
            return false;
        }
        entry.Next = now + Math.Clamp(answer.Ttl * 1_000_000L, Soonest, Latest);
        if (answer.Addresses.Contains(entry.Address)) return false;
        entry.Address = answer.Addresses[0];
        return true;
    }
}
