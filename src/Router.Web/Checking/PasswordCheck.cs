using Router.Api.Web;
using Router.Web.Directories;

namespace Router.Web.Checking;

/// <summary>
/// Asks the sources of accounts in their order: the users file, and for names that it does not have the directory. Each has a queue of
/// its own, so that a directory that hangs never stands before a local account. A name that is in both is the local one's, so that nobody
/// who can write to the directory becomes a local administrator.
/// </summary>
internal sealed class PasswordCheck(LocalAccounts local, PeopleDirectory directory)
{
    public async Task<Check> LookAsync(WebSettings settings, Credentials who)
    {
        Check check = settings.UsersFile is { } file ? await local.LookAsync(file, who, isOnlySource: settings.Directory is null) : Check.No(Finding.Unknown);
        if (check.Finding == Finding.Unknown && settings.Directory is { } servers) check = await directory.LookAsync(servers, who);
        return Settled(check);
    }

    // Whom no source knows is told the same as one whose password is wrong.
    private static Check Settled(Check check) => check.Finding == Finding.Unknown ? Check.No(Finding.Wrong) : check;
}
