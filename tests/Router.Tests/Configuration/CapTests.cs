using Router.Configuration;

namespace Router.Tests.Configuration;

/// <summary>A link's `cap`.</summary>
public sealed class CapTests
{
    private static string With(string cap) => Loading.Base.Replace("lte: { interface: wan2,", $"lte: {{ interface: wan2, cap: {cap},", StringComparison.Ordinal);

    [Theory]
    [InlineData("50 GB", 50_000_000_000, 1, false)]
    [InlineData("1.5TB", 1_500_000_000_000, 1, false)]
    [InlineData("{ volume: 10 GiB }", 10_737_418_240, 1, false)]
    [InlineData("{ volume: 500 MB, reset_day: 31, at_limit: stop }", 500_000_000, 31, true)]
    [InlineData("{ volume: 1 GB, at_limit: steer }", 1_000_000_000, 1, false)]
    public void It_is_a_volume_or_says_more(string cap, long octets, int resetDay, bool stops) =>
        Assert.Equal(new LinkCap(octets, resetDay, stops), Loading.Sound(With(cap)).Links[2].Cap);

    [Fact]
    public void Without_it_a_link_carries_any_volume() => Assert.All(Loading.Sound(Loading.Base).Links, link => Assert.Null(link.Cap));

    [Theory]
    [InlineData("50", "`50` is not a volume")]
    [InlineData("50 GBit", "`50 GBit` is not a volume")]
    [InlineData("-1 GB", "`-1 GB` is not a volume")]
    [InlineData("9999999 TB", "`9999999 TB` is not a volume")]
    [InlineData("{ reset_day: 5 }", "`cap` has no volume")]
    [InlineData("{ volume: 1 GB, reset_day: 32 }", "`32` is not a number from 1 to 31")]
    [InlineData("{ volume: 1 GB, at_limit: halt }", "`halt` is not possible for `at_limit`")]
    [InlineData("{ volume: 1 GB, day: 3 }", "unknown key `day`")]
    public void Faults_are_told(string cap, string fault) => Assert.Contains(fault, Loading.Fault(With(cap)), StringComparison.Ordinal);
}
