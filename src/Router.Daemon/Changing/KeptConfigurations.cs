using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Router.Api;
using Router.Configuration;
using Router.Daemon.Systemd;

namespace Router.Daemon.Changing;

/// <summary>
/// The configurations that were in force, the last ten and the one that is: all files of each, when it came in force, and by whom or what.
/// They live in the state directory, a file each, so that they outlive restarts and the configuration files themselves:
///
///     STATE/configurations/0000001732300000000.kept
///     routerd kept configuration 1 SHA-256-OF-THE-REST
///     {"since":...,"by":"apply by anna","files":[{"name":"/etc/routerd/router.yaml","text":"..."}]}
///
/// A file is written beside its place, flushed, and renamed, so it is there whole or not at all; what has been damaged since is told by the
/// checksum, shown as damaged, and never put back. Where nothing can be written (a full disk) the configuration is in force all the same, and the
/// journal says that it is not kept. Loading again what is in force already keeps nothing anew. Passwords of guests may stand in them, so
/// only the daemon may read them. Written by the control thread; read from any.
/// </summary>
internal sealed class KeptConfigurations
{
    /// <summary>How many are kept besides the one in force.</summary>
    public const int Most = 10;

    private const string Mark = "routerd kept configuration 1 ", Ending = ".kept";

    private readonly string _directory;
    private readonly string _file;
    private readonly Journal _journal;
    private volatile Kept? _inForce;

    /// <param name="state">The state directory.</param>
    /// <param name="file">The main configuration file.</param>
    public KeptConfigurations(string state, string file, Journal journal) =>
        (_directory, _file, _journal) = (Path.Combine(state, "configurations"), file, journal);

    /// <summary>What is in force, as its files were when it was loaded; null before the first load.</summary>
    public Kept? InForce => _inForce;

    /// <summary>The octets of the main file that is in force.</summary>
    public byte[]? MainInForce => _inForce is { Files: [var main, ..] } ? Encoding.UTF8.GetBytes(main.Text) : null;

    /// <summary>The files as they are on the disk now; null if one cannot be read.</summary>
    public IReadOnlyList<CheckedFile>? OnDisk()
    {
        try
        {
            return [.. ConfigurationLoader.Files(_file).Select(name => new CheckedFile { Name = name, Text = Encoding.UTF8.GetString(File.ReadAllBytes(name)) })];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Notes that a configuration came in force, and keeps it.</summary>
    /// <param name="files">Its files, as read before they were loaded; null: they could not be.</param>
    /// <param name="by">Who or what did it.</param>
    public void Keep(IReadOnlyList<CheckedFile>? files, string by)
    {
        if (files is null) return;
        Kept? newest = _inForce ?? Numbered().FirstOrDefault() switch { { } path when TryRead(path, out Kept? kept, out _) => kept, _ => null };
        if (newest is not null && newest.Files.SequenceEqual(files))
        {
            _inForce = newest;
            return;
        }
        var now = new Kept(DateTimeOffset.UtcNow, by, files);
        _inForce = now;
        try
        {
            Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Write(now);
            foreach (string old in Numbered().Skip(Most + 1)) File.Delete(old);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _journal.Write(Catalog.ConfigurationUnkept, Priority.Warning, $"the configuration is in force, but it cannot be kept for a rollback: {fault.Message}");
        }
    }

    /// <summary>All that are kept; the first is in force, if that could be kept.</summary>
    public IReadOnlyList<KeptReport> List()
    {
        var reports = new List<KeptReport>();
        foreach (string path in Numbered())
        {
            bool isSound = TryRead(path, out Kept? kept, out string? damage);
            reports.Add(new KeptReport
            {
                Number = reports.Count, Since = isSound ? kept!.Since : TimeOf(path), By = isSound ? kept!.By : "", Damage = damage,
                Octets = isSound ? kept!.Files.Sum(file => Encoding.UTF8.GetByteCount(file.Text)) : 0, Files = isSound ? kept!.Files.Count : 0,
            });
        }
        return reports;
    }

    /// <summary>One of them by its number; null with the reason if there is none, or none that is whole.</summary>
    public Kept? Find(int number, out string? fault)
    {
        string[] paths = Numbered();
        if (number < 0 || number >= paths.Length)
        {
            fault = paths.Length == 0 ? "no configuration is kept" : $"there is no kept configuration {number}; the oldest is {paths.Length - 1}";
            return null;
        }
        if (TryRead(paths[number], out Kept? kept, out string? damage))
        {
            fault = null;
            return kept;
        }
        fault = $"kept configuration {number} is damaged ({damage})";
        return null;
    }

    private string[] Numbered()
    {
        try
        {
            string[] paths = Directory.GetFiles(_directory, "*" + Ending);
            Array.Sort(paths, StringComparer.Ordinal);
            Array.Reverse(paths);
            return paths;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private void Write(Kept kept)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(kept, KeptJson.Default.Kept);
        // Two in one millisecond, or a clock that was turned back: it must be the newest all the same.
        long number = Math.Max(kept.Since.ToUnixTimeMilliseconds(), Numbered() is [var newest, ..] ? NumberOf(newest) + 1 : 0);
        string path = Path.Combine(_directory, $"{number:D19}{Ending}"), beside = path + ".new";
        using (var stream = new FileStream(beside, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            stream.Write(Encoding.ASCII.GetBytes($"{Mark}{Convert.ToHexStringLower(SHA256.HashData(body))}\n"));
            stream.Write(body);
            stream.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: true);
    }

    private static bool TryRead(string path, out Kept? kept, out string? damage)
    {
        (kept, damage) = (null, null);
        try
        {
            byte[] octets = File.ReadAllBytes(path);
            int line = octets.AsSpan().IndexOf((byte)'\n');
            string head = line < 0 ? "" : Encoding.ASCII.GetString(octets, 0, line);
            if (!head.StartsWith(Mark, StringComparison.Ordinal)) damage = "it does not begin as one";
            else if (head[Mark.Length..] != Convert.ToHexStringLower(SHA256.HashData(octets.AsSpan(line + 1)))) damage = "its checksum is wrong";
            else kept = JsonSerializer.Deserialize(octets.AsSpan(line + 1), KeptJson.Default.Kept);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            damage = fault.Message;
        }
        if (kept is null) damage ??= "it is empty";
        return kept is not null;
    }

    private static long NumberOf(string path) => long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;

    private static DateTimeOffset TimeOf(string path) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(NumberOf(path), 0, 253_402_300_799_999));
}
