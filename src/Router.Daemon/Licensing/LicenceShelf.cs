using System.Security.Cryptography;
using Router.Configuration;
using Router.Daemon.Systemd;
using Router.Licensing.Files;

namespace Router.Daemon.Licensing;

/// <summary>
/// The licence that is in force, from the file to what it comes to today. The file is read when the configuration is, and when it has
/// changed. What is found decides:
///
///     no file                     the base of 5 users
///     a licence, rightly signed   that one; a copy is kept beside the daemon's state
///     anything else               what was in force goes on, across restarts by the copy, and the journal says what is wrong
///
/// Each hour it is looked at again, since days end. What counts as today is never before a day that this box has already had
/// (<see cref="HighWater"/>). The control thread's.
/// </summary>
internal sealed class LicenceShelf : IDisposable
{
    private const long LookEvery = 60_000_000;

    private readonly string _copy;
    private readonly HighWater _water;
    private readonly Journal _journal;
    private readonly TimeProvider _clock;
    private readonly ECDsa _key;
    private readonly DateOnly _release;
    private readonly HashSet<(string, DateOnly, int)> _warned = [];
    private string _file = "";
    private Licence? _licence;
    private (DateTime, long) _seen;
    private long _nextLook;
    private bool _isBehind, _cannotSave;

    /// <param name="state">The directory where state outlives the machine's restarts.</param>
    /// <param name="journal">Told of everything that an administrator may want to mend.</param>
    /// <param name="key">Whose signature is believed; null for that of the product. Disposed of with this.</param>
    /// <param name="release">When the running release was made; null for when it was.</param>
    /// <param name="clock">Null for the machine's.</param>
    public LicenceShelf(string state, Journal journal, ECDsa? key = null, DateOnly? release = null, TimeProvider? clock = null)
    {
        (_journal, _clock, _key, _release) = (journal, clock ?? TimeProvider.System, key ?? ProductKey.Open(), release ?? ProductKey.ReleaseDay);
        _copy = Path.Combine(state, "license.txt");
        _water = HighWater.Open(Path.Combine(state, "latest-time"), new DateTimeOffset(_release, TimeOnly.MinValue, TimeSpan.Zero));
        Standing = LicenceStanding.Of(null, Today(), _release);
    }

    /// <summary>What the licence comes to now. Any thread may read it.</summary>
    public LicenceStanding Standing { get; private set; }

    /// <summary>What is wrong with the file, as a sentence; null if nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether the clock is behind a time that this box has had.</summary>
    public bool IsClockBehind => _isBehind;

    public DateTimeOffset LatestTime => _water.Mark;

    /// <summary>Looks at the file and at the day, if it is time or if there is another file to look at.</summary>
    /// <returns>Whether the licence comes to something else than before.</returns>
    public bool Tick(LicenseSettings settings, long now)
    {
        bool isOther = settings.File != _file;
        if (!isOther && now < _nextLook) return false;
        _nextLook = now + LookEvery;
        if (isOther || StampOf(settings.File) != _seen) Read(settings);
        return Judge();
    }

    /// <summary>Looks at once, whatever the time: the configuration was loaded.</summary>
    public bool Look(LicenseSettings settings, long now)
    {
        (_nextLook, _seen) = (0, default);
        return Tick(settings, now);
    }

    /// <summary>Writes down the latest time.</summary>
    public void Dispose()
    {
        Save(now: true);
        _key.Dispose();
    }

    private static (DateTime, long) StampOf(string file) => new FileInfo(file) is { Exists: true } found ? (found.LastWriteTimeUtc, found.Length) : default;

    private void Read(LicenseSettings settings)
    {
        bool isFirst = _file.Length == 0;
        (_file, _seen) = (settings.File, StampOf(settings.File));
        string? before = Problem;
        Problem = null;
        string? text = ReadText(_file, out string? fault);
        if (text is null && fault is null)
        {
            _licence = null;
            if (settings.IsFileWritten) Problem = $"there is no licence file {_file}: the base of {Licence.Base.Users} users holds";
            if (Problem is not null && Problem != before) _journal.Write(Catalog.LicenceRefused, Priority.Warning, Problem);
            return;
        }
        fault ??= LicenceText.Verify(text!, _key, out Licence? read) is { } wrong ? wrong : Accept(text!, read!);
        if (fault is null) return;
        // What an earlier process believed is believed still.
        if (isFirst && ReadText(_copy, out _) is { } kept && LicenceText.Verify(kept, _key, out Licence? known) is null) _licence = known;
        string instead = _licence is null ? $"the base of {Licence.Base.Users} users holds" : $"licence {_licence.Number} stays in force";
        Problem = $"the licence file {_file} is not taken: {fault}; {instead}";
        if (Problem != before) _journal.Write(Catalog.LicenceRefused, Priority.Error, Problem);
    }

    // Answers null, as what has no fault.
    private string? Accept(string text, Licence licence)
    {
        if (licence != _licence)
        {
            _journal.Write(Catalog.LicenceTaken, Priority.Notice, $"licence {licence.Number} of {licence.Holder}: {licence.Users} users with {licence.DevicesPerUser} devices each");
        }
        _licence = licence;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_copy)!);
            File.WriteAllText(_copy + ".new", text);
            File.Move(_copy + ".new", _copy, overwrite: true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            _journal.Write(Catalog.LicenceUnkept, Priority.Warning, $"no copy of the licence could be kept for the case that its file is damaged: {refused.Message}");
        }
        return null;
    }

    private bool Judge()
    {
        LicenceStanding before = Standing;
        Standing = LicenceStanding.Of(_licence, Today(), _release);
        Save(now: false);
        foreach (ComingEnd end in Standing.Ends) Warn(end);
        if (before.State != Standing.State) TellState();
        return before.InForce != Standing.InForce || before.IsEnded != Standing.IsEnded;
    }

    private DateOnly Today()
    {
        DateTimeOffset clock = _clock.GetUtcNow(), latest = _water.Take(clock);
        if (_water.IsBehind(clock) != _isBehind)
        {
            _isBehind = !_isBehind;
            _journal.Write(Catalog.ClockBehind, _isBehind ? Priority.Warning : Priority.Notice, _isBehind
                ? $"the clock says {clock:yyyy-MM-dd}, but this box has had {latest:yyyy-MM-dd} before: the licence goes by the later day; set the clock"
                : "the clock is right again");
        }
        return DateOnly.FromDateTime(latest.UtcDateTime);
    }

    private void Warn(in ComingEnd end)
    {
        int due = LicenceStanding.WarningFor(end);
        if (due == 0 || !_warned.Add((end.What, end.On, due))) return;
        string what = end.What == "trial" ? "nothing passes from licensed zones after it" : "later releases run with the base licence after it";
        _journal.Write(Catalog.LicenceEnds, Priority.Warning, $"the {end.What} of licence {_licence!.Number} ends with {end.On:yyyy-MM-dd}, in {end.DaysLeft} days: {what}");
    }

    private void TellState()
    {
        (Priority priority, string? line) = Standing.State switch
        {
            LicenceState.Base or LicenceState.Valid => (Priority.Notice, null),
            LicenceState.NotYet => (Priority.Warning, $"licence {_licence!.Number} begins on {_licence.NotBefore:yyyy-MM-dd}: the base of {Licence.Base.Users} users holds until then"),
            LicenceState.Expired => (Priority.Error, $"the trial of licence {_licence!.Number} ended with {_licence.Expires:yyyy-MM-dd}: nothing passes from licensed zones; administration goes on"),
            LicenceState.ReleaseTooNew => (Priority.Warning,
                $"the maintenance of licence {_licence!.Number} ended with {_licence.MaintenanceUntil:yyyy-MM-dd}, before this release was made: the base of {Licence.Base.Users} users holds"),
        };
        if (line is not null) _journal.Write(Catalog.LicenceEnds, priority, line);
    }

    private void Save(bool now)
    {
        try
        {
            _water.Save(now);
            _cannotSave = false;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            if (!_cannotSave) _journal.Write(Catalog.LicenceUnkept, Priority.Warning, $"the latest time cannot be written down, by which a clock that is turned back would be noticed: {refused.Message}");
            _cannotSave = true;
        }
    }

    // Null without a fault: there is no file.
    private static string? ReadText(string file, out string? fault)
    {
        fault = null;
        // Mostly there is none, and an exception costs the start of the daemon ten milliseconds.
        if (!File.Exists(file)) return null;
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            char[] letters = new char[LicenceText.MostLetters + 1];
            return new string(letters, 0, reader.ReadBlock(letters));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            fault = refused.Message;
            return null;
        }
    }
}
