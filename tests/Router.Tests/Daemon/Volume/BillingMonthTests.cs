using Router.Daemon.Volume;

namespace Router.Tests.Daemon.Volume;

/// <summary>Which days a provider counts together.</summary>
public class BillingMonthTests
{
    [Theory]
    [InlineData("2026-11-22", 1, "2026-11-01", "2026-12-01")]
    [InlineData("2026-11-22", 22, "2026-11-22", "2026-12-22")]
    [InlineData("2026-11-22", 23, "2026-10-23", "2026-11-23")]
    [InlineData("2026-01-05", 15, "2025-12-15", "2026-01-15")]
    [InlineData("2026-12-31", 31, "2026-12-31", "2027-01-31")]
    [InlineData("2026-02-27", 31, "2026-01-31", "2026-02-28")]
    [InlineData("2026-02-28", 31, "2026-02-28", "2026-03-31")]
    [InlineData("2028-02-28", 30, "2028-01-30", "2028-02-29")]
    [InlineData("2026-03-30", 31, "2026-02-28", "2026-03-31")]
    public void A_month_runs_from_its_reset_day_to_the_next(string day, int resetDay, string first, string next) =>
        Assert.Equal(new BillingMonth(DateOnly.Parse(first), DateOnly.Parse(next)), BillingMonth.Of(DateOnly.Parse(day), resetDay));

    [Fact]
    public void Every_day_of_ten_years_lies_in_its_own_month_and_months_follow_without_a_gap()
    {
        for (int resetDay = 1; resetDay <= 31; resetDay++)
        {
            BillingMonth month = BillingMonth.Of(new DateOnly(2024, 1, 1), resetDay);
            for (var day = new DateOnly(2024, 1, 1); day.Year < 2034; day = day.AddDays(1))
            {
                BillingMonth found = BillingMonth.Of(day, resetDay);
                Assert.True(found.Holds(day) && (found == month || found.First == month.Next), $"{day} with {resetDay}: {found} after {month}");
                month = found;
            }
        }
    }
}
