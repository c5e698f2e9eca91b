using Microsoft.AspNetCore.Http;
using Router.Api;
using Router.Configuration;
using Router.Daemon.Control;
using Router.Daemon.Reporting;
using Router.Daemon.Steering;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Licensing;
using Router.Licensing.Files;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.Licensing;

/// <summary>The licence in the words of the control socket, and a place that is freed by hand. The pool is read beside the path.</summary>
internal sealed class LicenceReports(LicenceOffice office, Helm helm, Worker worker, PortRegistry ports, LiveTables tables, Journal journal)
{
    public LicenseReport License()
    {
        Pool pool = office.Pool;
        PoolCounts counts = pool.Counts();
        List<DeviceView> devices = pool.Devices();
        PoolTally tally = pool.Tally();
        bool isPerUser = pool.Terms.Mode == PoolMode.PerUser;
        return new LicenseReport
        {
            Licence = Facts(), Mode = isPerUser ? "per-user" : "per-host",
            Devices = new CounterReport { Used = counts.Devices, Limit = counts.MostDevices, Reserved = counts.Reserved },
            Seats = isPerUser ? new CounterReport { Used = counts.Seats, Limit = counts.MostSeats } : null,
            Places = [.. Places(devices)],
            Users = [.. pool.Users().OrderByDescending(user => user.Seats).ThenBy(user => user.Name, StringComparer.OrdinalIgnoreCase).Select(user => Seat(user, devices))],
            Refused = [.. pool.RefusedLately().Select(Describe)],
            Tally = new TallyReport(tally.PlacesTaken, tally.PlacesFreed, tally.Logins, tally.Logouts, tally.Refused),
        };
    }

    /// <exception cref="RefusedRequest">It is no device that has a place.</exception>
    public FreedReport Free(string device)
    {
        long now = Monotonic.Microseconds();
        DeviceView? freed = Address.TryParse(device, out Address address) ? office.Pool.Free(address, now)
            : Macs.TryParse(device, out ulong mac) ? office.Pool.Free(mac, now)
            : throw new RefusedRequest(StatusCodes.Status400BadRequest, $"'{device}' is neither an address nor a MAC.");
        if (freed is null) throw new RefusedRequest(StatusCodes.Status404NotFound, $"{device} has no place (see routerctl license).");
        int ended = EndFlows([.. freed.Addresses]);
        journal.Write(Catalog.PlaceFreed, Priority.Notice, $"the place of {device} was freed by hand; live flows ended: {ended}",
            ("HOST", freed.First.Host.ToString()), ("DEVICE", freed.Mac == 0 ? "" : Macs.Text(freed.Mac)));
        return new FreedReport
        {
            Device = device, Addresses = [.. freed.Addresses.Select(one => one.ToString())], Mac = freed.Mac == 0 ? null : Macs.Text(freed.Mac),
            HeldSeconds = (now - freed.PlaceSince) / 1e6, FlowsEnded = ended,
        };
    }

    // Between the device and the Internet; what it has with other zones never took a place.
    private int EndFlows(HashSet<Address> addresses)
    {
        int ended = 0;
        Plan plan = worker.Plan;
        foreach ((int, long)[] some in tables.Flows()
            .Where(flow => addresses.Contains(flow.Inside.Address) && (plan.IsLink(flow.Egress) || flow.Inbound))
            .Select(flow => (flow.Id, flow.Created)).Chunk(Worker.MostKills))
        {
            ended += worker.Ask(w => w.Kill(some)).GetAwaiter().GetResult();
        }
        return ended;
    }

    private LicenceFacts Facts()
    {
        LicenceStanding standing = office.Shelf.Standing;
        Licence licence = standing.Licence;
        bool isBase = standing.State == LicenceState.Base;
        return new LicenceFacts
        {
            File = helm.Settings.License.File, Problem = office.Shelf.Problem, State = Words(standing.State),
            Number = isBase ? null : licence.Number, Holder = isBase ? null : licence.Holder,
            Users = standing.InForce.Users, DevicesPerUser = standing.InForce.DevicesPerUser, Issued = isBase ? null : licence.Issued,
            NotBefore = licence.NotBefore, Expires = licence.Expires, MaintenanceUntil = licence.MaintenanceUntil, DevelopmentKey = ProductKey.IsDevelopment,
        };
    }

    private static string Words(LicenceState state) => state switch
    {
        LicenceState.Base => "base",
        LicenceState.Valid => "valid",
        LicenceState.NotYet => "not yet",
        LicenceState.Expired => "expired",
        LicenceState.ReleaseTooNew => "release too new",
    };

    private IEnumerable<PlaceReport> Places(List<DeviceView> devices)
    {
        IReadOnlyList<ReservedDevice> reserved = helm.Settings.License.Reserved;
        DeviceView[] holders = [.. devices.Where(device => device.HasPlace).OrderBy(device => device.PlaceSince)];
        foreach (DeviceView device in holders)
        {
            yield return new PlaceReport
            {
                Name = reserved.FirstOrDefault(one => Is(one, device))?.Name, Mac = device.Mac == 0 ? null : Macs.Text(device.Mac),
                Addresses = [.. device.Addresses.Select(address => address.ToString())], Zone = ports.NameOf(new PortId(device.Zone)),
                Since = Reports.WallClock(device.PlaceSince), Reason = Wanted(device.First), Flows = device.Flows,
                IdleSeconds = device.Flows > 0 ? 0 : (Monotonic.Microseconds() - device.LastLive) / 1e6, User = device.User,
            };
        }
        foreach (ReservedDevice kept in reserved.Take(office.Pool.Counts().Reserved).Where(kept => !holders.Any(device => Is(kept, device))))
        {
            yield return new PlaceReport
            {
                Name = kept.Name, Mac = kept.Mac == 0 ? null : Macs.Text(kept.Mac), Addresses = kept.Mac == 0 ? [kept.Address.ToString()] : [], Reason = "kept for it, not there",
            };
        }
    }

    private static bool Is(ReservedDevice reserved, DeviceView device) =>
        reserved.Mac != 0 ? reserved.Mac == device.Mac : device.Addresses.Contains(reserved.Address);

    private static SeatReport Seat(UserView user, List<DeviceView> devices) => new()
    {
        User = user.Name, Seats = user.Seats, Devices = user.Devices, Counted = user.Counted, Since = Reports.WallClock(user.Since), Administrator = user.IsAdministrator,
        Machines = [.. devices.Where(device => user.Name.Equals(device.User, StringComparison.OrdinalIgnoreCase)).OrderBy(device => device.LoginSince)
            .Select(device => device.Addresses.Count > 0 ? device.Addresses[0].ToString() : Macs.Text(device.Mac))],
    };

    private RefusedReport Describe(RefusedNewcomer refusal) => new()
    {
        Host = refusal.Occasion.Host.ToString(), Mac = refusal.Mac == 0 ? null : Macs.Text(refusal.Mac), Zone = ports.NameOf(new PortId(refusal.Occasion.Zone)),
        User = refusal.User, Why = Words(refusal.Why), Wanted = refusal.User is { } user ? $"login of {user}" : Wanted(refusal.Occasion),
        First = Reports.WallClock(refusal.First), Last = Reports.WallClock(refusal.Last), Times = refusal.Times,
    };

    private static string Words(RefusalCause cause) => cause switch
    {
        RefusalCause.NoPlace => "no place",
        RefusalCause.NoSeat => "no seat",
        RefusalCause.TooManyDevices => "too many devices",
        RefusalCause.Ended => "licence ended",
        RefusalCause.NoRoom or RefusalCause.None => "no room",
    };

    private static string Wanted(in Occasion occasion)
    {
        string far = occasion.Far.IsV4 ? occasion.Far.ToString() : $"[{occasion.Far}]";
        return occasion.Port == 0 ? $"{Protocols.NameOf(occasion.Protocol)} with {occasion.Far}" : $"{Protocols.NameOf(occasion.Protocol)} with {far}:{occasion.Port}";
    }
}
