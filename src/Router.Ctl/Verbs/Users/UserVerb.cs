using System.CommandLine;
using Router.Api;
using Router.Configuration;
using Router.Ctl.Pages;
using Router.Users;

namespace Router.Ctl.Verbs.Users;

/// <summary>
/// `routerctl user`: accounts, and logins by hand. The accounts are a file that routerctl changes itself, with the rights of whoever runs
/// it; the daemon sees that it changed. Logins are asked of the daemon.
/// </summary>
internal static class UserVerb
{
    private const string DefaultFile = "/etc/routerd/users.yaml";

    private static readonly Argument<string> Name = new("NAME") { Description = "The user's name; capital letters make no difference." };
    private static readonly Argument<string> Address = new("ADDRESS") { Description = "An address of the device." };
    private static readonly Argument<string> Whom = new("NAME|ADDRESS") { Description = "A user, or an address." };
    private static readonly Option<string> File = new("--file") { Description = "Another file of accounts than the daemon's.", HelpName = "FILE", Recursive = true };
    private static readonly Option<string[]> Groups = new("--group") { Description = "A group that the user is in; may be given several times.", HelpName = "GROUP" };
    private static readonly Option<string> FullName = new("--full-name") { Description = "What people call the user.", HelpName = "TEXT" };
    private static readonly Option<bool> IsAdministrator = new("--administrator") { Description = "The user is an administrator, and takes no seat of the licence." };
    private static readonly Option<bool> NoPassword = new("--no-password") { Description = "Without a password: for automatic logins, and by an administrator." };
    private static readonly Option<bool> Stdin = new("--stdin") { Description = "Read the password from standard input, one line, and not from the terminal." };

    public static Command Build() => new("user", "Accounts of users, and logins by hand.")
    {
        File, Add(), Passwd(), List(), Remove(), Login(), Logout(),
    };

    private static Command Add()
    {
        var add = new Command("add", "Add a user, and ask for the password.") { Name, Groups, FullName, IsAdministrator, NoPassword, Stdin };
        add.SetAction((parsed, cancel) => Guarded(parsed, async session =>
        {
            string name = parsed.GetRequiredValue(Name), file = await FileAsync(parsed, session, cancel);
            foreach (string one in (string[])[name, .. parsed.GetValue(Groups) ?? []])
            {
                if (!Account.IsName(one)) throw new ControlFailure(ExitCode.Usage, $"'{one}' cannot name a user or a group: {Account.NameRemedy}");
            }
            Accounts there = Read(file);
            if (there.Find(name) is { } known) throw new ControlFailure(ExitCode.Bad, $"{file} has a user {known.Name} already");
            string? hash = parsed.GetValue(NoPassword) ? null : Passwords.Hash(PasswordPrompt.Ask(name, parsed.GetValue(Stdin), parsed.InvocationConfiguration.Error));
            var account = new Account { Name = name, Hash = hash, Groups = parsed.GetValue(Groups) ?? [], FullName = parsed.GetValue(FullName), IsAdministrator = parsed.GetValue(IsAdministrator) };
            Change(file, accounts => accounts.Find(name) is null ? accounts.With(account) : throw new ControlFailure(ExitCode.Bad, $"{file} has a user {name} already"));
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{name} is in {file}.");
            return ExitCode.Ok;
        }));
        return add;
    }

    private static Command Passwd()
    {
        var passwd = new Command("passwd", "Give a user another password.") { Name, Stdin };
        passwd.SetAction((parsed, cancel) => Guarded(parsed, async session =>
        {
            string file = await FileAsync(parsed, session, cancel);
            Account known = Find(Read(file), parsed.GetRequiredValue(Name), file);
            string hash = Passwords.Hash(PasswordPrompt.Ask(known.Name, parsed.GetValue(Stdin), parsed.InvocationConfiguration.Error));
            Change(file, accounts => accounts.With(Find(accounts, known.Name, file) with { Hash = hash }));
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{known.Name} has another password.");
            return ExitCode.Ok;
        }));
        return passwd;
    }

    private static Command Remove()
    {
        var remove = new Command("remove", "Remove a user; live logins of the account end.") { Name };
        remove.SetAction((parsed, cancel) => Guarded(parsed, async session =>
        {
            string name = parsed.GetRequiredValue(Name), file = await FileAsync(parsed, session, cancel);
            Find(Read(file), name, file);
            Change(file, accounts => accounts.Without(Find(accounts, name, file).Name));
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{name} is not in {file} any more.");
            return ExitCode.Ok;
        }));
        return remove;
    }

    private static Command List()
    {
        var list = new Command("list", "Accounts of the file, and on how many devices each is logged in.");
        list.SetAction((parsed, cancel) => Guarded(parsed, async session =>
        {
            UsersReport? live = await LiveAsync(session, cancel);
            string file = parsed.GetValue(File) ?? live?.File ?? DefaultFile;
            IReadOnlyList<AccountReport> accounts = [.. Read(file).All.Select(account => new AccountReport
            {
                Name = account.Name, Groups = account.Groups, FullName = account.FullName, IsAdministrator = account.IsAdministrator, IsEnabled = account.IsEnabled,
                Password = account.Hash is null ? "none" : Passwords.IsOld(account.Hash) ? "old" : "set",
                Devices = live?.Logins.Count(login => login.User.Equals(account.Name, StringComparison.OrdinalIgnoreCase)),
            })];
            session.Show(accounts, ControlJson.Wire.IReadOnlyListAccountReport, UsersPage.Write);
            return ExitCode.Ok;
        }));
        return list;
    }

    private static Command Login()
    {
        var login = new Command("login", "Log a user in on a device, as if by password.") { Name, Address };
        login.SetAction((parsed, cancel) => CommandLine.SessionOf(parsed).AskAsync(
            (HttpMethod.Post, ControlPath.Login + new LoginQuery { User = parsed.GetRequiredValue(Name), Address = parsed.GetRequiredValue(Address) }.ToQuery()),
            ControlJson.Wire.LoginChange, UsersPage.WriteLogin, change => change.Refusal is null, cancel));
        return login;
    }

    private static Command Logout()
    {
        var logout = new Command("logout", "End all logins of a user, or the one at an address, at once.") { Whom };
        logout.SetAction((parsed, cancel) =>
        {
            string whom = parsed.GetRequiredValue(Whom);
            bool isAddress = System.Net.IPAddress.TryParse(whom, out _) && whom.AsSpan().ContainsAny('.', ':');
            return CommandLine.SessionOf(parsed).AskAsync(
                (HttpMethod.Post, ControlPath.Logout + new LoginQuery { User = isAddress ? null : whom, Address = isAddress ? whom : null }.ToQuery()),
                ControlJson.Wire.LoginChange, UsersPage.WriteLogout, change => change.Refusal is null, cancel);
        });
        return logout;
    }

    private static Task<int> Guarded(ParseResult parsed, Func<Session, Task<int>> verb)
    {
        Session session = CommandLine.SessionOf(parsed);
        return session.GuardAsync(async () =>
        {
            try
            {
                return await verb(session);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                throw new ControlFailure(ExitCode.Bad, refused.Message);
            }
        });
    }

    // The daemon knows which file it reads; without it, the usual one.
    private static async Task<string> FileAsync(ParseResult parsed, Session session, CancellationToken cancel) =>
        parsed.GetValue(File) ?? (await LiveAsync(session, cancel))?.File ?? DefaultFile;

    private static async Task<UsersReport?> LiveAsync(Session session, CancellationToken cancel)
    {
        try
        {
            return await session.FetchAsync(HttpMethod.Get, ControlPath.Users, ControlJson.Wire.UsersReport, cancel);
        }
        catch (ControlFailure)
        {
            return null;
        }
    }

    private static Accounts Read(string file) => Sound(AccountsFile.Read(file));

    private static void Change(string file, Func<Accounts, Accounts> change) => Sound(AccountsFile.Change(file, change));

    private static Accounts Sound(AccountsRead read) => read.Accounts
        ?? throw new ControlFailure(ExitCode.Bad, string.Join("; ", read.Errors.Select((ConfigurationError error) => error.ToString())) + "; nothing was changed");

    private static Account Find(Accounts accounts, string name, string file) =>
        accounts.Find(name) ?? throw new ControlFailure(ExitCode.Bad, $"{file} has no user {name}");
}
