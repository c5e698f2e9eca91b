using System.Globalization;
using Router.Api;
using Spectre.Console;

namespace Router.Ctl.Pages;

/// <summary>The answers to `routerctl users` and `routerctl user`.</summary>
internal static class UsersPage
{
    public static void Write(UsersReport users, Screen screen)
    {
        var table = new AnswerTable(
            new Column("USER"), new Column("GROUPS", 3), new Column("ADDRESS"), new Column("MAC", 4), new Column("ZONE", 2), new Column("BY", 5),
            new Column("SINCE", 1, Right: true), new Column("IDLE", 6, Right: true), new Column("FLOWS", 7, Right: true));
        foreach (LoginReport login in users.Logins)
        {
            table.Add(
                login.User, login.Groups.Count > 0 ? string.Join(", ", login.Groups) : null, string.Join(", ", login.Addresses), login.Mac, login.Zone, login.Method,
                Units.Age(login.Since, screen.Now), Units.Duration(login.IdleSeconds), login.Flows.ToString(CultureInfo.InvariantCulture));
        }
        table.WriteTo(screen, "Nobody is logged in.");
    }

    public static void Write(IReadOnlyList<AccountReport> accounts, Screen screen)
    {
        var table = new AnswerTable(
            new Column("USER"), new Column("NAME", 3), new Column("GROUPS", 2), new Column("PASSWORD", 4), new Column("RIGHTS", 5), new Column("DEVICES", 1, Right: true));
        foreach (AccountReport account in accounts)
        {
            table.Add(
                new Cell(account.Name, account.IsEnabled ? null : Color.Grey), account.FullName, account.Groups.Count > 0 ? string.Join(", ", account.Groups) : null, account.Password,
                !account.IsEnabled ? "switched off" : account.IsAdministrator ? "administrator" : "user", account.Devices?.ToString(CultureInfo.InvariantCulture));
        }
        table.WriteTo(screen, "There are no accounts.");
    }

    public static void WriteLogin(LoginChange change, Screen screen) => screen.Line(change.Refusal is { } why ? $"Refused: {why}." : "Logged in.");

    public static void WriteLogout(LoginChange change, Screen screen) => screen.Line(change.Refusal is { } why ? $"Nothing ended: {why}."
        : change.Logins == 1 ? "1 login was ended." : string.Create(CultureInfo.InvariantCulture, $"{change.Logins} logins were ended."));
}
