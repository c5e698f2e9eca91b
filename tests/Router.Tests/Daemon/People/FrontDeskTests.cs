using Router.Daemon.People;
using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Rules;
using Router.Licensing;
using Router.Tests.Forwarding.Bed;
using Router.Wire;
using static Router.Tests.Daemon.People.PeopleBed;

namespace Router.Tests.Daemon.People;

public sealed class FrontDeskTests
{
    [Fact]
    public void An_account_says_who_somebody_is_whatever_the_caller_does()
    {
        using var bed = new PeopleBed();
        int woken = 0;
        bed.Desk.Wake = () => woken++;
        Assert.True(bed.LogIn("TONY", Host, LoginMethod.Web, "wheel").Done);
        UserView tony = bed.Pool.FindUser("tony")!;
        Assert.Equal(("tony", "staff", 1), (tony.Name, string.Join(',', tony.Groups), woken));
        // Whom a directory knows has the groups that it says.
        Assert.True(bed.LogIn("eve", Other, LoginMethod.Directory, "sales", "night").Done);
        Assert.Equal(["sales", "night"], bed.Pool.FindUser("EVE")!.Groups);
    }

    [Theory]
    [InlineData("nobody", "192.168.10.5", "unknown-user")]
    [InlineData("ann", "192.168.10.5", "disabled")]
    [InlineData("tony", "192.0.2.1", "not-local")]
    [InlineData("tony", "192.168.10.1", "not-local")]
    public void Who_cannot_log_in_is_told_why_and_the_journal_too(string user, string address, string refusal)
    {
        using var bed = new PeopleBed();
        Assert.Equal(refusal, bed.LogIn(user, Address.Parse(address)).Refusal);
        Assert.Contains($"login of {user} at {address} refused", bed.Said, StringComparison.Ordinal);
        Assert.Empty(bed.Pool.Users());
        Assert.False(bed.Desk.Seating.TryMake(Roster.Empty, out _, out _));
    }

    [Fact]
    public void Limits_of_the_licence_and_of_the_account_are_told_apart()
    {
        using var bed = new PeopleBed(seats: 1, users: "limits: { tony: { max_devices: 1 } }");
        Assert.True(bed.LogIn("tony", Host).Done);
        Assert.Equal("max-devices", bed.LogIn("tony", Other).Refusal);
        Assert.Equal("no-seat", bed.LogIn("sam", Other).Refusal);
        bed.Desk.SetSettings(bed.SettingsOf("limits: { tony: { max_devices: 1, at_limit: replace-oldest } }"));
        Assert.True(bed.LogIn("tony", Other).Done);
        Assert.Equal((null, "tony"), (bed.UserOf(Host), bed.UserOf(Other)));
    }

    [Fact]
    public void One_drops_devices_of_ones_own_and_no_others()
    {
        using var bed = new PeopleBed();
        bed.LogIn("tony", Host);
        bed.LogIn("tony", Other);
        bed.LogIn("sam", Third);
        Assert.Equal("not-yours", bed.Desk.DropDevice(Host, Third).Refusal);
        Assert.Equal("none", bed.Desk.DropDevice(Visitor, Host).Refusal);
        Assert.True(bed.Desk.DropDevice(Host, Other).Done);
        Assert.Equal(("tony", null, "sam"), (bed.UserOf(Host), bed.UserOf(Other), bed.UserOf(Third)));
        Assert.Equal(1, bed.Desk.Logout("TONY", LogoutReason.Administrator));
        Assert.Equal(0, bed.Desk.Logout("tony", LogoutReason.Administrator));
        Assert.Equal("none", bed.Desk.Logout(Host, LogoutReason.Asked).Refusal);
    }

    [Fact]
    public void Guests_are_let_in_by_the_word_where_guests_are_welcome()
    {
        using var bed = new PeopleBed();
        Assert.Equal("no-welcome", bed.Desk.Welcome(Host, "coffee").Refusal);
        Assert.Equal("wrong-password", bed.Desk.Welcome(Visitor, "tea").Refusal);
        Assert.Equal("wrong-password", bed.Desk.Welcome(Visitor, null).Refusal);
        Assert.Equal("not-local", bed.Desk.Welcome(Address.Parse("192.0.2.1"), "coffee").Refusal);
        Assert.True(bed.Desk.Welcome(Visitor, "coffee").Done);
        Presence there = bed.Desk.Look(Visitor);
        Assert.Equal(("guest", true, null), (there.Zone, there.Until > 0, there.User));
        Assert.DoesNotContain("coffee", bed.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void What_somebody_lacks_is_what_the_gate_asks_of_him()
    {
        var draft = new Draft { Gate = new Gate(Draft.Trusted.Bit, Draft.Guest.Bit, Selector.Nobody, Selector.Nobody) };
        using var bed = new PeopleBed(draft: draft, users: "login_most: 8h");
        Assert.Equal((DropReason.LoginRequired, DropReason.WelcomeRequired), (bed.Desk.Look(Host).Lacks, bed.Desk.Look(Visitor).Lacks));
        bed.LogIn("tony", Host);
        Assert.True(bed.Desk.Seating.TryMake(bed.Worker.Plan.Roster, out Roster roster, out _));
        bed.Worker.Publish(bed.Worker.Plan.With(roster));
        Presence there = bed.Desk.Look(Host);
        Assert.Equal((DropReason.None, "tony", "trusted"), (there.Lacks, there.User!.Name, there.Zone));
        Assert.Equal(there.Device!.LoginSince + 8L * 3600 * 1_000_000, there.Until);
        Assert.Null(bed.Desk.Look(Address.Parse("192.0.2.1")).Zone);
    }
}
