using System.Globalization;
using Router.Configuration;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Ports;

namespace Router.Daemon.Volume;

/// <summary>How a link stands with its volume.</summary>
/// <param name="Today">What it carried today.</param>
/// <param name="Month">What it carried in its billing month.</param>
/// <param name="Period">That month.</param>
/// <param name="State">What follows from it.</param>
internal readonly record struct LinkUse(DayVolume Today, DayVolume Month, BillingMonth Period, LinkVolume State);

/// <summary>
/// Counts what links carry, by day, and says when the volume of a month that one has (`cap`) is running out: from nine tenths on
/// other links go first (<see cref="LinkVolume.Scarce"/>); what happens at the end is the link's own setting. The counts are the
/// path's, taken once a second and written down every ten, so a crash forgets at most those.
///
/// Written by the control thread, read by any.
/// </summary>
internal sealed class VolumeMeter
{
    private const double ScarceFrom = 0.9;
    private const long CountEvery = 1_000_000;
    private const long SaveEvery = 10_000_000;

    private readonly Func<PortId, PortTraffic> _traffic;
    private readonly PortRegistry _ports;
    private readonly Journal _journal;
    private readonly TimeProvider _clock;
    private readonly VolumeBook _book;
    private readonly Lock _gate = new();
    private readonly (long In, long Out)[] _seen = new (long, long)[PortId.Most + 1];
    private readonly Dictionary<string, LinkVolume> _states = new(StringComparer.Ordinal);
    private long _nextCount, _nextSave;
    private bool _isRefused;

    /// <param name="directory">Where the book is.</param>
    /// <param name="traffic">The path's counters of a port, since the start.</param>
    /// <param name="ports">Numbers of links.</param>
    /// <param name="journal">Told of volumes that run out, and of a book that cannot be read or written.</param>
    /// <param name="clock">Whose days are counted by.</param>
    public VolumeMeter(string directory, Func<PortId, PortTraffic> traffic, PortRegistry ports, Journal journal, TimeProvider? clock = null)
    {
        (_traffic, _ports, _journal, _clock) = (traffic, ports, journal, clock ?? TimeProvider.System);
        _book = VolumeBook.Open(directory, out string complaint);
        if (complaint.Length > 0) journal.Write(Catalog.VolumeUnkept, Priority.Warning, complaint);
    }

    /// <summary>Counts and writes down if it is time.</summary>
    /// <param name="links">As configured.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <returns>Whether a link's volume stands otherwise than before, so that a new plan is due.</returns>
    public bool Tick(IReadOnlyList<LinkSettings> links, long now)
    {
        if (now < _nextCount) return false;
        _nextCount = now + CountEvery;
        bool changed = Count(links);
        if (now < _nextSave) return changed;
        _nextSave = now + SaveEvery;
        Save();
        return changed;
    }

    /// <summary>Counts what there is since the last time, whatever the time. Answers as <see cref="Tick"/>.</summary>
    public bool Count(IReadOnlyList<LinkSettings> links)
    {
        bool changed = false;
        foreach (LinkSettings link in links)
        {
            LinkUse use;
            lock (_gate)
            {
                Add(link);
                use = Use(link);
            }
            LinkVolume before = _states.GetValueOrDefault(link.Name);
            if (use.State == before) continue;
            _states[link.Name] = use.State;
            changed = true;
            Tell(link, before, use);
        }
        return changed;
    }

    /// <summary>How a link stands.</summary>
    public LinkUse Read(LinkSettings link)
    {
        lock (_gate) return Use(link);
    }

    /// <summary>Writes the book down. A disk that refuses is told of once.</summary>
    public void Save()
    {
        try
        {
            _book.Save();
            if (_isRefused) _journal.Write(Catalog.VolumeUnkept, Priority.Notice, "the volume that links carry is written down again");
            _isRefused = false;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (!_isRefused) _journal.Write(Catalog.VolumeUnkept, Priority.Warning, $"the volume that links carry cannot be written down, and a restart would forget it: {fault.Message}");
            _isRefused = true;
        }
    }

    private DateOnly Today => DateOnly.FromDateTime(_clock.GetLocalNow().DateTime);

    private void Add(LinkSettings link)
    {
        PortId id = _ports.Claim(link.Name);
        PortTraffic now = _traffic(id);
        ref (long In, long Out) seen = ref _seen[id.Value];
        // Less than before: the number belonged to another link, and has begun again.
        if (now.OctetsIn < seen.In || now.OctetsOut < seen.Out) seen = default;
        _book.Add(link.Name, Today, now.OctetsIn - seen.In, now.OctetsOut - seen.Out);
        seen = (now.OctetsIn, now.OctetsOut);
    }

    private LinkUse Use(LinkSettings link)
    {
        DateOnly today = Today;
        BillingMonth period = BillingMonth.Of(today, link.Cap?.ResetDay ?? 1);
        DayVolume month = _book.Sum(link.Name, period);
        return new LinkUse(_book.Of(link.Name, today), month, period, StateOf(link.Cap, month.Octets));
    }

    private static LinkVolume StateOf(LinkCap? cap, long used) =>
        cap is null ? LinkVolume.Ample
        : used >= cap.Octets && cap.Stops ? LinkVolume.Spent
        : used >= cap.Octets * ScarceFrom ? LinkVolume.Scarce
        : LinkVolume.Ample;

    private void Tell(LinkSettings link, LinkVolume before, in LinkUse use)
    {
        string until = use.Period.Next.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        string used = link.Cap is { } cap ? string.Create(CultureInfo.InvariantCulture, $"{100.0 * use.Month.Octets / cap.Octets:0} % of its volume of {cap.Octets / 1e9:0.###} GB") : "";
        (Priority priority, string what) = use.State switch
        {
            LinkVolume.Spent => (Priority.Warning, $"{used} is used up, so nothing passes by it until {until}"),
            LinkVolume.Scarce => (Priority.Warning, $"{used} is used up, so other links go first until {until}"),
            LinkVolume.Ample => (Priority.Notice, "it has volume again"),
        };
        if (use.State == LinkVolume.Scarce && before == LinkVolume.Spent) what = $"{used} is used up; it may be used again, but other links go first until {until}";
        _journal.Write(Catalog.Volume, priority, $"link {link.Name}: {what}", ("LINK", link.Name));
    }
}
