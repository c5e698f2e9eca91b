using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Licensing;

namespace Router.Daemon.Licensing;

/// <summary>
/// What happens in the pool, in the words of the journal: places, logins, refusals, and how full the licence is. Whoever invents
/// addresses or names can cause storms, which are cut and counted (<see cref="EventKind"/>). Names are as strangers typed them; the
/// journal's own writing takes out what could break a line.
/// </summary>
internal sealed class PoolJournal(Pool pool, PortRegistry ports, Journal journal)
{

    public void Write(in PoolChange change)
    {
        switch (change.Kind)
        {
            case PoolChangeKind.PlaceTaken:
                journal.Write(Catalog.Place, Priority.Info, $"place taken by {Who(change)} in {Zone(change)}", Fields(change));
                break;
            case PoolChangeKind.PlaceFreed:
                journal.Write(Catalog.Place, Priority.Info, $"place of {Who(change)} is free{(change.ByHand ? ", by hand" : "")}, after {Duration(change)}", Fields(change));
                break;
            case PoolChangeKind.Refused:
                journal.Write(Catalog.LicenceRefusal, Priority.Warning, Refused(change), Fields(change));
                break;
            case PoolChangeKind.LoggedIn:
                journal.Write(Catalog.Login, Priority.Notice, $"login of {change.User} on {Who(change)} in {Zone(change)}, {By(change.Method)}", Fields(change));
                break;
            case PoolChangeKind.LoggedOut:
                journal.Write(Catalog.Login, Priority.Notice, $"logout of {change.User} on {Who(change)}, {Why(change.Reason)}, after {Duration(change)}", Fields(change));
                break;
            case PoolChangeKind.United:
                journal.Write(Catalog.Place, Priority.Info, $"{Who(change)} is one device with its other addresses", Fields(change));
                break;
            case PoolChangeKind.DevicesAt or PoolChangeKind.SeatsAt:
                WriteFullness(change);
                break;
            case PoolChangeKind.AddressUser:
                break;
        }
    }

    private void WriteFullness(in PoolChange change)
    {
        PoolCounts counts = pool.Counts();
        (string what, int used, int most) = change.Kind == PoolChangeKind.DevicesAt ? ("places of devices", counts.Devices, counts.MostDevices) : ("seats of users", counts.Seats, counts.MostSeats);
        string then = change.Fullness == Fullness.Full ? "newcomers are refused until one is free (routerctl license)" : "4 of 5 are taken";
        journal.Write(Catalog.LicenceFullness, Priority.Warning, $"licence: {used} of {most} {what} are taken: {then}");
    }

    private string Refused(in PoolChange change)
    {
        PoolCounts counts = pool.Counts();
        string whom = change.User is { } user ? $"the login of {user} on {Who(change)}" : Who(change);
        return change.Cause switch
        {
            RefusalCause.NoPlace => $"licence: {whom} in {Zone(change)} is refused, as all {counts.MostDevices} places of devices are taken",
            RefusalCause.NoSeat => $"licence: {whom} is refused, as all {counts.MostSeats} seats of users are taken",
            RefusalCause.TooManyDevices => $"{whom} is refused: the account is on as many devices as it may be",
            RefusalCause.Ended => $"licence: {whom} is refused, as the trial has ended",
            RefusalCause.NoRoom or RefusalCause.None => $"licence: {whom} is refused, as the table of devices is full",
        };
    }

    private string Zone(in PoolChange change) => ports.NameOf(new PortId(change.Zone));

    private static string Who(in PoolChange change) => change.Mac == 0 ? change.Address.ToString() : $"{change.Address} ({Macs.Text(change.Mac)})";

    private static string Duration(in PoolChange change)
    {
        var lasted = TimeSpan.FromMicroseconds(Math.Max(0, change.When - change.Since));
        return lasted.TotalMinutes < 1 ? $"{lasted.TotalSeconds:0} s" : lasted.TotalHours < 1 ? $"{lasted.TotalMinutes:0} min" : $"{lasted.TotalHours:0.0} h";
    }

    private static string By(LoginMethod method) => method switch
    {
        LoginMethod.Web => "by its password",
        LoginMethod.Directory => "by the directory",
        LoginMethod.Automatic => "by itself",
        LoginMethod.Administrator => "by an administrator",
    };

    private static string Why(LogoutReason reason) => reason switch
    {
        LogoutReason.Asked => "as asked",
        LogoutReason.Idle => "idle",
        LogoutReason.TooLong => "as it had lasted as long as it may",
        LogoutReason.Replaced => "for a login on another device",
        LogoutReason.Administrator => "by an administrator",
        LogoutReason.AnotherUser => "for another user there",
        LogoutReason.AccountChanged => "as the account has changed",
    };

    private static (string, string)[] Fields(in PoolChange change)
    {
        var fields = new List<(string, string)> { ("HOST", change.Address.ToString()) };
        if (change.Mac != 0) fields.Add(("DEVICE", Macs.Text(change.Mac)));
        if (change.User is { } user) fields.Add(("USER", user));
        if (change.Cause != RefusalCause.None) fields.Add(("CAUSE", change.Cause.ToString()));
        else if (change.Kind == PoolChangeKind.LoggedOut) fields.Add(("CAUSE", change.Reason.ToString()));
        return [.. fields];
    }
}
