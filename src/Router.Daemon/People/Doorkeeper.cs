using Router.Configuration;
using Router.Daemon.Kernel;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Reading;
using Router.Licensing;
using Router.Users;
using Router.Wire;

namespace Router.Daemon.People;

/// <summary>
/// What happens to logins without anybody asking for it: devices that are known log in by themselves, when the kernel has a new neighbour
/// or the path refuses somebody (<see cref="Forwarding.PathEventKind.HostUnknown"/>); logins end when they are idle or too long, when their
/// account is gone or switched off, or when the configuration does not know their device any more. Accounts are read again when their file
/// changes; a file with errors changes nothing. All of it is the control thread's. [C]
/// </summary>
internal sealed class Doorkeeper(FrontDesk desk, Attendance attendance, Journal journal)
{
    private const long AccountsEvery = 1_000_000;

    private readonly HashSet<(Address, ulong)> _met = [];
    private AutomaticLogins _automatic = AutomaticLogins.None;
    private Settings? _settings;
    private KernelView _view = KernelView.Empty;
    private Accounts _accounts = Accounts.None;
    private long _nextAccounts;

    /// <summary>Takes up other settings and news of the kernel, and looks at the time.</summary>
    public void Tick(Settings settings, KernelView view, long now)
    {
        bool isLoaded = !ReferenceEquals(settings, _settings);
        if (isLoaded) Load(settings);
        if (isLoaded || now >= _nextAccounts)
        {
            _nextAccounts = now + AccountsEvery;
            LookAtAccounts();
        }
        if (!ReferenceEquals(view, _view)) Follow(view);
        foreach ((Address address, LogoutReason reason) in attendance.Tick(settings.Users, now)) desk.Logout(address, reason);
    }

    /// <summary>Somebody was refused who is not logged in: perhaps his device is known.</summary>
    public void Knock(Address address) => Greet(address, MacOf(address));

    private void Load(Settings settings)
    {
        _settings = settings;
        desk.SetSettings(settings);
        _automatic = new AutomaticLogins(settings.Users.Automatic);
        _met.Clear();
        _view = KernelView.Empty;
        foreach (DeviceView device in Logins().Where(device => device.Method == LoginMethod.Automatic))
        {
            bool isKnown = device.Addresses.Any(address => _automatic.Find(address, device.Mac) is { } user && Identity.Fold(user) == Identity.Fold(device.User!));
            if (!isKnown) desk.Logout(device.Addresses[0], LogoutReason.AccountChanged);
        }
    }

    // Those who are there still are in the table for long; only who comes, or comes with another MAC, is news.
    private void Follow(KernelView view)
    {
        _view = view;
        if (_automatic.IsEmpty) return;
        var there = new HashSet<(Address, ulong)>();
        foreach (Neighbour neighbour in view.Neighbours)
        {
            if (neighbour.Mac == 0) continue;
            there.Add((neighbour.Address, neighbour.Mac));
            if (_met.Add((neighbour.Address, neighbour.Mac))) Greet(neighbour.Address, neighbour.Mac);
        }
        _met.IntersectWith(there);
    }

    private void Greet(Address address, ulong mac)
    {
        if (_automatic.Find(address, mac) is not { } user || desk.Pool.Find(address)?.User is not null || desk.Zone(address) is null) return;
        desk.Login(address, user, [], LoginMethod.Automatic);
    }

    private void LookAtAccounts()
    {
        if (desk.LookAtAccounts() is not { } read) return;
        if (read.Accounts is not { } accounts)
        {
            foreach (ConfigurationError error in read.Errors) journal.Write(Catalog.AccountsRefused, Priority.Error, error.ToString());
            journal.Write(Catalog.AccountsRefused, Priority.Error, $"{desk.AccountsFile} has errors; the {desk.Accounts.All.Count} accounts that were read before stay in force");
            return;
        }
        if (_accounts.All.Count + accounts.All.Count > 0) journal.Write(Catalog.Accounts, Priority.Notice, $"accounts are in force: {accounts.All.Count} of {desk.AccountsFile}");
        Compare(_accounts, accounts);
        _accounts = accounts;
    }

    // What a change of an account means to whoever is logged in by it.
    private void Compare(Accounts before, Accounts after)
    {
        foreach (DeviceView device in Logins().Where(device => device.Method != LoginMethod.Directory))
        {
            Account? was = before.Find(device.User!), now = after.Find(device.User!);
            if (now is { IsEnabled: false } || (now is null && (was is not null || device.Method != LoginMethod.Automatic))) desk.Logout(device.Addresses[0], LogoutReason.AccountChanged);
            else if (now is not null && !now.Equals(was)) desk.Login(device.Addresses[0], now.Name, now.Groups, device.Method);
        }
    }

    private IEnumerable<DeviceView> Logins() => desk.Pool.Devices().Where(device => device.User is not null && device.Addresses.Count > 0);

    private ulong MacOf(Address address)
    {
        if (desk.Pool.Find(address) is { Mac: not 0 and var known }) return known;
        foreach (Neighbour neighbour in _view.Neighbours)
        {
            if (neighbour.Address == address && neighbour.Mac != 0) return neighbour.Mac;
        }
        return 0;
    }
}
