using System.Globalization;

namespace Router.Daemon.Volume;

/// <summary>
/// What each link carried, day by day, for a year and a bit. It is a text file of a line each, `DAY LINK IN OUT` (octets), that is
/// written anew as a whole and put in place with one rename: a crash leaves the old one or the new one. It knows links by name, so
/// a link that is taken out of the configuration and comes back has its volume again.
///
/// One thread at a time.
/// </summary>
internal sealed class VolumeBook
{
    /// <summary>Days kept of each link.</summary>
    public const int MostDays = 400;

    /// <summary>Lines that are read at most; whatever wrote more was not us.</summary>
    private const int MostLines = 100_000;

    private readonly string _file;
    private readonly Dictionary<string, List<DayVolume>> _links = new(StringComparer.Ordinal);

    private VolumeBook(string file) => _file = file;

    /// <summary>Whether it says more than its file.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>Opens the book of a directory, or begins one.</summary>
    /// <param name="directory">Where state outlives the machine's restarts.</param>
    /// <param name="complaint">Empty, or what is wrong with the file; what could be read of it stands, and the file is kept under another name.</param>
    public static VolumeBook Open(string directory, out string complaint)
    {
        var book = new VolumeBook(Path.Combine(directory, "volume"));
        complaint = "";
        try
        {
            int damaged = book.Read();
            if (damaged == 0) return book;
            string aside = book._file + ".damaged";
            File.Copy(book._file, aside, overwrite: true);
            complaint = $"{damaged} lines of {book._file} make no sense and are left out; the file is kept as {aside}";
        }
        catch (FileNotFoundException)
        {
        }
        catch (DirectoryNotFoundException)
        {
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            complaint = $"the volume that links carried until now is not known: {fault.Message}";
        }
        return book;
    }

    /// <summary>Adds to a link's day; days before it can no longer be added to.</summary>
    public void Add(string link, DateOnly day, long octetsIn, long octetsOut)
    {
        if (octetsIn == 0 && octetsOut == 0) return;
        if (!_links.TryGetValue(link, out List<DayVolume>? days)) _links[link] = days = [];
        IsChanged = true;
        // A clock that is set back goes on in the last day that there is, so that nothing is counted twice or lost.
        if (days.Count > 0 && days[^1].Day >= day)
        {
            days[^1] = days[^1] with { In = days[^1].In + octetsIn, Out = days[^1].Out + octetsOut };
            return;
        }
        days.Add(new DayVolume(day, octetsIn, octetsOut));
        if (days.Count > MostDays) days.RemoveAt(0);
    }

    /// <summary>What a link carried on a day.</summary>
    public DayVolume Of(string link, DateOnly day) => Sum(link, new BillingMonth(day, day.AddDays(1)));

    /// <summary>What a link carried in a month, as of its first day.</summary>
    public DayVolume Sum(string link, BillingMonth month)
    {
        long octetsIn = 0, octetsOut = 0;
        foreach (DayVolume one in _links.GetValueOrDefault(link) ?? [])
        {
            if (!month.Holds(one.Day)) continue;
            octetsIn += one.In;
            octetsOut += one.Out;
        }
        return new DayVolume(month.First, octetsIn, octetsOut);
    }

    /// <summary>Writes the book down, if it says anything new.</summary>
    /// <exception cref="IOException">It cannot be written; the file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save()
    {
        if (!IsChanged) return;
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        string next = _file + ".new";
        using (var stream = new FileStream(next, FileMode.Create, FileAccess.Write))
        {
            using (var text = new StreamWriter(stream, leaveOpen: true))
            {
                foreach ((string link, List<DayVolume> days) in _links)
                {
                    foreach (DayVolume day in days) text.Write(string.Create(CultureInfo.InvariantCulture, $"{day.Day:yyyy-MM-dd} {link} {day.In} {day.Out}\n"));
                }
            }
            stream.Flush(flushToDisk: true);
        }
        File.Move(next, _file, overwrite: true);
        IsChanged = false;
    }

    private int Read()
    {
        int damaged = 0;
        foreach (string line in File.ReadLines(_file).Take(MostLines))
        {
            if (TryRead(line, out string link, out DayVolume day)) Enter(link, day);
            else damaged++;
        }
        return damaged;
    }

    private void Enter(string link, DayVolume day)
    {
        if (!_links.TryGetValue(link, out List<DayVolume>? days)) _links[link] = days = [];
        int at = days.FindLastIndex(known => known.Day < day.Day) + 1;
        if (at < days.Count && days[at].Day == day.Day) days[at] = day;
        else days.Insert(at, day);
        if (days.Count > MostDays) days.RemoveAt(0);
    }

    private static bool TryRead(string line, out string link, out DayVolume read)
    {
        string[] words = line.Split(' ');
        (link, read) = ("", default);
        if (words.Length != 4 || words[1].Length == 0) return false;
        if (!DateOnly.TryParseExact(words[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            || !TryOctets(words[2], out long octetsIn) || !TryOctets(words[3], out long octetsOut)) return false;
        (link, read) = (words[1], new DayVolume(day, octetsIn, octetsOut));
        return true;
    }

    // More than any link carries in a day would make sums overflow.
    private static bool TryOctets(string text, out long octets) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out octets) && octets < 1L << 52;
}
