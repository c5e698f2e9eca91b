using Router.Licensing;

namespace Router.Tests.Licensing;

/// <summary>Logins: limits of a user, changes of the owner, what is said of them.</summary>
public sealed class LoginsTests
{
    [Fact]
    public void An_account_for_one_device_is_refused_on_a_second()
    {
        using var bed = new Bed();
        Assert.Equal(LoginOutcome.Accepted, bed.Login("kiosk", 1, most: 1));
        Assert.Equal(LoginOutcome.TooManyDevices, bed.Login("KIOSK", 2, most: 1));
        Assert.Equal(LoginOutcome.Already, bed.Login("Kiosk", 1, most: 1));
        RefusedNewcomer refused = Assert.Single(bed.Pool.RefusedLately());
        Assert.Equal(("KIOSK", RefusalCause.TooManyDevices, Bed.Machine(2)), (refused.User, refused.Why, refused.Occasion.Host));
    }

    [Fact]
    public void Or_its_oldest_login_gives_way()
    {
        using var bed = new Bed();
        for (int machine = 1; machine <= 5; machine++)
        {
            Assert.Equal(LoginOutcome.Accepted, bed.Login("kiosk", machine, most: 2, AtLimit.ReplaceOldest));
            bed.Now += Bed.Second;
        }
        Assert.Equal([Bed.Machine(5), Bed.Machine(4)], bed.Pool.DevicesOf("kiosk").Select(device => device.Addresses[0]));
        Assert.Equal([LogoutReason.Replaced, LogoutReason.Replaced, LogoutReason.Replaced], bed.Changes().Where(change => change.Kind == PoolChangeKind.LoggedOut).Select(change => change.Reason));
    }

    // In one microsecond too: the new login is never the one that gives way.
    [Fact]
    public void A_login_of_the_same_moment_gives_way_to_the_later_one()
    {
        using var bed = new Bed();
        bed.Login("kiosk", 1, most: 1, AtLimit.ReplaceOldest);
        bed.Login("other", 2);
        bed.Pool.Logout(Bed.Machine(1), LogoutReason.Asked, bed.Now);
        bed.Login("kiosk", 2, most: 1, AtLimit.ReplaceOldest);
        Assert.Equal(LoginOutcome.Accepted, bed.Login("kiosk", 1, most: 1, AtLimit.ReplaceOldest));
        Assert.Equal("kiosk", bed.Pool.Find(Bed.Machine(1))!.User);
        Assert.Null(bed.Pool.Find(Bed.Machine(2))!.User);
    }

    [Fact]
    public void A_change_of_owner_counts_both_anew()
    {
        using var bed = new Bed(users: 2);
        for (int machine = 1; machine <= 6; machine++) bed.Login("tony", machine);
        Assert.Equal(2, bed.Pool.Counts().Seats);
        // Sam takes one of Tony's six: five are one seat, and one is for Sam.
        Assert.Equal(LoginOutcome.Accepted, bed.Login("sam", 6));
        Assert.Equal((1, 1), (bed.Pool.FindUser("tony")!.Seats, bed.Pool.FindUser("sam")!.Seats));
        Assert.Equal(LoginOutcome.NoSeat, bed.Login("ann", 7));
        Assert.Equal(LoginOutcome.Accepted, bed.Login("ann", 6));
        Assert.Null(bed.Pool.FindUser("sam"));
        Assert.Equal(2, bed.Pool.Counts().Seats);
    }

    [Fact]
    public void Devices_of_guests_make_no_further_seats_and_take_no_places()
    {
        using var bed = new Bed();
        for (int machine = 1; machine <= 9; machine++) Assert.Equal(LoginOutcome.Accepted, bed.Login("tony", machine, zone: Bed.Guests));
        UserView tony = bed.Pool.FindUser("tony")!;
        Assert.Equal((9, 0, 1), (tony.Devices, tony.Counted, tony.Seats));
        Assert.Equal(0, bed.Pool.Counts().Devices);
        // One of them comes to the office, and then five more.
        Assert.True(bed.Passes(1));
        for (int machine = 11; machine <= 15; machine++) bed.Login("tony", machine);
        Assert.Equal((6, 2), (bed.Pool.FindUser("tony")!.Counted, bed.Pool.FindUser("tony")!.Seats));
    }

    [Fact]
    public void Names_keep_the_form_of_the_first_login_and_groups_are_those_of_the_last()
    {
        using var bed = new Bed();
        bed.Login("Tony", 1);
        bed.Pool.Login(new LoginRequest(Bed.Machine(2), Bed.Office, "tony", ["staff", "r\u00e4te"], LoginMethod.Directory), bed.Now);
        UserView tony = Assert.Single(bed.Pool.Users());
        Assert.Equal(("Tony", 2), (tony.Name, tony.Devices));
        Assert.Equal(["staff", "r\u00e4te"], tony.Groups);
    }

    [Fact]
    public void Groups_beyond_the_room_are_left_out_and_counted()
    {
        using var bed = new Bed();
        string[] groups = [.. Enumerable.Range(0, 300).Select(number => $"group-{number:00000}")];
        LoginAnswer answer = bed.Pool.Login(new LoginRequest(Bed.Machine(1), Bed.Office, "tony", groups, LoginMethod.Directory), bed.Now);
        string[] kept = bed.Pool.FindUser("tony")!.Groups;
        Assert.True(answer.IsLoggedIn);
        Assert.Equal(300, kept.Length + answer.GroupsLeft);
        Assert.Equal(groups[..kept.Length], kept);
        Assert.InRange(kept.Length, 100, 299);
    }

    [Theory]
    [InlineData("")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public void A_name_that_does_not_fit_is_refused(string name)
    {
        using var bed = new Bed();
        Assert.Equal(LoginOutcome.BadName, bed.Login(name, 1));
        Assert.Empty(bed.Pool.Devices());
    }

    [Fact]
    public void A_pass_lasts_until_its_time_and_keeps_its_device_known()
    {
        using var bed = new Bed();
        Assert.True(bed.Pool.GivePass(Bed.Machine(1), Bed.Guests, bed.Now + 60 * Bed.Minute, bed.Now));
        bed.Pool.Meet(Bed.Machine(1), Bed.Mac(1), Bed.Guests, bed.Now);
        bed.Pool.Meet(Bed.Machine6(1), Bed.Mac(1), Bed.Guests, bed.Now);
        bed.Wait(59 * Bed.Minute);
        Assert.True(bed.Pool.Find(Bed.Machine6(1))!.PassUntil > bed.Now);
        bed.Wait(Bed.Minute);
        Assert.Null(bed.Pool.Find(Bed.Machine6(1)));
        Assert.Equal(0, bed.Pool.Counts().Devices);
    }

    [Fact]
    public void A_place_that_is_freed_by_hand_goes_to_the_next()
    {
        using var bed = new Bed(users: 1, perUser: 1);
        bed.Pool.Meet(Bed.Machine(1), Bed.Mac(1), Bed.Office, bed.Now);
        Assert.True(bed.Passes(1));
        Assert.False(bed.Passes(2));
        Assert.Null(bed.Pool.Free(Bed.Machine(2), bed.Now));
        Assert.Equal(1, bed.Pool.Free(Bed.Mac(1), bed.Now)!.Flows);
        Assert.True(bed.Passes(2));
        Assert.False(bed.Passes(1));
        bed.Quiet(Bed.Machine(1));
        Assert.Equal(1, bed.Pool.Counts().Devices);
    }

    [Fact]
    public void Warnings_come_at_80_and_100_percent_once_and_again_only_after_it_was_well_below()
    {
        using var bed = new Bed(users: 2);
        var told = new List<string>();
        void Note() => told.AddRange(bed.Changes().Where(change => change.Kind == PoolChangeKind.DevicesAt).Select(change => $"{bed.Pool.Counts().Devices} {change.Fullness}"));
        void Leave(int machine)
        {
            bed.Pool.Free(Bed.Machine(machine), bed.Now);
            Note();
        }
        void Come(int machine)
        {
            bed.Passes(machine);
            Note();
        }
        for (int machine = 1; machine <= 10; machine++) Come(machine);
        Assert.Equal(["8 Nearly", "10 Full"], told);
        Leave(1);
        Come(1);
        Leave(1);
        Leave(2);
        Come(1);
        Come(2);
        Assert.Equal(["8 Nearly", "10 Full", "10 Full"], told);
        for (int machine = 1; machine <= 4; machine++) Leave(machine);
        for (int machine = 1; machine <= 4; machine++) Come(machine);
        Assert.Equal(["8 Nearly", "10 Full", "10 Full", "8 Nearly", "10 Full"], told);
    }

    [Fact]
    public void Refusals_are_told_once_for_each_newcomer_and_the_list_is_bounded()
    {
        using var bed = new Bed(users: 1, perUser: 1);
        Assert.True(bed.Passes(1));
        for (int turn = 0; turn < 50; turn++) Assert.False(bed.Passes(2));
        Assert.Single(bed.Changes(), change => change.Kind == PoolChangeKind.Refused);
        Assert.Equal(50, Assert.Single(bed.Pool.RefusedLately()).Times);
        for (int machine = 100; machine < 400; machine++)
        {
            bed.Now += Bed.Second;
            Assert.False(bed.Passes(machine));
        }
        Assert.Equal(64, bed.Pool.RefusedLately().Length);
        Assert.Equal(Bed.Machine(399), bed.Pool.RefusedLately()[0].Occasion.Host);
        bed.Pool.Free(Bed.Machine(1), bed.Now);
        Assert.True(bed.Passes(399));
        Assert.Equal(Bed.Machine(398), bed.Pool.RefusedLately()[0].Occasion.Host);
        Assert.Single(bed.Pool.Devices(), device => device.HasPlace);
    }

    // 8192 changes and no more are kept; the totals go on.
    [Fact]
    public void What_ended_flows_carried_is_counted_from_the_login_on_and_stays_with_it()
    {
        using var bed = new Bed();
        Carried EndedOn(int machine) => bed.Pool.Find(Bed.Machine(machine))!.Ended;
        int host = bed.Pool.Ask(Bed.Flow(Bed.Machine(1)), bed.Now).Host;
        bed.Pool.Release(host, bed.Now, new Carried(10, 1));
        Assert.Equal(new Carried(10, 1), EndedOn(1));

        bed.Login("tony", 1);
        Assert.Equal(default, EndedOn(1));
        bed.Pool.Ask(Bed.Flow(Bed.Machine(1)), bed.Now);
        bed.Pool.Release(host, bed.Now, new Carried(200, 20));

        // The device turns out to be another address of one that has a MAC.
        bed.Pool.Meet(Bed.Machine(2), Bed.Mac(1), Bed.Office, bed.Now);
        bed.Pool.Meet(Bed.Machine(1), Bed.Mac(1), Bed.Office, bed.Now);
        Assert.Equal(new Carried(200, 20), EndedOn(2));
        bed.Login("sam", 1);
        Assert.Equal(default, EndedOn(2));
    }

    [Fact]
    public void Changes_that_nobody_fetches_are_counted_and_not_kept()
    {
        using var bed = new Bed();
        for (int turn = 0; turn < 5000; turn++)
        {
            bed.Login("tony", 1);
            bed.Pool.Logout("tony", LogoutReason.Asked, bed.Now);
        }
        var taken = new PoolChange[10_000];
        Assert.Equal(8192, bed.Pool.TakeChanges(taken, out int lost));
        Assert.Equal(20_000 - 8192, lost);
        Assert.Equal(0, bed.Pool.TakeChanges(taken, out lost));
        Assert.Equal(0, lost);
        Assert.Equal((5000, 5000), (bed.Pool.Tally().Logins, bed.Pool.Tally().Logouts));
    }
}
