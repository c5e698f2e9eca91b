using Microsoft.AspNetCore.Http;
using Router.Daemon.Control;
using Router.Daemon.People;
using Router.Licensing;
using Router.Wire;

namespace Router.Daemon.Dashboard;

/// <summary>
/// Who may see the dashboard: the pool says, and nobody else. It takes a login with the administrator mark that was made by a password (at the portal,
/// against the accounts or the directory): a login by MAC or address, which anybody on the wire can take, or by routerctl does not count.
/// </summary>
internal sealed class Administrators(FrontDesk desk)
{
    /// <summary>The administrator at an address.</summary>
    /// <exception cref="RefusedRequest">There is none.</exception>
    public string Demand(Address address)
    {
        if (desk.Pool.Find(address) is { User: { } user, Method: LoginMethod.Web or LoginMethod.Directory } && desk.Pool.FindUser(user) is { IsAdministrator: true } known) return known.Name;
        throw new RefusedRequest(StatusCodes.Status403Forbidden, $"No administrator is logged in at {address} by a password.");
    }

    /// <summary>Every address of theirs.</summary>
    public List<string> Addresses() =>
        [.. desk.Pool.Users().Where(user => user.IsAdministrator).SelectMany(user => desk.Pool.DevicesOf(user.Name))
            .Where(device => device.Method is LoginMethod.Web or LoginMethod.Directory).SelectMany(device => device.Addresses).Select(address => address.ToString())];
}
