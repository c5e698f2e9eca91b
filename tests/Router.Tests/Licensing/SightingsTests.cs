using Router.Licensing;
using Router.Wire;

namespace Router.Tests.Licensing;

/// <summary>One machine is one device, whatever its addresses; and an address that changes hands takes nothing along.</summary>
public sealed class SightingsTests
{
    // The kernel's news are under way: the picture that is asked first does not have them yet.
    [Fact]
    public void At_the_last_place_the_kernel_itself_is_asked_and_only_for_whom_would_be_refused()
    {
        var kernel = new Dictionary<Address, ulong> { [Bed.Machine6(1)] = Bed.Mac(1), [Bed.Machine6(9)] = Bed.Mac(9) };
        var asked = new List<Address>();
        ulong Inquire(Address address, byte zone, long now)
        {
            asked.Add(address);
            return kernel.GetValueOrDefault(address);
        }
        using var pool = new Pool(PoolTables.Anonymous(new PoolSizes(64, 8)), Bed.TermsOf(1, 1), null, Inquire);
        pool.Meet(Bed.Machine(1), Bed.Mac(1), Bed.Office, 1);
        Assert.True(pool.Ask(Bed.Flow(Bed.Machine(1)), 1).IsGranted);
        Assert.Empty(asked);
        Assert.True(pool.Ask(Bed.Flow(Bed.Machine6(1)), 2).IsGranted);
        Assert.Equal([Bed.Machine6(1)], asked);
        Assert.True(pool.Ask(Bed.Flow(Bed.Machine6(1)), 3).IsGranted);
        Assert.Single(asked);
        // Another machine, and an address that the kernel has not resolved: refused, and the first is known from then on.
        Assert.Equal(RefusalCause.NoPlace, pool.Ask(Bed.Flow(Bed.Machine6(9)), 4).Cause);
        Assert.Equal(RefusalCause.NoPlace, pool.Ask(Bed.Flow(Bed.Machine6(9)), 5).Cause);
        Assert.Equal(RefusalCause.NoPlace, pool.Ask(Bed.Flow(Bed.Machine6(8)), 6).Cause);
        Assert.Equal([Bed.Machine6(1), Bed.Machine6(9), Bed.Machine6(8)], asked);
        Assert.Equal(1, pool.Counts().Devices);
        Assert.Equal(3, Assert.Single(pool.Devices(), device => device.HasPlace).Flows);
    }

    private static void Meet(Bed bed, Address address, int mac, byte zone = Bed.Office) => bed.Pool.Meet(address, Bed.Mac(mac), zone, bed.Now);

    [Fact]
    public void Ipv4_and_Ipv6_of_a_machine_that_was_met_take_one_place()
    {
        using var bed = new Bed(users: 1, perUser: 1);
        Meet(bed, Bed.Machine(1), 1);
        Meet(bed, Bed.Machine6(1), 1);
        Assert.True(bed.Passes(Bed.Machine(1)));
        Assert.True(bed.Passes(Bed.Machine6(1)));
        Assert.False(bed.Passes(2));
        DeviceView device = Assert.Single(bed.Pool.Devices(), one => one.HasPlace);
        Assert.Equal([Bed.Machine(1), Bed.Machine6(1)], device.Addresses);
        Assert.Equal(2, device.Flows);
    }

    [Fact]
    public void Two_devices_that_turn_out_to_be_one_have_one_place_and_the_older_reason()
    {
        using var bed = new Bed();
        Assert.True(bed.Passes(Bed.Machine(1)));
        bed.Now += Bed.Second;
        Assert.True(bed.Passes(Bed.Machine6(1)));
        Assert.Equal(2, bed.Pool.Counts().Devices);
        Meet(bed, Bed.Machine(1), 1);
        Assert.Equal(2, bed.Pool.Counts().Devices);
        Meet(bed, Bed.Machine6(1), 1);
        Assert.Equal(1, bed.Pool.Counts().Devices);
        DeviceView device = Assert.Single(bed.Pool.Devices());
        Assert.Equal((Bed.Machine(1), 1000 * Bed.Second, 2), (device.First.Host, device.PlaceSince, device.Flows));
        Assert.Contains(bed.Changes(), change => change.Kind == PoolChangeKind.United);
        bed.Quiet(Bed.Machine(1));
        bed.Wait(16 * Bed.Minute);
        Assert.Equal(1, bed.Pool.Counts().Devices);
        bed.Quiet(Bed.Machine6(1));
        bed.Wait(15 * Bed.Minute);
        Assert.Equal(0, bed.Pool.Counts().Devices);
    }

    // The first packet of a second address is not lost at the last place: the neighbour table is asked.
    [Fact]
    public void At_the_limit_an_address_that_nobody_met_is_looked_up_before_it_is_refused()
    {
        var neighbours = new Dictionary<Address, ulong> { [Bed.Machine6(1)] = Bed.Mac(1), [Bed.Machine6(2)] = Bed.Mac(2), [Bed.Machine6(3)] = 0xffff_ffff_ffff };
        using var pool = new Pool(PoolTables.Anonymous(new PoolSizes(64, 8)), Bed.TermsOf(1, 1), (address, _) => neighbours.GetValueOrDefault(address));
        pool.Meet(Bed.Machine(1), Bed.Mac(1), Bed.Office, 1);
        Assert.True(pool.Ask(Bed.Flow(Bed.Machine(1)), 2).IsGranted);
        Assert.True(pool.Ask(Bed.Flow(Bed.Machine6(1)), 3).IsGranted);
        Assert.Equal(RefusalCause.NoPlace, pool.Ask(Bed.Flow(Bed.Machine6(2)), 4).Cause);
        Assert.Equal(RefusalCause.NoPlace, pool.Ask(Bed.Flow(Bed.Machine6(3)), 5).Cause);
        Assert.Equal(1, pool.Counts().Devices);
    }

    [Fact]
    public void A_MAC_that_changes_is_a_new_device_until_the_old_one_idles_out()
    {
        using var bed = new Bed(users: 1, perUser: 1);
        Meet(bed, Bed.Machine(1), 1);
        Assert.True(bed.Passes(1));
        bed.Quiet(Bed.Machine(1));
        Meet(bed, Bed.Machine(1), 2);
        Assert.False(bed.Passes(1));
        bed.Wait(15 * Bed.Minute);
        Assert.True(bed.Passes(1));
    }

    [Fact]
    public void A_login_does_not_pass_to_whoever_takes_over_the_address()
    {
        using var bed = new Bed();
        Meet(bed, Bed.Machine(1), 1);
        Assert.Equal(LoginOutcome.Accepted, bed.Login("tony", 1));
        bed.Changes();
        Meet(bed, Bed.Machine(1), 2);
        Assert.Null(bed.Pool.Find(Bed.Machine(1))!.User);
        PoolChange change = Assert.Single(bed.Changes(), one => one.Kind == PoolChangeKind.AddressUser);
        Assert.Equal((Bed.Machine(1), (string?)null), (change.Address, change.User));
        // He is logged in still, where his machine is.
        Meet(bed, Bed.Machine(5), 1);
        Assert.Equal("tony", bed.Pool.Find(Bed.Machine(5))!.User);
    }

    [Fact]
    public void A_new_address_of_a_device_serves_its_user_at_once()
    {
        using var bed = new Bed();
        Meet(bed, Bed.Machine(1), 1);
        bed.Login("tony", 1);
        bed.Changes();
        Meet(bed, Bed.Machine6(1), 1);
        PoolChange change = Assert.Single(bed.Changes());
        Assert.Equal((PoolChangeKind.AddressUser, Bed.Machine6(1), "tony"), (change.Kind, change.Address, change.User));
        Assert.Equal(new PoolCounts(0, 25, 0, 1, 5, 1), bed.Pool.Counts());
    }

    [Theory]
    [InlineData("tony", "tony", "tony", 1)]
    [InlineData("tony", "sam", "sam", 1)]
    [InlineData("tony", null, "tony", 1)]
    [InlineData(null, "sam", "sam", 1)]
    public void Of_two_logins_on_what_turns_out_to_be_one_device_the_later_one_stays(string? first, string? second, string stays, int seats)
    {
        using var bed = new Bed();
        Meet(bed, Bed.Machine(1), 1);
        if (first is not null) bed.Login(first, 1);
        bed.Now += Bed.Second;
        if (second is not null) bed.Login(second, 2);
        Meet(bed, Bed.Machine(2), 1);
        Assert.Equal((stays, stays), (bed.Pool.Find(Bed.Machine(1))!.User, bed.Pool.Find(Bed.Machine(2))!.User));
        Assert.Equal(seats, bed.Pool.Counts().Seats);
        Assert.Equal(1, bed.Pool.Counts().Users);
    }

    [Fact]
    public void A_device_forgets_the_address_that_was_silent_longest_and_none_that_has_flows()
    {
        using var bed = new Bed();
        for (int number = 0; number < 32; number++)
        {
            Meet(bed, Bed.Machine6(number), 1);
            Assert.True(bed.Passes(Bed.Machine6(number)));
            bed.Now += Bed.Second;
        }
        // All are live: one more is a device of its own.
        Assert.True(bed.Passes(Bed.Machine6(100)));
        Meet(bed, Bed.Machine6(100), 1);
        Assert.Equal(2, bed.Pool.Counts().Devices);
        bed.Quiet(Bed.Machine6(7));
        bed.Quiet(Bed.Machine6(3));
        Meet(bed, Bed.Machine6(100), 1);
        Assert.Equal(1, bed.Pool.Counts().Devices);
        Assert.Null(bed.Pool.Find(Bed.Machine6(7)));
        Assert.NotNull(bed.Pool.Find(Bed.Machine6(3)));
    }

    [Fact]
    public void Groups_of_stations_and_link_local_addresses_are_nobodys()
    {
        using var bed = new Bed();
        bed.Pool.Meet(Bed.Machine(1), 0xffff_ffff_ffff, Bed.Office, bed.Now);
        bed.Pool.Meet(Bed.Machine(1), 0, Bed.Office, bed.Now);
        bed.Pool.Meet(Address.Parse("ff02::1"), Bed.Mac(1), Bed.Office, bed.Now);
        bed.Pool.Meet(Address.Parse("fe80::1"), Bed.Mac(1), Bed.Office, bed.Now);
        Assert.Empty(bed.Pool.Devices());
    }

    [Fact]
    public void Who_is_met_and_never_asks_leaves_room_for_those_who_do()
    {
        using var pool = new Pool(PoolTables.Anonymous(new PoolSizes(64, 8)), Bed.TermsOf(100, 1));
        for (int machine = 0; machine < 200; machine++) pool.Meet(Bed.Machine(machine), Bed.Mac(machine), Bed.Office, 1);
        Assert.Equal(48, pool.Devices().Count);
        Assert.Equal(16, Enumerable.Range(1000, 200).Count(machine => pool.Ask(Bed.Flow(Bed.Machine(machine)), 2).IsGranted));
        Assert.Equal(RefusalCause.NoRoom, pool.Ask(Bed.Flow(Bed.Machine(5000)), 3).Cause);
        Assert.True(pool.Ask(Bed.Flow(Bed.Machine(1)), 4).IsGranted);
    }
}
