using System.Security.Cryptography;
using System.Text;
using Router.Configuration;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Rules;
using Router.Licensing;
using Router.Ports;
using Router.Users;
using Router.Wire;

namespace Router.Daemon.People;

/// <summary>
/// Who uses the network. Logins themselves, and guests' passes, are the pool's, which counts them; here is what leads to them and from them:
///
///     portal, routerctl   <see cref="Login"/>, <see cref="Logout(Address, LogoutReason)"/>, <see cref="Welcome"/>; any thread
///     devices             automatic logins, when the kernel hears of one or the path refuses one (<see cref="Doorkeeper"/>)
///     time, accounts      logins that end by themselves, or with the account (<see cref="Doorkeeper"/>)
///          |
///         pool  ->  <see cref="Seating"/>: addresses whose user changed  ->  roster  ->  path, live flows (<see cref="Usher"/>)
///
/// Whoever logs somebody in has checked the password, or need not; none comes here. Of users with an account of this box, groups and
/// rights are those of the account, whatever the caller says.
/// </summary>
internal sealed class FrontDesk
{
    private readonly PortRegistry _ports;
    private readonly Func<Plan> _plan;
    private readonly AccountsInForce _accounts;
    private readonly Journal _journal;
    private Settings _settings;


    /// <param name="pool">Has the logins.</param>
    /// <param name="settings">The configuration in force.</param>
    /// <param name="ports">Numbers of zones.</param>
    /// <param name="plan">The plan in force.</param>
    /// <param name="journal">Is told of refusals; of logins the pool's own journal tells.</param>
    public FrontDesk(Pool pool, Settings settings, PortRegistry ports, Func<Plan> plan, Journal journal)
    {
        (Pool, _settings, _ports, _plan, _journal) = (pool, settings, ports, plan, journal);
        Seating = new Seating(pool);
        _accounts = new AccountsInForce(settings.Users.File);
    }

    public Pool Pool { get; }

    public Seating Seating { get; }

    /// <summary>How logins went.</summary>
    public LoginTally Tally { get; } = new();

    /// <summary>The accounts in force.</summary>
    public Accounts Accounts => _accounts.Now;

    /// <summary>Called when the path is to hear of a change soon; from any thread.</summary>
    public Action Wake { get; set; } = static () => { };

    internal Settings Settings => Volatile.Read(ref _settings);

    /// <summary>Goes by another configuration. The control thread's.</summary>
    internal void SetSettings(Settings settings) => Volatile.Write(ref _settings, settings);

    /// <summary>Logs a user in on the device of an address.</summary>
    /// <param name="address">A local host's.</param>
    /// <param name="user">His name, in any case.</param>
    /// <param name="groups">His groups, of one that a directory knows.</param>
    /// <param name="method">How it is known who he is.</param>
    /// <param name="isAdministrator">Whether a directory says so.</param>
    public Reception Login(Address address, string user, IReadOnlyList<string> groups, LoginMethod method, bool isAdministrator = false)
    {
        Reception reception = Receive(address, user, groups, method, isAdministrator);
        Tally.Count(method, reception.Refusal);
        return reception;
    }

    private Reception Receive(Address address, string user, IReadOnlyList<string> groups, LoginMethod method, bool isAdministrator)
    {
        if (Zone(address) is not { } zone) return Refuse(address, user, new("not-local", $"{address} is in no zone of ours"));
        Account? account = method == LoginMethod.Directory ? null : Accounts.Find(user);
        if (account is { IsEnabled: false }) return Refuse(address, user, new("disabled", $"the account {account.Name} is switched off"));
        if (account is null && method is LoginMethod.Web or LoginMethod.Administrator && Accounts.Find(user) is null)
        {
            return Refuse(address, user, new("unknown-user", $"there is no account {user}"));
        }
        UserLimit limit = Settings.Users.Limits.GetValueOrDefault(Identity.Fold(user));
        LoginAnswer answer = Pool.Login(
            new LoginRequest(address, zone.Value, account?.Name ?? user, [.. account?.Groups ?? groups], method, account?.IsAdministrator ?? isAdministrator,
                limit.MaxDevices, limit.ReplacesOldest ? AtLimit.ReplaceOldest : AtLimit.Refuse),
            Monotonic.Microseconds());
        if (answer.GroupsLeft > 0) _journal.Write(Catalog.LoginRefused, Priority.Warning, $"{user} is in {answer.GroupsLeft} groups more than can be kept; rules for those do not hold for him", ("USER", user), ("HOST", address.ToString()), ("DEVICE", MacAt(address)));
        Changed(user, address);
        return Reception.Of(answer, user);
    }

    /// <summary>Ends the login on the device of an address.</summary>
    public Reception Logout(Address address, LogoutReason reason)
    {
        IReadOnlyList<Address> addresses = Pool.Find(address)?.Addresses ?? [];
        if (!Pool.Logout(address, reason, Monotonic.Microseconds())) return new("none", $"nobody is logged in at {address}");
        Changed(addresses);
        return Reception.Good;
    }

    /// <summary>Ends all logins of a user; answers how many.</summary>
    public int Logout(string user, LogoutReason reason)
    {
        Address[] addresses = [.. Pool.DevicesOf(user).SelectMany(device => device.Addresses)];
        int ended = Pool.Logout(user, reason, Monotonic.Microseconds());
        if (ended > 0) Changed(addresses);
        return ended;
    }

    /// <summary>The user at an address logs out another device of his.</summary>
    public Reception DropDevice(Address mine, Address other)
    {
        if (Pool.Find(mine)?.User is not { } user) return new("none", $"nobody is logged in at {mine}");
        if (Pool.Find(other)?.User is not { } theirs || Identity.Fold(theirs) != Identity.Fold(user)) return new("not-yours", $"{user} is not logged in at {other}");
        return Logout(other, LogoutReason.Asked);
    }

    /// <summary>Lets a guest in, where guests are welcome and he knows the password if there is one.</summary>
    public Reception Welcome(Address address, string? password)
    {
        Reception reception = LetIn(address, password);
        Tally.CountGuest(reception.Refusal);
        return reception;
    }

    private Reception LetIn(Address address, string? password)
    {
        if (Zone(address) is not { } zone) return Refuse(address, null, new("not-local", $"{address} is in no zone of ours"));
        string name = _ports.NameOf(zone);
        if (Settings.Zones.FirstOrDefault(one => one.Name == name)?.Welcome is not { } welcome) return Refuse(address, null, new("no-welcome", $"no guests are expected in {name}"));
        if (welcome.Password is { } wanted && !IsSame(wanted, password)) return Refuse(address, null, new("wrong-password", "this is not the password for guests"));
        long now = Monotonic.Microseconds();
        if (!Pool.GivePass(address, zone.Value, now + (long)welcome.Pass.TotalMicroseconds, now)) return Refuse(address, null, new("no-room", "the table of devices is full"));
        _journal.Write(Catalog.Guest, Priority.Notice, $"guest let in at {address} in {name}, for {welcome.Pass.TotalMinutes:0.#} min", ("HOST", address.ToString()), ("DEVICE", MacAt(address)));
        Changed(Pool.Find(address)?.Addresses ?? [address]);
        return Reception.Good;
    }

    /// <summary>A login that was refused before it came here: a wrong password, say. The name is as a stranger typed it.</summary>
    public void NoteFailure(Address address, string user, string why)
    {
        Tally.CountFailure(why);
        Refuse(address, user, new("failed", why));
    }

    /// <summary>Who and what is at an address.</summary>
    public Presence Look(Address address)
    {
        PortId? zone = Zone(address);
        DeviceView? device = Pool.Find(address);
        UserView? user = device?.User is { } name ? Pool.FindUser(name) : null;
        long most = Settings.Users.LoginMost is { } longest ? (long)longest.TotalMicroseconds : 0;
        long until = user is not null ? most == 0 ? 0 : device!.LoginSince + most : device?.PassUntil ?? 0;
        Plan plan = _plan();
        Endpoint sender = new(zone?.Bit ?? 0, address, plan.Roster.Of(address));
        DropReason lacks = plan.Policy.Gate.Ask(sender, new Endpoint(PortId.InternetBit, default));
        return new Presence(zone is { } there ? _ports.NameOf(there) : null, device, user, user is null ? [] : Pool.DevicesOf(user.Name), lacks, until);
    }

    /// <summary>Reads the accounts again if their file changed, or is another; null if nothing did.</summary>
    internal AccountsRead? LookAtAccounts() => _accounts.Look(Settings.Users.File);

    private Reception Refuse(Address address, string? user, Reception refusal)
    {
        string whom = user is null ? $"guest at {address} refused" : $"login of {user} at {address} refused";
        _journal.Write(Catalog.LoginRefused, Priority.Warning, $"{whom}: {refusal.Sentence}",
            ("USER", user ?? ""), ("HOST", address.ToString()), ("DEVICE", MacAt(address)), ("CAUSE", refusal.Refusal!));
        return refusal;
    }

    private string MacAt(Address address) => Pool.Find(address) is { Mac: not 0 and var known } ? MacText(known) : "";

    /// <summary>A MAC as people write it.</summary>
    public static string MacText(ulong mac) => string.Join(':', Enumerable.Range(0, 6).Select(i => $"{mac >> (40 - 8 * i) & 0xff:x2}"));

    // A login reaches all addresses of a device, and may have ended logins of the same user elsewhere.
    private void Changed(string user, Address address)
    {
        Seating.Mark(Pool.DevicesOf(user).SelectMany(device => device.Addresses).Append(address));
        Wake();
    }

    private void Changed(IEnumerable<Address> addresses)
    {
        Seating.Mark(addresses);
        Wake();
    }

    /// <summary>The file that has the accounts.</summary>
    internal string AccountsFile => _accounts.Path;

    /// <summary>The zone behind which somebody lives; null if he is nobody of ours, or the box itself.</summary>
    internal PortId? Zone(Address address)
    {
        Plan plan = _plan();
        return plan.Own(address) == 0 && plan.TryBehind(address, out PortId zone) ? zone : null;
    }

    private static bool IsSame(string wanted, string? typed) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(wanted)), SHA256.HashData(Encoding.UTF8.GetBytes(typed ?? "")));
}
