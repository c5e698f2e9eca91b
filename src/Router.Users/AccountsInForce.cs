namespace Router.Users;

/// <summary>
/// The accounts that somebody goes by, while the file may change under him. <see cref="Look"/> is called every second or so, and again
/// before something depends on it; it reads the file if that is another than at the last look. A file with errors, or half written, leaves
/// the accounts as they are until it is mended. One thread looks; <see cref="Now"/> is read by any.
/// </summary>
public sealed class AccountsInForce
{
    private string _path;
    private (DateTime Written, long Length) _seen;
    private Accounts _now = Accounts.None;

    public AccountsInForce(string path) => _path = path;

    /// <summary>The accounts of the last file that had no errors.</summary>
    public Accounts Now => Volatile.Read(ref _now);

    public string Path => _path;

    /// <summary>The same for another file, from now on.</summary>
    public AccountsRead? Look(string path)
    {
        if (path != _path) (_path, _seen) = (path, default);
        return Look();
    }

    /// <summary>Takes up a changed file. Answers what it read; null if nothing changed since the last look.</summary>
    public AccountsRead? Look()
    {
        (DateTime, long) seen = Seen();
        if (seen == _seen) return null;
        _seen = seen;
        AccountsRead read = AccountsFile.Read(_path);
        if (read.Accounts is { } accounts) Volatile.Write(ref _now, accounts);
        return read;
    }

    // Without a file there are none, which differs from not having looked.
    private (DateTime, long) Seen()
    {
        try
        {
            var file = new FileInfo(_path);
            return file.Exists ? (file.LastWriteTimeUtc, file.Length) : (DateTime.MaxValue, -1);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (DateTime.MaxValue, -2);
        }
    }
}
