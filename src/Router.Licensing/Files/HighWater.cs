using System.Globalization;

namespace Router.Licensing.Files;

/// <summary>
/// The latest time that this box has ever had, so that a clock which is turned back does not revive a licence: what counts is the later
/// of the two. The mark is kept in a file that outlives the machine's restarts, one line, written at most once an hour, with a rename.
///
/// A clock that once went far ahead (an empty battery, a slip of the hand) has moved the mark too; whoever may write the file can take
/// it back, and does so knowingly. One thread at a time.
/// </summary>
public sealed class HighWater
{
    /// <summary>A clock that is behind by less than this is being set, not turned back.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromHours(25);

    private static readonly TimeSpan WriteEvery = TimeSpan.FromHours(1);

    private readonly string _file;
    private DateTimeOffset _mark, _written;

    private HighWater(string file, DateTimeOffset mark) => (_file, _mark, _written) = (file, mark, mark);

    /// <summary>The mark itself.</summary>
    public DateTimeOffset Mark => _mark;

    /// <summary>Opens the mark of a directory, or begins one.</summary>
    /// <param name="file">Where it is kept.</param>
    /// <param name="floor">No clock was ever right before this: when the release was made.</param>
    public static HighWater Open(string file, DateTimeOffset floor)
    {
        try
        {
            string text = File.ReadAllText(file).Trim();
            if (DateTimeOffset.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTimeOffset read) && read > floor) return new(file, read);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            // As if it had never been written; writing it will tell what is wrong.
        }
        return new(file, floor);
    }

    /// <summary>Takes the clock's time; answers the time that counts.</summary>
    public DateTimeOffset Take(DateTimeOffset clock)
    {
        if (clock > _mark) _mark = clock;
        return _mark;
    }

    /// <summary>Whether a clock was turned back.</summary>
    public bool IsBehind(DateTimeOffset clock) => _mark - clock > Tolerance;

    /// <summary>Writes the mark if it is an hour ahead of what is written.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(bool now = false)
    {
        if (_mark - _written < (now ? TimeSpan.FromSeconds(1) : WriteEvery)) return;
        string made = _file + ".new";
        File.WriteAllText(made, _mark.ToString("O", CultureInfo.InvariantCulture) + "\n");
        File.Move(made, _file, overwrite: true);
        _written = _mark;
    }
}
