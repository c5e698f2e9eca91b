using Router.Users;
using Router.Web.Serving;

namespace Router.Web.Checking;

/// <summary>
/// The accounts of users.yaml. The file is read again when it has changed; one that cannot be read, or has errors, is told in the journal once,
/// and the accounts before go on: who mends a file must not lock everybody out meanwhile.
///
/// A password is compared with its hash for tens of milliseconds, on purpose, on a few nice threads behind a bounded queue. A name that has
/// no account is compared with nothing for as long, so that the time of an answer does not tell which names exist; unless
/// the directory is asked for it, which takes its own time.
/// </summary>
internal sealed class LocalAccounts(Log log) : IDisposable
{
    private const int Waiting = 64;
    private const int Nice = 10;

    private readonly WorkQueue _queue = new("passwords", Math.Max(1, Environment.ProcessorCount / 2), Waiting, Nice);
    private readonly Lock _lock = new();
    private Accounts _accounts = Accounts.None;
    private string _version = "";

    /// <summary>Right, wrong, unknown or busy.</summary>
    /// <param name="file">users.yaml.</param>
    /// <param name="who">What was typed.</param>
    /// <param name="isOnlySource">Whether nobody else will be asked for a name that is unknown here.</param>
    public async Task<Check> LookAsync(string file, Credentials who, bool isOnlySource)
    {
        Account? account = Read(file).Find(who.User);
        if (account is null && !isOnlySource) return Check.No(Finding.Unknown);
        string? hash = account is { IsEnabled: true } ? account.Hash : null;
        if (_queue.TryAsk(() => Router.Users.Passwords.Verify(who.Password, hash)) is not { } verdict) return Check.No(Finding.Busy, "many passwords wait");
        bool isRight = await verdict is PasswordVerdict.Right or PasswordVerdict.RightButOld;
        return account is null ? Check.No(Finding.Unknown)
            : isRight ? new Check(Finding.Right, account.Name, account.Groups) { IsAdministrator = account.IsAdministrator }
            : Check.No(Finding.Wrong);
    }

    public void Dispose() => _queue.Dispose();

    private Accounts Read(string file)
    {
        lock (_lock)
        {
            var info = new FileInfo(file);
            string version = info.Exists ? $"{file} {info.Length} {info.LastWriteTimeUtc.Ticks}" : $"{file} none";
            if (version == _version) return _accounts;
            _version = version;
            AccountsRead read = AccountsFile.Read(file);
            if (read.Accounts is { } accounts) return _accounts = accounts;
            log.Error($"{file} is not taken, and the accounts before go on: {string.Join("; ", read.Errors.Take(3))}");
            return _accounts;
        }
    }
}
