using FsCheck;
using FsCheck.Fluent;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Tables;
using Router.Tests.Forwarding.Bed;
using Router.Tests.Tables;
using Router.Wire;

namespace Router.Tests.Forwarding.Links;

/// <summary>
/// Shares after any history (product.md 1): links that fail and return, other weights, restarts, and whatever was placed meanwhile; at the
/// end a thousand more placements are within three points of their shares, and a reserved link has none of them.
/// </summary>
[Collection(nameof(Alone))]
public sealed class BalanceHistoryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("router-turns-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>One thing that happens: a link fails or returns, gets another weight, the process is another one, or hosts come.</summary>
    public readonly record struct Step(int What, int Link, int Number);

    private static readonly Gen<Step> s_step =
        from what in Gen.Choose(0, 5)
        from link in Gen.Choose(0, 100)
        from number in Gen.Choose(0, 300)
        select new Step(what, link, number);

    private static readonly Gen<(int[] Weights, Step[] Steps)> s_history =
        from links in Gen.Choose(1, 16)
        from weights in Gen.Frequency((1, Gen.Constant(0)), (4, Gen.Choose(1, 12)), (1, Gen.Choose(1, 1000))).ArrayOf(links)
        from count in Gen.Choose(0, 40)
        from steps in s_step.ArrayOf(count)
        select (weights, steps);

    [Fact]
    public void A_thousand_placements_are_shared_by_weight_whatever_went_before()
    {
        int[] lives = new int[6];
        Prop.ForAll(s_history.ToArbitrary(), history => Holds(history.Weights, history.Steps, lives)).QuickCheckThrowOnFailure();
        Assert.All(lives, times => Assert.NotEqual(0, times));
    }

    private static void Holds(int[] weights, Step[] steps, int[] happened)
    {
        using MappedTable<Turn> kept = MappedTable<Turn>.Anonymous(Turn.Most);
        LinkPolicy[] links = [.. weights.Select((weight, at) => new LinkPolicy(new PortId((byte)(at + 1)), $"link{at + 1}", $"wan{at}", weight, false))];
        ulong up = links.Aggregate(0UL, (set, link) => set | link.Id.Bit);
        var balance = new Balance(kept, PinMode.Host);
        foreach (Step step in steps)
        {
            happened[step.What]++;
            int at = step.Link % links.Length;
            if (step.What <= 1) up ^= links[at].Id.Bit;
            else if (step.What == 2) links[at] = links[at] with { Weight = step.Number };
            else if (step.What == 3) balance = new Balance(kept, PinMode.Host);
            else for (int placement = 0; placement < step.Number; placement++) Placed(balance, links, up);
        }
        AssertShares(balance, links, up);
        AssertShares(balance, links, links.Aggregate(0UL, (set, link) => set | link.Id.Bit));
    }

    private static void AssertShares(Balance balance, LinkPolicy[] links, ulong up)
    {
        long total = links.Where(link => (up & link.Id.Bit) != 0).Sum(link => (long)link.Weight);
        int[] placed = new int[links.Length + 1];
        for (int placement = 0; placement < 1000; placement++) placed[Placed(balance, links, up)]++;
        foreach (LinkPolicy link in links)
        {
            double share = total == 0 || (up & link.Id.Bit) == 0 ? 0 : (double)link.Weight / total;
            double got = placed[link.Id.Value] / 1000.0;
            if (share == 0 ? got != 0 : Math.Abs(got - share) > 0.03) throw new InvalidOperationException($"{link.Name} of weight {link.Weight} in {total} got {got}");
        }
    }

    // The number of the link; 0 for none.
    private static int Placed(Balance balance, LinkPolicy[] links, ulong up) => balance.Choose(links, up)?.Value ?? 0;

    [Fact]
    public void Somebody_who_does_his_worst_gets_no_further_than_a_placement_for_each_link()
    {
        Random random = Seeded.New();
        const int count = 16;
        LinkPolicy[] links = [.. Enumerable.Range(1, count).Select(at => new LinkPolicy(new PortId((byte)at), $"link{at}", $"wan{at}", 1, false))];
        var balance = new Balance();
        double furthest = 0;
        for (int placement = 0; placement < 200_000; placement++)
        {
            // Of two that are equal one gains what the other loses, so that extremes grow; where none are, any two.
            LinkPolicy one = links[random.Next(count)];
            LinkPolicy[] equals = [.. links.Where(link => link != one && Math.Abs(balance.CreditOf(link.Id) - balance.CreditOf(one.Id)) < 0.01)];
            LinkPolicy other = equals.Length > 0 ? equals[random.Next(equals.Length)] : links[(one.Id.Value - 1 + random.Next(1, count)) % count];
            balance.Choose(links, one.Id.Bit | other.Id.Bit);
            furthest = Math.Max(furthest, links.Max(link => Math.Abs(balance.CreditOf(link.Id))));
        }
        Assert.InRange(furthest, 2, count);
    }

    [Fact]
    public void A_process_for_each_host_shares_them_all_the_same()
    {
        int onOne = 0;
        for (int host = 0; host < 60; host++)
        {
            using PathBed bed = Open();
            onOne += LinkOf(bed, $"10.1.0.{host + 1}:5000") == PathBed.One ? 1 : 0;
        }
        Assert.Equal(20, onOne);
        using PathBed last = Open();
        Assert.Equal(60, last.Forwarder.PinCount);
    }

    [Fact]
    public void Hosts_of_very_different_load_are_shared_by_their_number_through_outages_and_restarts()
    {
        Random random = Seeded.New();
        PathBed bed = Open();
        int next = 1, onOne = 0;
        try
        {
            for (int placement = 0; placement < 1300; placement++, next++)
            {
                if (random.Next(40) == 0) Flap(bed, random);
                if (random.Next(300) == 0)
                {
                    bed.Dispose();
                    bed = Open();
                }
                string host = $"10.{1 + next / 65536}.{next / 256 % 256}.{next % 256}";
                PortId link = LinkOf(bed, $"{host}:5000");
                // One host in ten has forty flows, and they are all where it is.
                int more = random.Next(10) == 0 ? 40 : random.Next(3);
                for (int flow = 1; flow <= more; flow++) Assert.Equal(link, LinkOf(bed, $"{host}:{5000 + flow}"));
                if (placement >= 300) onOne += link == PathBed.One ? 1 : 0;
            }
        }
        finally
        {
            bed.Dispose();
        }
        Assert.InRange(onOne, 333 - 30, 333 + 30);
    }

    // A link fails, some hosts come, and it returns before the next.
    private static void Flap(PathBed bed, Random random)
    {
        bool isOne = random.Next(2) == 0;
        Set(usable: false);
        int salt = random.Next(256);
        for (int host = 0; host < random.Next(8); host++) Assert.Equal(isOne ? PathBed.Two : PathBed.One, LinkOf(bed, $"10.99.{salt}.{random.Next(1, 255)}:{random.Next(1024, 65535)}"));
        Set(usable: true);

        void Set(bool usable) => bed.Change(draft =>
        {
            if (isOne) draft.LinkOne = draft.LinkOne with { Usable = usable };
            else draft.LinkTwo = draft.LinkTwo with { Usable = usable };
        });
    }

    [Fact]
    public void What_a_dying_process_tore_and_what_nobody_wrote_is_put_right()
    {
        LinkPolicy[] links = [.. Enumerable.Range(1, 3).Select(at => new LinkPolicy(new PortId((byte)at), $"link{at}", $"wan{at}", at, false))];
        using MappedTable<Turn> kept = MappedTable<Turn>.Anonymous(Turn.Most);
        var before = new Balance(kept, PinMode.Site);
        for (int placement = 0; placement < 4; placement++) before.Choose(links, 0b1110);
        int torn = kept.NextLive(-1);
        kept[torn].Credit += 1L << 31;
        Leave(kept, new Turn { Kind = PinMode.Site, Link = new PortId(200), Credit = 1 });
        Leave(kept, new Turn { Kind = PinMode.Site, Link = new PortId(9), Credit = long.MinValue });
        Leave(kept, new Turn { Kind = PinMode.Site, Link = kept[torn].Link, Credit = 5 });
        Leave(kept, new Turn { Kind = PinMode.Host, Link = new PortId(1), Credit = 77L << 24 });
        var after = new Balance(kept, PinMode.Site);
        Assert.Equal(0, links.Sum(link => after.CreditOf(link.Id)), 9);
        Assert.All(links, link => Assert.InRange(after.CreditOf(link.Id), -2, 2));
        Assert.Equal(0, after.CreditOf(new PortId(9)));
    }

    [Fact]
    public void A_number_that_passes_to_another_link_begins_at_nought()
    {
        LinkPolicy[] links = [.. Enumerable.Range(1, 4).Select(at => new LinkPolicy(new PortId((byte)at), $"link{at}", $"wan{at}", 5 * at + 1, false))];
        using MappedTable<Turn> kept = MappedTable<Turn>.Anonymous(Turn.Most);
        var balance = new Balance(kept, PinMode.Host);
        for (int placement = 0; placement < 7; placement++) balance.Choose(links, 0b11110);
        Assert.NotEqual(0, balance.CreditOf(new PortId(3)));
        balance.Forget(new PortId(3).Bit);
        Assert.Equal(0, balance.CreditOf(new PortId(3)));
        Assert.Equal(0, links.Sum(link => balance.CreditOf(link.Id)), 9);
        Assert.Equal(0, new Balance(kept, PinMode.Host).CreditOf(new PortId(3)));
    }

    [Fact]
    public void Keeping_credits_allocates_nothing()
    {
        LinkPolicy[] links = [.. Enumerable.Range(1, 4).Select(at => new LinkPolicy(new PortId((byte)at), $"link{at}", $"wan{at}", at, false))];
        using MappedTable<Turn> kept = MappedTable<Turn>.Anonymous(Turn.Most);
        var balance = new Balance(kept, PinMode.Host);
        Assert.Equal(0, Seeded.Allocated(() =>
        {
            for (int placement = 0; placement < 1000; placement++) balance.Choose(links, 0b11110);
        }));
    }

    private static void Leave(MappedTable<Turn> table, Turn turn)
    {
        Assert.True(table.TryTake(out int id));
        table[id] = turn;
        table.Commit(id);
    }

    private PathBed Open() => new(
        draft =>
        {
            (draft.Mode, draft.WeightOne, draft.WeightTwo) = (InternetMode.Balance, 4, 8);
            draft.TrustedZone = draft.TrustedZone with { Networks = [new Prefix(Address.Parse("10.0.0.0"), 8)] };
        },
        tables: ForwardingTables.Open(_directory, new TableSizes(32_768, 32_768, 4096)));

    private static PortId LinkOf(PathBed bed, string from) => bed.Pass(PathBed.Trusted, Make.Udp(from, "192.0.2.1:80")).Port;
}
