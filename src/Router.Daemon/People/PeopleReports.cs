using Microsoft.AspNetCore.Http;
using Router.Api;
using Router.Daemon.Control;
using Router.Daemon.Reporting;
using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Licensing;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.People;

/// <summary>Who is logged in, in the words of the control socket, and logins by hand.</summary>
internal sealed class PeopleReports(FrontDesk desk, Attendance attendance, PortRegistry ports)
{
    public UsersReport Users()
    {
        long now = Monotonic.Microseconds();
        Dictionary<string, UserView> users = desk.Pool.Users().ToDictionary(user => Identity.Fold(user.Name));
        return new UsersReport
        {
            File = desk.AccountsFile,
            Accounts = desk.Accounts.All.Count,
            Logins = [.. desk.Pool.Devices()
                .Where(device => device.User is not null && users.ContainsKey(Identity.Fold(device.User)))
                .OrderBy(device => device.User, StringComparer.OrdinalIgnoreCase).ThenByDescending(device => device.LoginSince)
                .Select(device => Describe(device, users[Identity.Fold(device.User!)], now))],
        };
    }

    /// <exception cref="RefusedRequest">Somebody or something is not named.</exception>
    public LoginChange Login(LoginQuery query)
    {
        if (query is not { User: { } user, Address: { } address }) throw new RefusedRequest(StatusCodes.Status400BadRequest, "'user' and 'address' are needed.");
        Reception reception = desk.Login(Address.Parse(address), user, [], LoginMethod.Administrator);
        return new LoginChange { Logins = reception.Done ? 1 : 0, Refusal = reception.Done ? null : reception.Sentence };
    }

    /// <exception cref="RefusedRequest">Nobody is named, or two are.</exception>
    public LoginChange Logout(LoginQuery query)
    {
        if (query.User is null == query.Address is null) throw new RefusedRequest(StatusCodes.Status400BadRequest, "One of 'user' and 'address' is needed.");
        if (query.Address is { } address)
        {
            Reception reception = desk.Logout(Address.Parse(address), LogoutReason.Administrator);
            return new LoginChange { Logins = reception.Done ? 1 : 0, Refusal = reception.Done ? null : reception.Sentence };
        }
        int ended = desk.Logout(query.User!, LogoutReason.Administrator);
        return new LoginChange { Logins = ended, Refusal = ended > 0 ? null : $"{query.User} is not logged in" };
    }

    /// <summary>Who a user would be if he logged in: as he is logged in now, or as his account says.</summary>
    /// <exception cref="RefusedRequest">Nobody has that name.</exception>
    public Identity AsIf(string user)
    {
        if (desk.Pool.FindUser(user) is { } live) return new Identity(live.Name, live.Groups);
        if (desk.Accounts.Find(user) is { } account) return new Identity(account.Name, account.Groups);
        throw new RefusedRequest(StatusCodes.Status400BadRequest, $"there is no account '{user}', and nobody of that name is logged in.");
    }

    /// <summary>Who is behind an address, in words; null for nobody.</summary>
    public static string? Words(Identity? who) => who switch
    {
        null => null,
        { IsUser: false } => "a guest",
        { Groups.Length: 0 } user => user.User,
        { } user => $"{user.User}, of {string.Join(", ", user.Groups.ToArray())}",
    };

    private LoginReport Describe(DeviceView device, UserView user, long now) => new()
    {
        User = user.Name, Groups = user.Groups, IsAdministrator = user.IsAdministrator,
        Addresses = [.. device.Addresses.Select(address => address.ToString())],
        Mac = device.Mac == 0 ? null : FrontDesk.MacText(device.Mac),
        Zone = ports.NameOf(new PortId(device.Zone)), Method = device.Method.ToString().ToLowerInvariant(), Since = Reports.WallClock(device.LoginSince),
        IdleSeconds = device.Flows > 0 ? 0 : Math.Max(0, now - attendance.LastUse(device)) / 1e6, Flows = device.Flows,
    };
}
