using Router.Licensing;
using Router.Wire;

namespace Router.Tests.Licensing;

/// <summary>A pool without files, and short words for what is done to it. Zone 1 is licensed, zone 2 is for guests.</summary>
internal sealed class Bed : IDisposable
{
    public const byte Office = 1;
    public const byte Guests = 2;
    public const long Second = 1_000_000;
    public const long Minute = 60 * Second;

    private readonly Dictionary<Address, Stack<int>> _flows = [];

    public Bed(int users = 5, int perUser = 5, PoolMode mode = PoolMode.PerUser, params ReservedDevice[] reserved)
    {
        Terms = TermsOf(users, perUser) with { Mode = mode, Reserved = reserved };
        Pool = new Pool(PoolTables.Anonymous(new PoolSizes(4096, 1024)), Terms);
    }

    public Pool Pool { get; }

    public PoolTerms Terms { get; }

    public long Now { get; set; } = 1000 * Second;

    public static PoolTerms TermsOf(int users, int perUser = 5) => new() { Users = users, DevicesPerUser = perUser, LicensedZones = 1UL << Office };

    public static Address Machine(int number) => Address.FromV4(0x0a00_0000u + (uint)number);

    public static Address Machine6(int number) => new(0x2001_0db8_0000_0000, (ulong)number);

    public static ulong Mac(int number) => 0x0200_0000_0000UL + (ulong)number;

    public static Occasion Flow(Address host, byte zone = Office) => new(host, zone, Address.FromV4(0x5db8_d822), 443, 6);

    /// <summary>Begins a flow; answers whether it may pass.</summary>
    public bool Passes(Address host)
    {
        Grant grant = Pool.Ask(Flow(host), Now);
        if (!grant.IsGranted) return false;
        if (!_flows.TryGetValue(host, out Stack<int>? live)) _flows[host] = live = [];
        live.Push(grant.Host);
        return true;
    }

    public bool Passes(int machine) => Passes(Machine(machine));

    /// <summary>Ends all flows of a host.</summary>
    public void Quiet(Address host)
    {
        while (_flows[host].TryPop(out int entry)) Pool.Release(entry, Now);
    }

    public LoginOutcome Login(string user, int machine, int most = 0, AtLimit atLimit = AtLimit.Refuse, bool admin = false, byte zone = Office) =>
        Pool.Login(new LoginRequest(Machine(machine), zone, user, ["staff"], LoginMethod.Web, admin, most, atLimit), Now).Outcome;

    /// <summary>Time goes on, and the control part looks.</summary>
    public void Wait(long time)
    {
        Now += time;
        Pool.Tick(Now);
    }

    /// <summary>What happened since this was asked last.</summary>
    public List<PoolChange> Changes()
    {
        var taken = new PoolChange[8192];
        int count = Pool.TakeChanges(taken, out int lost);
        Assert.Equal(0, lost);
        return [.. taken[..count]];
    }

    public void Dispose() => Pool.Dispose();
}
