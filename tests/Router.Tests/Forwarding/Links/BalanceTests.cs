using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Tests.Tables;

namespace Router.Tests.Forwarding.Links;

public class BalanceTests
{
    /// <summary>Links 1, 2, ... of these weights.</summary>
    private static LinkPolicy[] Links(params int[] weights) =>
        [.. weights.Select((weight, at) => new LinkPolicy(new PortId((byte)(at + 1)), $"link{at + 1}", $"wan{at}", weight, false))];

    private static ulong All(LinkPolicy[] links) => links.Aggregate(0UL, (set, link) => set | link.Id.Bit);

    [Fact]
    public void WithAllLinksUpEveryRoundOfWeightsIsExact()
    {
        LinkPolicy[] links = Links(4, 8, 1);
        var balance = new Balance();
        for (int round = 0; round < 100; round++)
        {
            int[] placed = new int[4];
            for (int placement = 0; placement < 13; placement++) placed[balance.Choose(links, All(links))!.Value.Value]++;
            Assert.Equal([0, 4, 8, 1], placed);
        }
    }

    [Fact]
    public void PlacementsAreSpreadAndNotInBursts()
    {
        LinkPolicy[] links = Links(5, 1, 1);
        var balance = new Balance();
        string order = string.Concat(Enumerable.Range(0, 7).Select(_ => balance.Choose(links, All(links))));
        Assert.Equal("1121311", order);
    }

    [Fact]
    public void ReservedLinksAndOthersThanTheCandidatesAreNeverChosen()
    {
        LinkPolicy[] links = Links(4, 0, 8, -3);
        var balance = new Balance();
        for (int placement = 0; placement < 100; placement++)
        {
            Assert.Contains(balance.Choose(links, All(links))!.Value.Value, new byte[] { 1, 3 });
            Assert.Equal(1, balance.Choose(links, new PortId(1).Bit | new PortId(2).Bit | new PortId(9).Bit)!.Value.Value);
        }
        Assert.Null(balance.Choose(links, new PortId(2).Bit));
        Assert.Null(balance.Choose(links, 0));
        Assert.Null(balance.Choose([], ulong.MaxValue));
    }

    /// <summary>
    /// The property behind all others: whichever links could take each placement, a link's placements differ from the sum of its
    /// shares of those by less than two. From it follow the shares after any outage, and that no link ever catches up in a rush.
    /// </summary>
    [Fact]
    public void NoLinkIsEverTwoPlacementsFromItsShare()
    {
        Random random = Seeded.New();
        for (int run = 0; run < 200; run++)
        {
            LinkPolicy[] links = Links([.. Enumerable.Range(0, random.Next(2, 7)).Select(_ => random.Next(0, random.Next(1, 1000)))]);
            var balance = new Balance();
            double[] expected = new double[links.Length + 1];
            int[] placed = new int[links.Length + 1];
            ulong up = All(links);
            int calm = random.Next(1, 40);
            for (int placement = 0; placement < 3000; placement++)
            {
                if (random.Next(calm) == 0) up ^= links[random.Next(links.Length)].Id.Bit;
                LinkPolicy[] able = [.. links.Where(link => (up & link.Id.Bit) != 0)];
                long total = able.Sum(link => (long)link.Weight);
                PortId? chosen = balance.Choose(links, up);
                Assert.Equal(total > 0, chosen.HasValue);
                if (chosen is not { } to) continue;
                placed[to.Value]++;
                Assert.True((up & to.Bit) != 0 && links[to.Value - 1].Weight > 0);
                foreach (LinkPolicy link in able) expected[link.Id.Value] += (double)link.Weight / total;
                foreach (LinkPolicy link in links)
                {
                    int id = link.Id.Value;
                    Assert.InRange(expected[id] - placed[id], -2, 2);
                    Assert.Equal(expected[id] - placed[id], balance.CreditOf(link.Id), 0.001);
                }
            }
        }
    }

    [Fact]
    public void AThousandPlacementsComeOutRightAfterAnyOutages()
    {
        Random random = Seeded.New();
        for (int run = 0; run < 200; run++)
        {
            LinkPolicy[] links = Links(4, 8, 0);
            var balance = new Balance();
            ulong up = All(links);
            for (int before = random.Next(2000); before > 0; before--)
            {
                if (random.Next(20) == 0) up ^= links[random.Next(links.Length)].Id.Bit;
                balance.Choose(links, up);
            }
            int[] placed = new int[4];
            for (int placement = 0; placement < 1000; placement++) placed[balance.Choose(links, All(links))!.Value.Value]++;
            Assert.InRange(placed[1] / 1000.0, 1 / 3.0 - 0.03, 1 / 3.0 + 0.03);
            Assert.InRange(placed[2] / 1000.0, 2 / 3.0 - 0.03, 2 / 3.0 + 0.03);
            Assert.Equal(0, placed[3]);
        }
    }

    [Fact]
    public void ALinkThatReturnsGetsNoRush()
    {
        LinkPolicy[] links = Links(4, 8);
        var balance = new Balance();
        for (int placement = 0; placement < 10_000; placement++) balance.Choose(links, links[0].Id.Bit);
        int[] placed = new int[3];
        for (int placement = 0; placement < 12; placement++) placed[balance.Choose(links, All(links))!.Value.Value]++;
        Assert.Equal([0, 4, 8], placed);
    }

    [Fact]
    public void WeightsMayChangeBetweenPlacements()
    {
        var balance = new Balance();
        LinkPolicy[] before = Links(1_000_000_000, 1), after = Links(1, 1);
        for (int placement = 0; placement < 1000; placement++) balance.Choose(before, All(before));
        int[] placed = new int[3];
        for (int placement = 0; placement < 100; placement++) placed[balance.Choose(after, All(after))!.Value.Value]++;
        Assert.InRange(placed[1], 49, 51);
    }

    [Fact]
    public void AllocatesNothing()
    {
        LinkPolicy[] links = Links(4, 8, 0, 7);
        var balance = new Balance();
        Assert.Equal(0, Seeded.Allocated(() =>
        {
            for (int placement = 0; placement < 1000; placement++) balance.Choose(links, 0b11110);
        }));
    }
}
