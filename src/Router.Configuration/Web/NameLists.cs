using Router.Forwarding.Web;

namespace Router.Configuration.Web;

/// <summary>
/// The list files that loads have read, by path, so that a reload reads only those that have changed: a file counts as unchanged while its
/// size and the time of its last change are the same. Several rules may name one file; it is read once. Holds what the last sound load
/// used. Not for several threads.
/// </summary>
internal sealed class NameLists
{
    private Dictionary<string, Entry> _known = new(StringComparer.Ordinal);
    private Dictionary<string, Entry> _read = new(StringComparer.Ordinal);

    private readonly record struct Entry(long Length, DateTime Changed, NameSet Names);

    /// <summary>The names of a file; null if it has faults, which are told.</summary>
    public NameSet? Read(string path, ErrorList errors)
    {
        (long length, DateTime changed) = StampOf(path);
        if (_read.TryGetValue(path, out Entry entry)) return entry.Names;
        if (!_known.TryGetValue(path, out entry) || entry.Length != length || entry.Changed != changed)
        {
            if (NameListFile.Read(path, errors) is not { } names) return null;
            entry = new Entry(length, changed, names);
        }
        _read.Add(path, entry);
        return entry.Names;
    }

    /// <summary>The load has ended. If it was in error, what was known before stays.</summary>
    public void End(bool sound)
    {
        if (sound) (_known, _read) = (_read, _known);
        _read.Clear();
    }

    private static (long, DateTime) StampOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? (file.Length, file.LastWriteTimeUtc) : (-1, default);
    }
}
