using Router.Daemon.Health;

namespace Router.Tests.Daemon.Health;

public class LinkMeasureTests
{
    [Theory]
    [InlineData(11), InlineData(12), InlineData(13)]
    public void Agrees_with_a_list_of_the_last_rounds(int seed)
    {
        var dice = new Random(seed);
        var measure = new LinkMeasure();
        var list = new List<ProbeRound>();
        int quorum = dice.Next(1, 4);
        for (int i = 0; i < 1000; i++)
        {
            ulong asked = (ulong)dice.Next(1, 16);
            var round = new ProbeRound(asked, asked & (ulong)dice.Next(16), quorum, dice.Next(1, 1_000_000));
            measure.Add(round);
            list.Add(round);
            if (list.Count > LinkMeasure.Window) list.RemoveAt(0);
            Assert.Equal(SlowLoss(list, quorum), measure.Loss);
            ProbeRound[] good = [.. list.Where(r => r.IsGood)];
            Assert.True(measure.Latency == (good.Length == 0 ? 0 : good.Sum(r => r.Latency) / good.Length), $"seed {seed}, round {i}");
            Assert.Equal(list.Count, measure.Count);
        }
        measure.Clear();
        Assert.Equal((0, 0.0, 0L), (measure.Count, measure.Loss, measure.Latency));
    }

    [Fact]
    public void Dead_target_does_not_make_a_sound_link_lossy_but_loss_on_all_does()
    {
        var measure = new LinkMeasure();
        for (int i = 0; i < LinkMeasure.Window; i++) measure.Add(new ProbeRound(0b11, 0b01, 1, 1000));
        Assert.Equal(0, measure.Loss);
        for (int i = 0; i < LinkMeasure.Window; i++) measure.Add(new ProbeRound(0b11, i % 4 == 0 ? 0u : 0b01, 1, 1000));
        Assert.Equal(0.25, measure.Loss);
    }

    [Fact]
    public void Thirty_six_lost_of_a_hundred_are_thirty_six_percent_wherever_they_lie()
    {
        var measure = new LinkMeasure();
        var dice = new Random(36);
        for (int i = 0; i < 500; i++) measure.Add(new ProbeRound(1, (ulong)dice.Next(2), 1, 1000));
        int[] order = [.. Enumerable.Range(0, LinkMeasure.Window)];
        dice.Shuffle(order);
        foreach (int place in order) measure.Add(new ProbeRound(1, place < 36 ? 0u : 1u, 1, 1000));
        Assert.Equal(0.36, measure.Loss);
    }

    private static double SlowLoss(List<ProbeRound> rounds, int quorum)
    {
        double[] losses = [.. Enumerable.Range(0, 64)
            .Select(t => (Asked: rounds.Count(r => (r.Asked >> t & 1) != 0), Lost: rounds.Count(r => ((r.Asked & ~r.Answered) >> t & 1) != 0)))
            .Where(t => t.Asked > 0).Select(t => (double)t.Lost / t.Asked).Order()];
        return losses[Math.Min(quorum, losses.Length) - 1];
    }
}
