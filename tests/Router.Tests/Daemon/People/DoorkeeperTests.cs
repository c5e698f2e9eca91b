using Router.Daemon.Kernel;
using Router.Daemon.People;
using Router.Licensing;
using Router.Ports;
using Router.Wire;
using static Router.Tests.Daemon.People.PeopleBed;

namespace Router.Tests.Daemon.People;

/// <summary>Logins that begin and end by themselves: known devices, idle ones, accounts that change.</summary>
public sealed class DoorkeeperTests
{
    private const long Second = 1_000_000;
    private const string Automatic = "automatic: [{ user: tony, address: 192.168.10.5 }, { user: sam, mac: \"02:00:00:00:00:22\" }]";

    [Fact]
    public void Known_devices_log_in_when_the_kernel_hears_of_them_and_their_mac_goes_before_their_address()
    {
        using var bed = new PeopleBed(users: Automatic);
        Doorkeeper keeper = Keeper(bed);
        keeper.Tick(bed.Settings, KernelView.Empty, Now);
        Assert.Empty(bed.Pool.Users());
        keeper.Tick(bed.Settings, Neighbours((Other, 0x020000000022), (Host, 0x020000000022), (Third, 5)), Now);
        Assert.Equal(("sam", "sam", null), (bed.UserOf(Host), bed.UserOf(Other), bed.UserOf(Third)));
        Assert.Equal(LoginMethod.Automatic, bed.Pool.Find(Other)!.Method);
    }

    [Fact]
    public void A_known_address_that_knocks_is_logged_in_and_a_configuration_that_knows_it_no_more_ends_it()
    {
        using var bed = new PeopleBed(users: Automatic);
        Doorkeeper keeper = Keeper(bed);
        keeper.Tick(bed.Settings, KernelView.Empty, Now);
        keeper.Knock(Third);
        keeper.Knock(Host);
        Assert.Equal(("tony", null), (bed.UserOf(Host), bed.UserOf(Third)));
        // Somebody else who has logged in there stays.
        bed.LogIn("sam", Host);
        keeper.Knock(Host);
        Assert.Equal("sam", bed.UserOf(Host));
        bed.Desk.Logout(Host, LogoutReason.Asked);
        keeper.Knock(Host);
        keeper.Tick(bed.SettingsOf("automatic: [{ user: sam, address: 192.168.10.5 }]"), KernelView.Empty, Now);
        Assert.Null(bed.UserOf(Host));
    }

    [Fact]
    public void An_account_that_goes_or_is_switched_off_ends_its_logins_and_other_groups_hold_at_once()
    {
        using var bed = new PeopleBed();
        Doorkeeper keeper = Keeper(bed);
        long now = Now;
        bed.Give("  tony: { groups: [staff] }\n  sam:\n  joe:\n");
        keeper.Tick(bed.Settings, KernelView.Empty, now);
        foreach ((string user, Address host) in (ReadOnlySpan<(string, Address)>)[("tony", Host), ("sam", Other), ("joe", Third)]) Assert.True(bed.LogIn(user, host).Done, user);
        bed.Give("  tony: { groups: [staff, night] }\n  sam: { enabled: false }\n");
        keeper.Tick(bed.Settings, KernelView.Empty, now + Second / 2);
        Assert.Equal("sam", bed.UserOf(Other));
        keeper.Tick(bed.Settings, KernelView.Empty, now + 2 * Second);
        Assert.Equal(("tony", null, null), (bed.UserOf(Host), bed.UserOf(Other), bed.UserOf(Third)));
        Assert.Equal(["staff", "night"], bed.Pool.FindUser("tony")!.Groups);
    }

    [Fact]
    public void A_file_with_errors_changes_nothing_and_whom_a_directory_knows_needs_no_account()
    {
        using var bed = new PeopleBed();
        Doorkeeper keeper = Keeper(bed);
        keeper.Tick(bed.Settings, KernelView.Empty, Now);
        bed.LogIn("tony", Host);
        bed.LogIn("eve", Other, LoginMethod.Directory);
        File.WriteAllText(bed.Accounts, "users:\n  sam:\n");
        keeper.Tick(bed.Settings, KernelView.Empty, Now + 2 * Second);
        Assert.Contains("may be half written", bed.Said, StringComparison.Ordinal);
        Assert.Contains("the 3 accounts that were read before stay in force", bed.Said, StringComparison.Ordinal);
        bed.Give("  sam:\n");
        keeper.Tick(bed.Settings, KernelView.Empty, Now + 4 * Second);
        Assert.Equal((null, "eve"), (bed.UserOf(Host), bed.UserOf(Other)));
    }

    [Fact]
    public void A_login_ends_when_it_was_idle_or_has_lasted_as_long_as_it_may()
    {
        using var bed = new PeopleBed(users: "login_idle: 10s\nlogin_most: 1m");
        var attendance = new Attendance(bed.Pool, bed.Tables);
        bed.LogIn("tony", Host);
        long began = bed.Pool.Find(Host)!.LoginSince;
        Assert.Empty(attendance.Tick(bed.Settings.Users, began + 9 * Second));
        Assert.Equal([(Host, LogoutReason.Idle)], attendance.Tick(bed.Settings.Users, began + 11 * Second));
        // In use by a flow that has just ended, and yet too long.
        Grant flow = bed.Pool.Ask(new Occasion(Host, 1, Address.Parse("198.51.100.1"), 443, 6), began + 50 * Second);
        bed.Pool.Release(flow.Host, began + 55 * Second);
        Assert.Equal(began + 55 * Second, attendance.LastUse(bed.Pool.Find(Host)!));
        Assert.Empty(attendance.Tick(bed.Settings.Users, began + 56 * Second));
        Assert.Equal([(Host, LogoutReason.TooLong)], attendance.Tick(bed.Settings.Users, began + 61 * Second));
    }

    private static long Now => Monotonic.Microseconds();

    private static Doorkeeper Keeper(PeopleBed bed) => new(bed.Desk, new Attendance(bed.Pool, bed.Tables), bed.Journal);

    private static KernelView Neighbours(params (Address Address, ulong Mac)[] all) =>
        new([], [], [], all.ToDictionary(one => (2, one.Address), one => new Neighbour(2, one.Address, one.Mac, NeighbourState.Resolved, false)));
}
