using System.DirectoryServices.Protocols;
using Router.Api.Web;
using Router.Ports.Programs;
using Router.Web.Checking;
using Router.Web.Serving;

namespace Router.Web.Directories;

/// <summary>
/// The directory of people: one server or two. Questions are asked on threads of their own, a few at once, so that a directory that hangs
/// delays nobody who has a local account, and at the most as many of the others as there are threads; those behind them are told at
/// once that many are waiting.
///
/// A server that did not answer is asked last for a while. When it is the only one, or the other is silent too, it is asked all the same.
/// The password of the box's own account is read for each question: it is small, and so a new one needs no restart.
/// </summary>
internal sealed class PeopleDirectory(Log log, TimeProvider time) : IDisposable
{
    /// <summary>Where Debian keeps whom everybody trusts.</summary>
    private const string TrustedByTheBox = "/etc/ssl/certs/ca-certificates.crt";

    private const int Threads = 4;
    private const int Waiting = 32;
    private const int Nice = 5;
    private const int MostPasswordOctets = 4096;

    private static readonly TimeSpan Grudge = TimeSpan.FromSeconds(30);

    private readonly WorkQueue _queue = new("directory", Threads, Waiting, Nice);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _silentAt = [];
    private string _told = "";

    /// <summary>To be called before the first question, and when settings change.</summary>
    public void Prepare(WebDirectory settings)
    {
        if (LdapLimits.TrySet(TimeSpan.FromSeconds(settings.TimeoutSeconds), settings.CaFile ?? TrustedByTheBox)) return;
        log.Error("the LDAP library cannot be set up, so nobody can log in by the directory: install libldap (libldap-2.5-0, or libldap2)");
    }

    /// <summary>Never throws for what a server does.</summary>
    public async Task<Check> LookAsync(WebDirectory settings, Credentials who) =>
        _queue.TryAsk(() => Look(settings, who)) is { } answer ? await answer : Check.No(Finding.Busy, "many wait for the directory");

    public void Dispose() => _queue.Dispose();

    private Check Look(WebDirectory settings, Credentials who)
    {
        string why = "";
        try
        {
            string? password = settings.PasswordFile is { } file ? ReadPassword(file) : null;
            foreach (string url in settings.Urls.OrderBy(IsSilent).ToArray())
            {
                if (Ask(settings, url, password, who, out string what) is { } check) return check;
                why = $"{why}{(why.Length > 0 ? "; " : "")}{url}: {what}";
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            why = $"its password cannot be read: {fault.Message}";
        }
        Tell($"the directory cannot be asked: {why}");
        return Check.No(Finding.Silent, why);
    }

    private Check? Ask(WebDirectory settings, string url, string? password, Credentials who, out string why)
    {
        why = "";
        try
        {
            Check check = new DirectoryServer(settings, url, password).Look(who);
            lock (_lock) _silentAt.Remove(url);
            return check;
        }
        catch (Exception fault) when (fault is DirectoryException or DllNotFoundException or IOException)
        {
            // The library's own words are short: "The LDAP server is unavailable."
            why = fault is LdapException { ServerErrorMessage: { Length: > 0 } said } ? $"{fault.Message} ({said})" : fault.Message;
            lock (_lock) _silentAt[url] = time.GetUtcNow();
            return null;
        }
    }

    private bool IsSilent(string url)
    {
        lock (_lock) return _silentAt.TryGetValue(url, out DateTimeOffset at) && time.GetUtcNow() - at < Grudge;
    }

    // Once, until it is something else: it would else be told with every login.
    private void Tell(string what)
    {
        lock (_lock)
        {
            if (what == _told) return;
            _told = what;
        }
        log.Error(what);
    }

    private static string ReadPassword(string file)
    {
        if (new FileInfo(file).Length > MostPasswordOctets) throw new IOException($"{file} is longer than a password");
        return File.ReadAllText(file).TrimEnd('\r', '\n');
    }
}
