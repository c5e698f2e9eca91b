using Router.Ctl;

namespace Router.Tests.Ctl;

public class UnitsTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 kB")]
    [InlineData(12_345_678, "12.3 MB")]
    [InlineData(99_949_999, "99.9 MB")]
    [InlineData(99_950_001, "100 MB")]
    [InlineData(999_499_999, "999 MB")]
    [InlineData(999_500_000, "1.0 GB")]
    [InlineData(long.MaxValue, "9.2 EB")]
    public void OctetsHaveThreeDigits(long octets, string expected) => Assert.Equal(expected, Units.Octets(octets));

    [Theory]
    [InlineData(0, "0 bit/s")]
    [InlineData(150_000, "1.2 Mbit/s")]
    [InlineData(2.5e9, "20.0 Gbit/s")]
    public void RatesAreInBits(double octetsPerSecond, string expected) => Assert.Equal(expected, Units.BitRate(octetsPerSecond));

    [Theory]
    [InlineData(950, "950")]
    [InlineData(99_999, "99999")]
    [InlineData(100_000, "100 k")]
    [InlineData(1_234_567, "1.2 M")]
    public void CountsAreWholeWhileTheyAreShort(long count, string expected) => Assert.Equal(expected, Units.Count(count));

    [Theory]
    [InlineData(-5, "0ms")]
    [InlineData(0.35, "350ms")]
    [InlineData(0.9994, "999ms")]
    [InlineData(0.9996, "1.0s")]
    [InlineData(9.94, "9.9s")]
    [InlineData(9.96, "10s")]
    [InlineData(59.6, "1m00s")]
    [InlineData(252, "4m12s")]
    [InlineData(3599.7, "1h00m")]
    [InlineData(11_100, "3h05m")]
    [InlineData(1_062_000, "12d07h")]
    [InlineData(double.MaxValue, "5337599d13h")]
    public void DurationsHaveTheirTwoLargestUnits(double seconds, string expected) => Assert.Equal(expected, Units.Duration(seconds));

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(1.0 / 3, "33.3 %")]
    [InlineData(1, "100 %")]
    public void SharesArePercent(double share, string expected) => Assert.Equal(expected, Units.Share(share));
}
