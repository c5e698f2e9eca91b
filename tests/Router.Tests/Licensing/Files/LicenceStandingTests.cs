using Router.Licensing;
using Router.Licensing.Files;

namespace Router.Tests.Licensing.Files;

/// <summary>What a licence comes to on a day.</summary>
public sealed class LicenceStandingTests
{
    private static readonly DateOnly s_release = new(2026, 11, 22);

    private static DateOnly Day(string text) => DateOnly.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static Licence Made(string? from = null, string? to = null, string? maintained = null) => new(
        "1", "x", 50, 4, Day("2026-01-01"), from is null ? null : Day(from), to is null ? null : Day(to), maintained is null ? null : Day(maintained));

    [Theory]
    [InlineData(null, null, null, LicenceState.Valid, 50)]
    [InlineData("2026-12-02", null, null, LicenceState.NotYet, 5)]
    [InlineData("2026-12-01", "2026-12-01", null, LicenceState.Valid, 50)]
    [InlineData(null, "2026-11-30", null, LicenceState.Expired, 50)]
    [InlineData(null, null, "2026-11-22", LicenceState.Valid, 50)]
    [InlineData(null, null, "2026-11-21", LicenceState.ReleaseTooNew, 5)]
    public void On_the_first_of_december(string? from, string? to, string? maintained, LicenceState state, int users)
    {
        LicenceStanding standing = LicenceStanding.Of(Made(from, to, maintained), Day("2026-12-01"), s_release);
        Assert.Equal(state, standing.State);
        PoolTerms terms = standing.Apply(new PoolTerms { Users = 1, DevicesPerUser = 1, DeviceIdle = 7 });
        Assert.Equal((users, users == 50 ? 4 : 5, state == LicenceState.Expired, 7), (terms.Users, terms.DevicesPerUser, terms.IsEnded, terms.DeviceIdle));
    }

    [Fact]
    public void Without_a_file_the_base_of_five_users_holds()
    {
        LicenceStanding standing = LicenceStanding.Of(null, Day("2026-12-01"), s_release);
        Assert.Equal((LicenceState.Base, 5, 5, 0), (standing.State, standing.InForce.Users, standing.InForce.DevicesPerUser, standing.Ends.Count));
    }

    [Theory]
    [InlineData(31, 0)]
    [InlineData(30, 30)]
    [InlineData(8, 30)]
    [InlineData(7, 7)]
    [InlineData(2, 7)]
    [InlineData(1, 1)]
    [InlineData(0, 1)]
    public void A_warning_is_due_30_7_and_1_days_before(int left, int due) => Assert.Equal(due, LicenceStanding.WarningFor(new ComingEnd("trial", default, left)));

    [Fact]
    public void Ends_that_lie_ahead_are_told_the_nearest_first()
    {
        LicenceStanding standing = LicenceStanding.Of(Made(to: "2027-01-31", maintained: "2026-12-31"), Day("2026-12-01"), s_release);
        Assert.Equal([("maintenance", 30), ("trial", 61)], standing.Ends.Select(end => (end.What, end.DaysLeft)));
    }
}
