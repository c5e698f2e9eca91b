using System.Net;
using System.Text;
using Router.Configuration;
using Router.Daemon.People;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Licensing;
using Router.Tests.Configuration;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Daemon.People;

/// <summary>
/// A front desk with its pool, over the plan of <see cref="Draft"/>: hosts of 192.168.10.0/24 are trusted, those of 192.168.20.0/24 guests,
/// whom a password lets in. Accounts are tony (of staff), sam, and ann, who is switched off.
/// </summary>
internal sealed class PeopleBed : IDisposable
{
    public static readonly Address Host = Address.Parse("192.168.10.5"), Other = Address.Parse("192.168.10.6"), Third = Address.Parse("192.168.10.7"), Visitor = Address.Parse("192.168.20.5");

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("router-people-");
    private readonly MemoryStream _lines = new();
    private readonly ForwardingTables _tables = ForwardingTables.Anonymous(new TableSizes(256, 256, 256));

    /// <param name="users">Lines of `users`, but its file.</param>
    /// <param name="journald">Where the journal goes; null: to <see cref="Said"/>.</param>
    public PeopleBed(int seats = 5, string users = "", Draft? draft = null, EndPoint? journald = null)
    {
        foreach (string name in (ReadOnlySpan<string>)["trusted", "guest", "one", "two"]) Ports.Claim(name);
        Give("  tony: { groups: [staff] }\n  sam:\n  ann: { enabled: false }\n");
        Settings = SettingsOf(users);
        Journal = new Journal(journald, _lines, TimeProvider.System);
        Pool = new Pool(PoolTables.Anonymous(new PoolSizes(64, 32)), new PoolTerms { Users = seats, DevicesPerUser = 5, LicensedZones = Draft.Trusted.Bit });
        Worker = new Worker(_tables, (draft ?? new Draft()).Make(newPolicy: true), Pool);
        Desk = new FrontDesk(Pool, Settings, Ports, () => Worker.Plan, Journal);
        Desk.LookAtAccounts();
        Tables = new LiveTables(_tables);
    }

    public string Accounts => Path.Combine(_directory.FullName, "users.yaml");

    public PortRegistry Ports { get; } = new();

    public Settings Settings { get; }

    public Journal Journal { get; }

    public Pool Pool { get; }

    public Worker Worker { get; }

    public FrontDesk Desk { get; }

    public LiveTables Tables { get; }

    public string Said => Encoding.UTF8.GetString(_lines.ToArray());

    public Settings SettingsOf(string users) => Loading.Sound(
        Loading.Base.Replace("guest: { interfaces: [guest0] }", "guest: { interfaces: [guest0], welcome: { password: coffee, pass: 1h } }", StringComparison.Ordinal)
        + $"users:\n  file: {Accounts}\n" + string.Concat(users.Split('\n').Where(line => line.Length > 0).Select(line => $"  {line}\n")));

    /// <summary>Writes the accounts, with another time than before.</summary>
    public void Give(string accounts)
    {
        DateTime before = File.Exists(Accounts) ? File.GetLastWriteTimeUtc(Accounts) : default;
        File.WriteAllText(Accounts, $"users:\n{accounts}...\n");
        if (File.GetLastWriteTimeUtc(Accounts) <= before) File.SetLastWriteTimeUtc(Accounts, before.AddSeconds(1));
    }

    public Reception LogIn(string user, Address host, LoginMethod method = LoginMethod.Web, params string[] groups) => Desk.Login(host, user, groups, method);

    /// <summary>Who is logged in on the device of an address.</summary>
    public string? UserOf(Address host) => Pool.Find(host)?.User;

    public void Dispose()
    {
        Worker.Dispose();
        Pool.Dispose();
        Journal.Dispose();
        _directory.Delete(recursive: true);
    }
}
