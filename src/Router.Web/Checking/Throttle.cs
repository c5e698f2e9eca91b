namespace Router.Web.Checking;

/// <summary>
/// Slows down whoever guesses passwords: after <see cref="FreeFailures"/> wrong ones, each further one doubles the time until the next is
/// looked at, from a second to a quarter of an hour. What comes too early is answered at once and looked at by nobody: it neither costs
/// anything nor counts.
///
/// Counted twice: by device (one who tries many accounts), and by account (many who try one). The second could be used to lock
/// somebody out, so in trusted zones it holds back only devices that have failed themselves: an administrator at a machine of
/// his own, in a zone that is trusted, gets in whatever others do.
///
/// While a password of a device is being looked at, a second one of that device is refused, so that nobody asks a hundred
/// questions before the first is answered.
///
/// Bounded: when a table is full, what is forgotten is the record that would end first. Any thread; time is passed in.
/// </summary>
internal sealed class Throttle(int capacity)
{
    public const int FreeFailures = 3;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Record> _devices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Record> _accounts = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _asking = new(StringComparer.Ordinal);

    private readonly record struct Record(int Failures, DateTimeOffset Last)
    {
        public DateTimeOffset NotBefore => Last + (Failures < FreeFailures ? TimeSpan.Zero
            : TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Math.Pow(2, Math.Min(Failures - FreeFailures, 20)))));
    }

    /// <summary>
    /// Asks whether a password may be looked at now. Zero: yes, and <see cref="End"/> is to follow; else how long to wait.
    /// </summary>
    /// <param name="device">Who asks: its MAC, or its address.</param>
    /// <param name="account">As typed.</param>
    /// <param name="isTrusted">Whether the device is in a trusted zone.</param>
    public TimeSpan Begin(string device, string account, bool isTrusted, DateTimeOffset now)
    {
        lock (_lock)
        {
            TimeSpan wait = Left(_devices, device, now);
            bool isClean = !_devices.TryGetValue(device, out Record own) || now - own.Last > Memory;
            if (!(isTrusted && isClean) && Left(_accounts, account, now) is { } other && other > wait) wait = other;
            if (wait > TimeSpan.Zero) return wait;
            return _asking.Count < capacity && _asking.Add(device) ? TimeSpan.Zero : TimeSpan.FromSeconds(1);
        }
    }

    /// <summary>What became of it; null if nobody could tell (nobody's fault, so it does not count).</summary>
    public void End(string device, string account, bool? isRight, DateTimeOffset now)
    {
        lock (_lock)
        {
            _asking.Remove(device);
            switch (isRight)
            {
                case true:
                    _devices.Remove(device);
                    _accounts.Remove(account);
                    break;
                case false:
                    Count(_devices, device, now);
                    Count(_accounts, account, now);
                    break;
                case null:
                    break;
            }
        }
    }

    private static TimeSpan Left(Dictionary<string, Record> records, string key, DateTimeOffset now) =>
        records.TryGetValue(key, out Record record) && record.NotBefore > now ? record.NotBefore - now : TimeSpan.Zero;

    private void Count(Dictionary<string, Record> records, string key, DateTimeOffset now)
    {
        int before = records.TryGetValue(key, out Record record) && now - record.Last <= Memory ? record.Failures : 0;
        if (records.Count >= capacity && !records.ContainsKey(key)) MakeRoom(records, now);
        records[key] = new Record(before + 1, now);
    }

    // Seldom: a table is full only while thousands guess at once.
    private static void MakeRoom(Dictionary<string, Record> records, DateTimeOffset now)
    {
        foreach ((string key, Record record) in records)
        {
            if (now - record.Last > Memory) records.Remove(key);
        }
        string? first = null;
        DateTimeOffset ends = DateTimeOffset.MaxValue;
        foreach ((string key, Record record) in records)
        {
            if (record.NotBefore < ends) (first, ends) = (key, record.NotBefore);
        }
        if (first is not null && records.Count >= 2) records.Remove(first);
    }
}
