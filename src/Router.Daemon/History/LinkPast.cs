using Router.Api;

namespace Router.Daemon.History;

/// <summary>
/// Puts together how a link was over a while, from its samples of that while and from all changes of its state that are known: a
/// trouble may have begun before, and may have ended after. Pure.
/// </summary>
internal static class LinkPast
{
    /// <summary>States, the worst first.</summary>
    private static readonly string[] s_worst = ["down", "degraded", "disabled", "standby", "up"];

    /// <param name="link">Its name.</param>
    /// <param name="from">The while.</param>
    /// <param name="to">Its end.</param>
    /// <param name="samples">Of this link, of that while.</param>
    /// <param name="states">Changes of this link's state, of all time, oldest first.</param>
    public static PastReport Of(string link, DateTimeOffset from, DateTimeOffset to, LinkSample[] samples, HistoryEvent[] states)
    {
        PastTrouble[] troubles = [.. Troubles(states).Where(t => t.Overlaps(from, to))];
        return new()
        {
            Link = link,
            From = from.ToLocalTime(),
            To = to.ToLocalTime(),
            Addresses = [.. samples.Select(s => s.Address).Where(a => a.Length > 0).Distinct()],
            Gateways = [.. samples.Select(s => s.Gateway).Where(g => g.Length > 0).Distinct()],
            Targets = [.. samples.SelectMany(s => s.Targets).GroupBy(t => t.Target).Select(Target)],
            Troubles = troubles,
            Minutes = [.. samples.GroupBy(s => s.Time / 60_000).OrderBy(g => g.Key).Select(minute => Minute(minute, troubles))],
            Gaps = [.. Gaps(from, to, samples)],
        };
    }

    private static PastTarget Target(IGrouping<string, TargetSample> samples)
    {
        TargetSample[] good = [.. samples.Where(s => s.Answered > 0)];
        return new PastTarget
        {
            Target = samples.Key, Asked = samples.Sum(s => (long)s.Asked), Answered = samples.Sum(s => (long)s.Answered),
            LeastMilliseconds = good.Length == 0 ? null : good.Min(s => s.Latency) / 1000.0,
            MeanMilliseconds = Mean(good),
            MostMilliseconds = good.Length == 0 ? null : good.Max(s => s.Latency) / 1000.0,
        };
    }

    private static double? Mean(IReadOnlyCollection<TargetSample> samples)
    {
        long answered = samples.Sum(s => (long)s.Answered);
        return answered == 0 ? null : samples.Sum(s => (double)s.Latency * s.Answered) / answered / 1000;
    }

    private static IEnumerable<PastTrouble> Troubles(HistoryEvent[] states)
    {
        for (int i = 0; i < states.Length; i++)
        {
            string state = states[i].State;
            if (state is not ("down" or "degraded") || (i > 0 && states[i - 1].State == state)) continue;
            int end = Array.FindIndex(states, i, later => later.State != state);
            yield return new PastTrouble
            {
                State = state, Began = states[i].When.ToLocalTime(), Cause = states[i].Text,
                Ended = end < 0 ? null : states[end].When.ToLocalTime(), EndedBy = end < 0 ? null : states[end].Text,
            };
        }
    }

    private static bool Overlaps(this PastTrouble trouble, DateTimeOffset from, DateTimeOffset to) => trouble.Began <= to && (trouble.Ended is not { } ended || ended >= from);

    // A trouble may be shorter than the time between two samples.
    private static PastMinute Minute(IGrouping<long, LinkSample> samples, PastTrouble[] troubles)
    {
        DateTimeOffset begin = DateTimeOffset.FromUnixTimeMilliseconds(samples.Key * 60_000);
        IEnumerable<string> states = samples.Select(s => s.State).Concat(troubles.Where(t => t.Overlaps(begin, begin.AddMinutes(1))).Select(t => t.State));
        TargetSample[] targets = [.. samples.SelectMany(s => s.Targets)];
        return new PastMinute
        {
            Time = begin.ToLocalTime(),
            State = states.MinBy(state => Array.IndexOf(s_worst, state) is var rank and >= 0 ? rank : s_worst.Length)!,
            Asked = targets.Sum(t => (long)t.Asked), Answered = targets.Sum(t => (long)t.Answered), MeanMilliseconds = Mean(targets),
            OctetsInPerSecond = (long)samples.Average(s => s.In), OctetsOutPerSecond = (long)samples.Average(s => s.Out),
        };
    }

    // One sample may come late, or be damaged; of more, something is missing.
    private static IEnumerable<PastGap> Gaps(DateTimeOffset from, DateTimeOffset to, LinkSample[] samples)
    {
        TimeSpan most = 3 * Chronicle.SampleEvery;
        DateTimeOffset known = from;
        foreach (DateTimeOffset time in samples.Select(s => s.When).Order().Append(to))
        {
            if (time - known > most) yield return new PastGap { From = known.ToLocalTime(), To = time.ToLocalTime() };
            known = time;
        }
    }
}
