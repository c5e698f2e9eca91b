using Router.Configuration;
using Router.Daemon.Health;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;

namespace Router.Tests.Daemon.Health;

/// <summary>
/// A link that flaps every two minutes for hours, the judge that decides on it, and the path with people on it, on one simulated
/// clock: how often does somebody's traffic change its link? (product.md 2)
/// </summary>
public class FlappingTests
{
    private const long Second = 1_000_000;
    private const int People = 24;

    private static readonly ProbeRound Good = new(1, 1, 1, 10_000);
    private static readonly ProbeRound Bad = new(1, 0, 1, 0);

    [Theory]
    [InlineData(InternetMode.Balance, 60, 60)]
    [InlineData(InternetMode.Balance, 115, 5)]
    [InlineData(InternetMode.Failover, 60, 60)]
    [InlineData(InternetMode.Failover, 115, 5)]
    [InlineData(InternetMode.Failover, 100, 20)]
    public void Nobody_is_moved_twice(InternetMode mode, int upSeconds, int downSeconds)
    {
        using var bed = new PathBed(draft => draft.Mode = mode);
        var judge = new LinkJudge(new HealthSettings(), bed.Now);
        judge.Ground(new LinkGround(true, true, true, false), "", bed.Now);
        PortId[] links = new PortId[People];
        int[] moves = new int[People];
        long began = bed.Now, falls = 0;
        for (; bed.Now < began + 4 * 3600 * Second; bed.Now += Second / 2)
        {
            bool before = judge.Verdict.Usable;
            judge.Tick(bed.Now);
            judge.Round((bed.Now - began) / Second % (upSeconds + downSeconds) < upSeconds ? Good : Bad, bed.Now);
            LinkVerdict verdict = judge.Verdict;
            if (before && !verdict.Usable) falls++;
            if (before != verdict.Usable) bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = verdict.Usable, Health = verdict.Health });
            int person = (int)((bed.Now - began) / (Second / 2) % People);
            PortId link = bed.Pass(PathBed.Trusted, Make.Udp($"192.168.10.{10 + person}:5000", "192.0.2.1:7000")).Port;
            if (links[person] != default && links[person] != link) moves[person]++;
            links[person] = link;
        }
        Assert.True(falls >= 1, "the link never fell, the test is blind");
        Assert.True(moves.Sum() >= People / 4, $"{moves.Sum()} moves in all, the test is blind");
        Assert.All(moves, count => Assert.InRange(count, 0, 1));
    }
}
