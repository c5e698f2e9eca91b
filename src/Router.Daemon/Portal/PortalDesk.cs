using Router.Api.Web;
using Router.Configuration;
using Router.Daemon.Dashboard;
using Router.Daemon.Kernel;
using Router.Daemon.Metrics;
using Router.Daemon.People;
using Router.Daemon.Steering;
using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Forwarding.Web;
using Router.Licensing;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.Portal;

/// <summary>
/// What router-web is answered: the settings that are in force, who is at an address, and what becomes of a login. People are the
/// <see cref="FrontDesk"/>'s; here its words become those of the socket, and monotonic times those of a calendar.
/// </summary>
internal sealed class PortalDesk(Helm helm, PeopleOffice people, LiveTables tables, MetricsDesk metrics, DashboardDesk dashboard)
{
    private readonly DeviceVolumes _volumes = new(tables, () => people.Desk.Pool.Devices().Where(device => device.User is not null).SelectMany(device => device.Addresses));

    private FrontDesk Desk => people.Desk;

    public PortalVerbs Verbs => new()
    {
        Settings = () => Settings(helm.Settings, helm.View),
        Look = Look,
        Rule = number => Told(helm.Policy.Web.Rules, number),
        Login = (address, order) => Told(Desk.Login(address, order.User, order.Groups, order.IsFromDirectory ? LoginMethod.Directory : LoginMethod.Web, order.IsFromDirectory && order.IsAdministrator)),
        Logout = Logout,
        Drop = (mine, other) => Told(Desk.DropDevice(mine, other)),
        Welcome = (address, password) => Told(Desk.Welcome(address, password)),
        Failed = (address, failed) => Desk.NoteFailure(address, failed.User, failed.Why),
        Metrics = metrics.Report,
        Live = dashboard.Live,
        Course = dashboard.Course,
        Flows = dashboard.Flows,
        Events = dashboard.Events,
        Act = dashboard.Act,
    };

    internal static WebSettings Settings(Settings settings, KernelView view) => new()
    {
        Enabled = settings.Portal.Enabled,
        Http = settings.Portal.Http,
        Https = settings.Portal.Https,
        Hostname = settings.Portal.Hostname,
        Certificate = settings.Portal.Certificate,
        Key = settings.Portal.Key,
        Files = settings.Portal.Files,
        Contact = settings.Portal.Contact ?? (settings.License.Contact.Length > 0 ? settings.License.Contact : null),
        UsersFile = settings.Users.File,
        Directory = settings.Users.Directory is { } directory ? Told(directory) : null,
        Metrics = new WebMetrics { Listen = settings.Metrics.Listen?.ToString(), Allow = settings.Metrics.Allow, TokenFile = settings.Metrics.TokenFile },
        Zones = [.. settings.Zones.Select(zone => Told(zone, view))],
    };

    private static WebZone Told(ZoneSettings zone, KernelView view) => new()
    {
        Name = zone.Name,
        Addresses = [.. zone.Interfaces.Select(view.Interface).OfType<KernelInterface>().SelectMany(found => view.AddressesOf(found.Index)).Where(a => !a.IsLinkLocal).Select(a => $"{a}").Distinct()],
        Welcome = zone.Welcome is { } welcome ? new WebWelcome { Text = welcome.Text, AsksPassword = welcome.Password is not null, PassSeconds = welcome.Pass.TotalSeconds } : null,
    };

    // As the path writes it into its answer: from 1.
    internal static RuleText? Told(WebRule[] rules, int number) =>
        number >= 1 && number <= rules.Length ? new RuleText { Name = rules[number - 1].Name, Text = rules[number - 1].Text } : null;

    private static WebDirectory Told(DirectorySettings directory) => new()
    {
        Urls = directory.Urls, Base = directory.Base, Bind = directory.Bind, PasswordFile = directory.PasswordFile, CaFile = directory.CaFile,
        StartTls = directory.StartTls, TimeoutSeconds = directory.Timeout.TotalSeconds, Administrators = directory.Administrators,
    };

    private Visitor Look(Address address)
    {
        Presence presence = Desk.Look(address);
        DeviceView? device = presence.Device;
        ZoneSettings? zone = helm.Settings.Zones.FirstOrDefault(one => one.Name == presence.Zone);
        return new Visitor
        {
            Address = $"{address}",
            Mac = MacText(device?.Mac ?? 0) ?? MacText(Seen(address)),
            Zone = presence.Zone,
            IsTrusted = zone is { Welcome: null, Name: not "guest" },
            Lacks = presence.Lacks switch { DropReason.LoginRequired => "login", DropReason.WelcomeRequired => "welcome", _ => "nothing" },
            User = presence.User?.Name,
            Method = presence.User is null || device is null ? null : device.Method.ToString().ToLowerInvariant(),
            IsAdministrator = presence.User is { IsAdministrator: true } && device is { Method: LoginMethod.Web or LoginMethod.Directory },
            Since = presence.User is not null && device is not null ? Calendar(device.LoginSince) : null,
            Until = presence.Until > 0 ? Calendar(presence.Until) : null,
            Devices = Describe(presence.Devices, address),
        };
    }

    private List<VisitorDevice> Describe(IReadOnlyList<DeviceView> devices, Address asker) =>
        [.. devices.Where(device => device.Addresses.Count > 0).Select(device => Describe(device, asker, _volumes.Of(device.Addresses, Monotonic.Microseconds())))];

    private static VisitorDevice Describe(DeviceView device, Address asker, (long In, long Out) carried) => new()
    {
        Id = $"{device.Addresses[0]}",
        Mac = MacText(device.Mac),
        Addresses = [.. device.Addresses.Select(address => $"{address}")],
        IsThis = device.Addresses.Contains(asker),
        Since = Calendar(device.LoginSince),
        OctetsIn = device.Ended.In + carried.In,
        OctetsOut = device.Ended.Out + carried.Out,
    };

    // The pool learns of a device with its first flow or login; the kernel knew of it before.
    private ulong Seen(Address address)
    {
        foreach (Neighbour neighbour in helm.View.Neighbours)
        {
            if (neighbour.Address == address && neighbour.Mac != 0) return neighbour.Mac;
        }
        return 0;
    }

    private Outcome Logout(Address address) => Told(Desk.Logout(address, LogoutReason.Asked));

    private static Outcome Told(Reception reception) => new() { Done = reception.Done, Refusal = reception.Refusal, Sentence = reception.Done ? null : reception.Sentence };

    private static DateTimeOffset Calendar(long monotonic) => DateTimeOffset.Now + TimeSpan.FromMicroseconds(monotonic - Monotonic.Microseconds());

    private static string? MacText(ulong mac) => mac == 0 ? null : string.Join(':', Enumerable.Range(0, 6).Select(i => $"{(mac >> (40 - (8 * i))) & 0xff:x2}"));
}
