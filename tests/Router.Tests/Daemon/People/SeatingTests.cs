using Router.Forwarding.Identities;
using Router.Licensing;
using Router.Wire;
using static Router.Tests.Daemon.People.PeopleBed;

namespace Router.Tests.Daemon.People;

/// <summary>Who is behind which address, from the pool to the path: the roster, and the thread that brings it.</summary>
public sealed class SeatingTests
{
    private static readonly Address s_host6 = Address.Parse("fd00:10::5");

    [Fact]
    public void Logins_make_a_roster_of_all_addresses_and_nothing_new_makes_none()
    {
        using var bed = new PeopleBed();
        bed.Pool.Meet(Host, 7, 1, 1);
        bed.Pool.Meet(s_host6, 7, 1, 1);
        bed.LogIn("tony", Host);
        Roster first = Make(bed, Roster.Empty);
        Assert.Equal(("tony", 2), (first.Of(s_host6)!.User, first.Count));
        Assert.Same(first.Of(Host), first.Of(s_host6));
        Assert.False(bed.Desk.Seating.IsMarked);
        // The same login again says nothing new.
        bed.LogIn("tony", Host);
        Assert.False(bed.Desk.Seating.TryMake(first, out _, out _));

        bed.Desk.Logout(s_host6, LogoutReason.Asked);
        Assert.Equal(0, Make(bed, first).Count);
    }

    [Fact]
    public void Other_groups_are_news_and_a_guest_is_nobody_by_name()
    {
        using var bed = new PeopleBed();
        bed.LogIn("eve", Host, LoginMethod.Directory, "sales");
        bed.Desk.Welcome(Visitor, "coffee");
        Roster first = Make(bed, Roster.Empty);
        Assert.Same(Identity.Guest, first.Of(Visitor));
        bed.LogIn("eve", Host, LoginMethod.Directory, "sales", "night");
        Roster second = Make(bed, first);
        Assert.Equal([Host], second.ChangedFrom(first));
        Assert.True(new IdentitySet([], ["NIGHT"], false).Admits(second.Of(Host)!));
    }

    [Fact]
    public void What_the_pool_has_is_read_whole_when_nobody_knows_what_changed()
    {
        using var bed = new PeopleBed();
        Make(bed, Roster.Empty, expected: false);
        bed.Pool.Login(new LoginRequest(Host, 1, "tony", ["staff"], LoginMethod.Web), 1);
        Assert.False(bed.Desk.Seating.TryMake(Roster.Empty, out _, out _));
        bed.Desk.Seating.MarkAll();
        Assert.Equal("tony", Make(bed, Roster.Empty).Of(Host)!.User);
    }

    [Fact]
    public void The_usher_publishes_the_same_plan_with_another_roster_and_many_logins_make_one()
    {
        using var bed = new PeopleBed();
        var usher = new Router.Daemon.People.Usher(bed.Desk.Seating, bed.Worker, bed.Tables);
        usher.Tick(1_000_000);
        bed.LogIn("tony", Host);
        usher.Tick(1_030_000);
        uint epoch = bed.Worker.Plan.Epoch;
        Roster first = bed.Worker.Plan.Roster;
        Assert.Equal("tony", first.Of(Host)!.User);
        bed.LogIn("sam", Other);
        usher.Tick(1_040_000);
        Assert.Same(first, bed.Worker.Plan.Roster);
        bed.LogIn("sam", Third);
        usher.Tick(1_051_000);
        Assert.Equal((3, epoch), (bed.Worker.Plan.Roster.Count, bed.Worker.Plan.Epoch));
    }

    private static Roster Make(PeopleBed bed, Roster before, bool expected = true)
    {
        Assert.Equal(expected, bed.Desk.Seating.TryMake(before, out Roster roster, out IReadOnlySet<Address> changed));
        if (expected) Assert.Equal(roster.ChangedFrom(before).Order(), changed.Order());
        return roster;
    }
}
