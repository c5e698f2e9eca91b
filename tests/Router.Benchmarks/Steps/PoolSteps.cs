using BenchmarkDotNet.Attributes;
using Router.Licensing;
using Router.Wire;

namespace Router.Benchmarks.Steps;

/// <summary>
/// The licence pool with 10,000 devices that have places, each with two addresses, and 5,000 users logged in. What the path asks for a
/// flow's first packet and gives back at its end: of a device that has a place, of a newcomer that gets one, of one that is refused.
/// Then what the control part does each second. A step answers how many were granted.
/// </summary>
public class PoolSteps : StepSet
{
    private const int DeviceCount = 10_000, UserCount = 5000, BatchSize = 64;
    private const byte Office = 1;
    private const long Now = 1_000_000_000;

    private static readonly PoolTerms s_full = new() { Users = UserCount, DevicesPerUser = 2, LicensedZones = 1UL << Office };

    private readonly Pool _pool = new(PoolTables.Anonymous(new PoolSizes()), s_full);
    private readonly Pool _roomy = new(PoolTables.Anonymous(new PoolSizes()), s_full with { DevicesPerUser = 3 });
    private int _turn;

    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int A_device_with_a_place()
    {
        int granted = 0;
        for (int count = 0; count < BatchSize; count++)
        {
            Grant grant = _pool.Ask(FlowOf(Machine(Next() % DeviceCount)), Now);
            if (!grant.IsGranted) continue;
            _pool.Release(grant.Host, Now);
            granted++;
        }
        return granted;
    }

    /// <summary>One that nobody knows; nothing comes of its flow, so the place is free again.</summary>
    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int A_newcomer_that_is_granted_and_cancelled()
    {
        int granted = 0;
        for (int count = 0; count < BatchSize; count++)
        {
            Grant grant = _roomy.Ask(FlowOf(Machine(DeviceCount + Next() % 100)), Now);
            if (grant.IsGranted) granted++;
            _roomy.Cancel(grant, Now);
        }
        return granted;
    }

    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int A_newcomer_that_is_refused()
    {
        int granted = 0;
        for (int count = 0; count < BatchSize; count++) granted += _pool.Ask(FlowOf(Machine(DeviceCount + Next() % 1000)), Now).IsGranted ? 1 : 0;
        return granted;
    }

    /// <summary>All 10,000, of which none is idle yet.</summary>
    [Benchmark]
    public int Tick()
    {
        _pool.Tick(Now + 1_000_000);
        return _pool.Counts().Devices;
    }

    protected override void Build()
    {
        foreach (Pool pool in new[] { _pool, _roomy }) Fill(pool);
    }

    protected override void Prove()
    {
        Expect(BatchSize, A_device_with_a_place);
        Expect(BatchSize, A_newcomer_that_is_granted_and_cancelled);
        Expect(0, A_newcomer_that_is_refused);
        Expect(DeviceCount, Tick);
        Assert.Equal((UserCount, UserCount), (_pool.Counts().Seats, _pool.Counts().Users));
    }

    protected override void Dispose(bool disposing)
    {
        _pool.Dispose();
        _roomy.Dispose();
        base.Dispose(disposing);
    }

    private static void Fill(Pool pool)
    {
        for (int number = 0; number < DeviceCount; number++)
        {
            pool.Meet(Machine(number), 0x0200_0000_0000UL + (ulong)number, Office, Now);
            pool.Meet(new Address(0x2001_0db8_0000_0000, (ulong)number), 0x0200_0000_0000UL + (ulong)number, Office, Now);
            Assert.True(pool.Ask(FlowOf(Machine(number)), Now).IsGranted);
            if (number < UserCount) Assert.True(pool.Login(new LoginRequest(Machine(number), Office, $"user{number}", [], LoginMethod.Web), Now).IsLoggedIn);
        }
    }

    private static Address Machine(int number) => Address.FromV4(0x0a00_0000u + (uint)number);

    private static Occasion FlowOf(Address host) => new(host, Office, Address.FromV4(0x5db8_d822), 443, 6);

    private int Next() => _turn = (_turn + 7919) & 0xf_ffff;
}
