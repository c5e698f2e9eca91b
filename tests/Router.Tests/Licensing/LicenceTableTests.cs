using Router.Licensing;

namespace Router.Tests.Licensing;

/// <summary>The experiments of product.md 5, one by one.</summary>
public sealed class LicenceTableTests
{
    [Fact]
    public void With_five_users_and_nobody_logged_in_25_machines_pass_and_the_26th_does_when_one_has_idled_out()
    {
        using var bed = new Bed();
        for (int machine = 1; machine <= 25; machine++) Assert.True(bed.Passes(machine));
        Assert.False(bed.Passes(26));
        Assert.Equal(25, bed.Pool.Counts().Devices);
        bed.Quiet(Bed.Machine(7));
        bed.Wait(15 * Bed.Minute - 1);
        Assert.False(bed.Passes(26));
        bed.Wait(1);
        Assert.True(bed.Passes(26));
        // The one that idled out is a newcomer now; those with live flows are not, however long they are silent.
        Assert.False(bed.Passes(7));
        Assert.True(bed.Passes(8));
    }

    [Fact]
    public void With_five_users_logged_in_the_sixth_login_is_refused_while_machines_without_login_pass()
    {
        using var bed = new Bed();
        for (int user = 1; user <= 5; user++) Assert.Equal(LoginOutcome.Accepted, bed.Login($"user{user}", user));
        Assert.Equal(LoginOutcome.NoSeat, bed.Login("user6", 6));
        Assert.Equal(0, bed.Pool.Counts().Devices);
        for (int machine = 6; machine <= 30; machine++) Assert.True(bed.Passes(machine));
        Assert.False(bed.Passes(1));
        Assert.True(bed.Pool.Logout("user3", LogoutReason.Asked, bed.Now) == 1);
        Assert.Equal(LoginOutcome.Accepted, bed.Login("user6", 6));
        Assert.Equal(LoginOutcome.NoSeat, bed.Login("user7", 7));
    }

    [Fact]
    public void One_user_on_six_machines_holds_two_seats_and_six_places()
    {
        using var bed = new Bed();
        for (int machine = 1; machine <= 6; machine++)
        {
            Assert.Equal(LoginOutcome.Accepted, bed.Login("tony", machine));
            Assert.Equal(machine <= 5 ? 1 : 2, bed.Pool.Counts().Seats);
            Assert.True(bed.Passes(machine));
        }
        Assert.Equal(6, bed.Pool.Counts().Devices);
        for (int user = 1; user <= 3; user++) Assert.Equal(LoginOutcome.Accepted, bed.Login($"user{user}", 10 + user));
        Assert.Equal(LoginOutcome.NoSeat, bed.Login("late", 20));
        Assert.True(bed.Pool.Logout(Bed.Machine(6), LogoutReason.Asked, bed.Now));
        Assert.Equal(LoginOutcome.Accepted, bed.Login("late", 20));
        // Now his sixth device finds no seat; logins on those that he has do.
        Assert.Equal(LoginOutcome.NoSeat, bed.Login("tony", 6));
        Assert.Equal(LoginOutcome.Already, bed.Login("Tony", 5));
    }

    [Fact]
    public void With_200_users_1000_machines_pass_and_not_the_next()
    {
        using var bed = new Bed(users: 200);
        for (int machine = 1; machine <= 1000; machine++) Assert.True(bed.Passes(machine));
        Assert.False(bed.Passes(1001));
        for (int user = 1; user <= 200; user++) Assert.Equal(LoginOutcome.Accepted, bed.Login($"user{user}", user));
        Assert.Equal(LoginOutcome.NoSeat, bed.Login("user201", 201));
    }

    [Fact]
    public void Seven_accounts_on_five_seats_may_be_any_five_of_them()
    {
        using var bed = new Bed();
        for (int turn = 0; turn < 7; turn++)
        {
            for (int user = 0; user < 5; user++) Assert.Equal(LoginOutcome.Accepted, bed.Login($"account{(turn + user) % 7}", user + 1));
            Assert.Equal(LoginOutcome.NoSeat, bed.Login($"account{(turn + 5) % 7}", 6));
            for (int user = 0; user < 5; user++) Assert.True(bed.Pool.Logout(Bed.Machine(user + 1), LogoutReason.Asked, bed.Now));
            Assert.Equal(new PoolCounts(0, 25, 0, 0, 5, 0), bed.Pool.Counts());
        }
    }

    [Fact]
    public void Administrators_take_no_seat_and_get_in_when_all_are_taken()
    {
        using var bed = new Bed(users: 1);
        Assert.Equal(LoginOutcome.Accepted, bed.Login("user", 1));
        Assert.Equal(LoginOutcome.Accepted, bed.Login("admin", 2, admin: true));
        Assert.Equal(new PoolCounts(0, 5, 0, 1, 1, 2), bed.Pool.Counts());
    }

    [Fact]
    public void Per_host_counts_hosts_and_no_logins()
    {
        using var bed = new Bed(users: 3, mode: PoolMode.PerHost);
        for (int user = 1; user <= 40; user++) Assert.Equal(LoginOutcome.Accepted, bed.Login($"user{user}", user));
        for (int machine = 1; machine <= 3; machine++) Assert.True(bed.Passes(machine));
        Assert.False(bed.Passes(4));
        bed.Quiet(Bed.Machine(2));
        bed.Wait(15 * Bed.Minute);
        Assert.True(bed.Passes(4));
    }

    [Fact]
    public void A_place_is_kept_for_a_reserved_device_that_is_not_there()
    {
        using var bed = new Bed(users: 1, reserved: [new("printer", Bed.Mac(99), default), new("tunnel", 0, Bed.Machine(50))]);
        for (int machine = 1; machine <= 3; machine++) Assert.True(bed.Passes(machine));
        Assert.False(bed.Passes(4));
        Assert.Equal(new PoolCounts(5, 5, 2, 0, 1, 0), bed.Pool.Counts());
        bed.Pool.Meet(Bed.Machine(99), Bed.Mac(99), Bed.Office, bed.Now);
        Assert.True(bed.Passes(99));
        Assert.True(bed.Passes(50));
        Assert.Equal(5, bed.Pool.Counts().Devices);
        Assert.Equal([true, true], [.. bed.Pool.Devices().Where(device => device.IsReserved).Select(device => device.HasPlace)]);
    }

    [Fact]
    public void A_trial_that_ended_lets_nobody_pass_and_administrators_in()
    {
        using var bed = new Bed();
        Assert.True(bed.Passes(1));
        bed.Pool.SetTerms(bed.Terms with { IsEnded = true });
        Assert.Equal(RefusalCause.Ended, bed.Pool.Ask(Bed.Flow(Bed.Machine(1)), bed.Now).Cause);
        Assert.Equal(LoginOutcome.Ended, bed.Login("user", 1));
        Assert.Equal(LoginOutcome.Accepted, bed.Login("admin", 1, admin: true));
        bed.Pool.SetTerms(bed.Terms);
        Assert.True(bed.Passes(1));
    }

    [Fact]
    public void A_smaller_licence_takes_nothing_away_and_admits_nobody_until_there_is_room()
    {
        using var bed = new Bed();
        for (int machine = 1; machine <= 10; machine++) Assert.True(bed.Passes(machine));
        for (int user = 1; user <= 3; user++) Assert.Equal(LoginOutcome.Accepted, bed.Login($"user{user}", user));
        bed.Pool.SetTerms(Bed.TermsOf(1));
        Assert.True(bed.Passes(10));
        Assert.False(bed.Passes(11));
        Assert.Equal(LoginOutcome.NoSeat, bed.Login("user4", 4));
        // Two seats become one: that is no more than before.
        Assert.Equal(LoginOutcome.Accepted, bed.Login("user1", 2));
        Assert.Equal(new PoolCounts(10, 5, 0, 2, 1, 2), bed.Pool.Counts());
    }
}
