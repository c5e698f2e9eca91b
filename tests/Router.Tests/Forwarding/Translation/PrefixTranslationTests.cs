using Router.Forwarding.Translation;
using Router.Tests.Wire;
using Router.Wire;

namespace Router.Tests.Forwarding.Translation;

/// <summary>The mapping itself (RFC 6296 3), against its own example, values worked out by hand, and its promises for any address.</summary>
public class PrefixTranslationTests
{
    private const ushort AllOnes = 0xffff;

    private static PrefixTranslation Between(string inside, string outside)
    {
        Assert.True(Prefix.TryParse(inside, out Prefix first));
        Assert.True(Prefix.TryParse(outside, out Prefix second));
        return new PrefixTranslation(first, second);
    }

    // The first row is the example of RFC 6296 3.6. In the others, by hand: what the inside prefix sums to, less what the outside one does,
    // goes to the word that is adjusted.
    [Theory]
    [InlineData("fd01:203:405::/48", "2001:db8:1::/48", "fd01:203:405:1::1234", "2001:db8:1:d550::1234")]
    [InlineData("fd01:203:405::/48", "2001:db8:1::/48", "fd01:203:405:2ab0::1234", "2001:db8:1::1234")] // 2ab0 + d54f = ffff, which is 0
    [InlineData("fd01:203:405::/48", "2001:db8:1::/48", "fd01:203:405:0:ffff:ffff:ffff:ffff", "2001:db8:1:d54f:ffff:ffff:ffff:ffff")]
    [InlineData("fd00:10::/48", "2001:db8:1::/48", "fd00:10:0:0::5", "2001:db8:1:cf56::5")] // fd10 - 2dba = cf56
    [InlineData("fd00:10:0:ab00::/56", "2001:db8:1:cd00::/56", "fd00:10:0:ab12::5", "2001:db8:1:cd12:ad56::5")] // cf56 + ab00 - cd00 = ad56
    [InlineData("fd00:10::/64", "2001:db8:1:7::/64", "fd00:10::5", "2001:db8:1:7:cf4f::5")]
    [InlineData("fd00:10::/64", "2001:db8:1:7::/64", "fd00:10::ffff:1:2:5", "2001:db8:1:7:ffff:cf50:2:5")] // ffff is passed over
    [InlineData("fd00:10::/64", "2001:db8:1:7::/64", "fd00:10::ffff:ffff:ffff:30b0", "2001:db8:1:7:ffff:ffff:ffff:0")] // 30b0 + cf4f = ffff
    [InlineData("2001:db8:1::/48", "2001:db8:1::/48", "2001:db8:1:0::5", "2001:db8:1:0::5")] // the provider's own, kept
    public void R8_X14_An_address_has_this_counterpart_and_no_other(string inside, string outside, string host, string seen)
    {
        PrefixTranslation between = Between(inside, outside);
        Assert.Equal((PrefixAnswer.Mapped, Address.Parse(seen)), (between.ToOutside(Address.Parse(host), out Address mapped), mapped));
        Assert.Equal((PrefixAnswer.Mapped, Address.Parse(host)), (between.ToInside(Address.Parse(seen), out Address back), back));
    }

    [Theory]
    [InlineData("fd01:203:405::/48", "2001:db8:1::/48", "fd01:203:405:ffff::1", "2001:db8:1:ffff::1", false)] // the subnet that has none
    [InlineData("fd01:203:405::/48", "2001:db8:1::/48", "fd01:203:406:1::1", "2001:db8:2:1::1", false)] // not in the prefix
    [InlineData("fd00:10::/64", "2001:db8:1:7::/64", "fd00:10::ffff:ffff:ffff:ffff", "2001:db8:1:7:ffff:ffff:ffff:ffff", true)]
    [InlineData("fd00:10::/64", "2001:db8:1:7::/64", "::ffff:192.0.2.1", "::ffff:192.0.2.1", false)]
    public void R8_What_has_no_counterpart_is_told_apart(string inside, string outside, string host, string seen, bool isForWantOfWord)
    {
        PrefixTranslation between = Between(inside, outside);
        PrefixAnswer expected = isForWantOfWord ? PrefixAnswer.NoWord : PrefixAnswer.NoCounterpart;
        Assert.Equal(expected, between.ToOutside(Address.Parse(host), out _));
        Assert.Equal(expected, between.ToInside(Address.Parse(seen), out _));
    }

    [Fact]
    public void R8_X14_Any_address_of_any_prefix_is_neutral_comes_back_and_never_gets_a_word_of_ones()
    {
        Random random = Dice.Roll();
        for (int length = PrefixTranslation.Shortest; length <= PrefixTranslation.Longest; length++)
        {
            int mapped = 0;
            for (int round = 0; round < 4000; round++)
            {
                var between = new PrefixTranslation(new Prefix(random.Address(v4: false), length), new Prefix(random.Address(v4: false), length));
                Address drawn = random.Address(v4: false);
                ulong hosts = ulong.MaxValue >> length;
                if (length == 64) hosts = 0;
                var host = new Address(between.Inside.First.High | (drawn.High & hosts), drawn.Low);
                PrefixAnswer answer = between.ToOutside(host, out Address seen);
                Assert.Equal(HasWord(host, length), answer == PrefixAnswer.Mapped);
                if (answer != PrefixAnswer.Mapped) continue;
                mapped++;
                Assert.True(between.Outside.Contains(seen), $"{host} > {seen} is not in {between.Outside}");
                Assert.Equal((PrefixAnswer.Mapped, host), (between.ToInside(seen, out Address back), back));
                Assert.True(SumModulo(host) == SumModulo(seen), $"{between.Inside} > {between.Outside}: {host} > {seen} is not neutral");
                Assert.True(IsOnlyWordsBefore(host, seen, length), $"{host} > {seen}");
            }
            Assert.True(mapped > 2000, $"/{length}: {mapped} addresses were mapped");
        }
    }

    [Fact]
    public void R8_Two_hosts_never_share_a_counterpart()
    {
        PrefixTranslation between = Between("fd01:203:405::/48", "2001:db8:1::/48");
        var seen = new HashSet<Address>();
        for (ulong subnet = 0; subnet < 0xffff; subnet++)
        {
            Assert.Equal(PrefixAnswer.Mapped, between.ToOutside(new Address(between.Inside.First.High | subnet, 5), out Address mapped));
            Assert.True(seen.Add(mapped), $"{mapped} twice");
        }
    }

    [Theory]
    [InlineData("fd00:10::/48", "2001:db8:1::/56")]
    [InlineData("fd00:10::/47", "2001:db8::/47")]
    [InlineData("fd00:10::/65", "2001:db8::/65")]
    [InlineData("10.0.0.0/24", "192.0.2.0/24")]
    public void What_are_no_two_prefixes_of_one_length_is_refused(string inside, string outside) =>
        Assert.Throws<ArgumentException>(() => Between(inside, outside));

    // By plain division: ones' complement sums are sums modulo 65,535.
    private static ulong SumModulo(Address address) => Words(address).Aggregate(0UL, (sum, word) => sum + word) % AllOnes;

    private static bool HasWord(Address host, int length) =>
        length == 48 ? Words(host)[3] != AllOnes : Words(host)[4..].Any(word => word != AllOnes);

    // Behind the prefix one word is another, the first that may be; and it is not all ones.
    private static bool IsOnlyWordsBefore(Address host, Address seen, int length)
    {
        ushort[] before = Words(host), after = Words(seen);
        int adjusted = length == 48 ? 3 : Array.FindIndex(before, 4, word => word != AllOnes);
        ulong rest = length == 64 ? 0 : ulong.MaxValue >> length;
        bool keepsSubnet = length == 48 || (host.High & rest) == (seen.High & rest);
        return after[adjusted] != AllOnes && keepsSubnet && Enumerable.Range(4, 4).All(i => i == adjusted || before[i] == after[i]);
    }

    private static ushort[] Words(Address address) =>
        [.. Enumerable.Range(0, 8).Select(i => (ushort)((i < 4 ? address.High : address.Low) >> (48 - 16 * (i % 4))))];
}
