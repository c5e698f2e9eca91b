using System.Text;
using Router.Configuration;
using Router.Configuration.Layers;
using Router.Ports.Files;

namespace Router.Users;

/// <summary>What reading users.yaml gave: accounts, or else at least one error.</summary>
public sealed record AccountsRead(Accounts? Accounts, IReadOnlyList<ConfigurationError> Errors);

/// <summary>
/// users.yaml on disk: read by routerd and router-web, changed by `routerctl user` and by hand. A change is written beside the file, to
/// the disk, with the mode and the owner that the file has, and takes its place by one rename; so a reader finds the old accounts or the
/// new ones, and a full disk leaves the old. Two that change the file at once are told apart: the later one is refused.
/// </summary>
public static class AccountsFile
{
    private static readonly UTF8Encoding s_plain = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Owner and group of those who check passwords read it; nobody else does.</summary>
    private const UnixFileMode NewMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    /// <summary>Reads the file. One that does not exist has no accounts.</summary>
    public static AccountsRead Read(string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path)) return new AccountsRead(Accounts.None, []);
        var errors = new ErrorList();
        Accounts? accounts = FileBytes.Read(path, errors) is { } text ? AccountsReader.Read(path, text, errors) : null;
        return new AccountsRead(accounts, errors.Errors);
    }

    /// <summary>Reads octets that somebody else has read.</summary>
    public static AccountsRead ReadText(string file, ReadOnlySpan<byte> octets)
    {
        var errors = new ErrorList();
        Accounts? accounts = FileBytes.Decode(file, octets, errors) is { } text ? AccountsReader.Read(file, text, errors) : null;
        return new AccountsRead(accounts, errors.Errors);
    }

    /// <summary>Changes the file.</summary>
    /// <param name="path">The file; it need not exist.</param>
    /// <param name="change">Makes the new accounts of those that are there.</param>
    /// <returns>The accounts that are there now; or, if what is there has errors, these, and nothing is changed.</returns>
    /// <exception cref="IOException">It cannot be written, or somebody else changed it meanwhile; all is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static AccountsRead Change(string path, Func<Accounts, Accounts> change)
    {
        string real = File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;
        using FileStream alone = TakeTurn(real + ".lock");
        byte[] before = File.Exists(real) ? File.ReadAllBytes(real) : [];
        AccountsRead read = before.Length == 0 ? new AccountsRead(Accounts.None, []) : ReadText(path, before);
        if (read.Accounts is not { } there) return read;
        Accounts after = change(there);
        Replace(real, s_plain.GetBytes(AccountsWriter.Write(after)), before);
        return new AccountsRead(after, []);
    }

    private static FileStream TakeTurn(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.DeleteOnClose,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        return new FileStream(path, options);
    }

    private static void Replace(string path, byte[] octets, byte[] before)
    {
        string beside = $"{path}.new.{Environment.ProcessId}";
        try
        {
            bool exists = File.Exists(path);
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            using (var stream = new FileStream(beside, options))
            {
                stream.Write(octets);
                stream.Flush(flushToDisk: true);
            }
            // Whoever may read a new file is whoever may look into its directory.
            FileOwner.Copy(exists ? path : Path.GetDirectoryName(Path.GetFullPath(path))!, beside);
            File.SetUnixFileMode(beside, exists ? File.GetUnixFileMode(path) : NewMode);
            byte[] now = exists ? File.ReadAllBytes(path) : [];
            if (!now.AsSpan().SequenceEqual(before)) throw new IOException($"{path} was changed by somebody else meanwhile; look at it and try again");
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }
}
