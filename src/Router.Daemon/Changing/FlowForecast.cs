using System.Diagnostics;
using System.Runtime.InteropServices;
using Router.Api;
using Router.Daemon.Reporting;
using Router.Daemon.Reporting.Flows;
using Router.Forwarding;
using Router.Forwarding.Limits;
using Router.Forwarding.Reading;
using Router.Forwarding.Reviewing;
using Router.Wire;

namespace Router.Daemon.Changing;

/// <summary>
/// What another plan would do to the live flows: each is judged by the review itself, which the forwarding thread is asked for a slice at a
/// time between two batches, as it would be after a real reload; packets wait no longer than they would then, and nothing is changed. The
/// forwarding thread writes into one array; here it is added up by rule and by host. Of hosts and examples no more than so many are kept.
///
/// A flow that begins or ends meanwhile may be counted or not, as in any count of what is live.
/// </summary>
internal sealed class FlowForecast(Worker worker, LiveTables tables, FlowReports flows, Func<uint, string?> nameOfRule)
{
    /// <summary>Flows that are judged between two batches.</summary>
    private const int Slice = 120;

    private const int MostHosts = 65_536, MostExamples = 20, MostShown = 20;

    private sealed class Tally
    {
        public readonly long[] Counts = new long[6];

        public long Closed => Counts[(int)FlowFate.Closed] + Counts[(int)FlowFate.EndsToo];

        public long Touched => Closed + Counts[(int)FlowFate.Moves] + Counts[(int)FlowFate.Reset] + Counts[(int)FlowFate.Drains];
    }

    /// <summary>Judges all live flows.</summary>
    /// <param name="plan">The plan in question.</param>
    /// <param name="nameOf">Names of its links.</param>
    public ForeseenFlows Run(Plan plan, Func<PortId, string> nameOf)
    {
        long begun = Stopwatch.GetTimestamp();
        var all = new Tally();
        var rules = new Dictionary<uint, Tally>();
        var hosts = new Dictionary<Address, (Tally Tally, int Began, PortId Zone)>();
        var examples = new List<ForeseenExample>();
        var found = new ForeseenFlow[Slice];
        int after = -1;
        do
        {
            int from = after;
            (int count, after) = worker.Ask(w => w.Forwarder.Foresee(plan, from, found)).GetAwaiter().GetResult();
            foreach (ref readonly ForeseenFlow flow in found.AsSpan(0, count))
            {
                if (flow.IsProbe) continue;
                all.Counts[(int)flow.Fate]++;
                Count(flow, plan, hosts);
                if (flow.Fate == FlowFate.Stays) continue;
                (CollectionsMarshal.GetValueRefOrAddDefault(rules, flow.Before, out _) ??= new Tally()).Counts[(int)flow.Fate]++;
                if (examples.Count < MostExamples && Example(flow, plan, nameOf) is { } example) examples.Add(example);
            }
        }
        while (after >= 0);
        return new ForeseenFlows
        {
            Looked = all.Counts.Sum(), Closed = all.Closed, Moved = all.Counts[(int)FlowFate.Moves],
            Reset = all.Counts[(int)FlowFate.Reset], Drained = all.Counts[(int)FlowFate.Drains],
            ByRule = Groups(rules.Select(rule => (nameOfRule(rule.Key) ?? "a rule that is gone since", rule.Value)), rules.Count),
            ByHost = Groups(hosts.Select(host => (host.Key.ToString(), host.Value.Tally)), MostShown),
            Examples = examples, OverLimit = OverLimit(plan.Policy.Limits, hosts),
            DurationMilliseconds = Stopwatch.GetElapsedTime(begun).TotalMilliseconds,
        };
    }

    // A host's flows that it began itself count for its limit, and those that go on.
    private static void Count(in ForeseenFlow flow, Plan plan, Dictionary<Address, (Tally Tally, int Began, PortId Zone)> hosts)
    {
        if (!hosts.ContainsKey(flow.Host) && hosts.Count == MostHosts) return;
        ref (Tally Tally, int Began, PortId Zone) host = ref CollectionsMarshal.GetValueRefOrAddDefault(hosts, flow.Host, out bool isKnown);
        if (!isKnown) host = (new Tally(), 0, plan.TryBehind(flow.Host, out PortId zone) ? zone : PortId.Host);
        host.Tally.Counts[(int)flow.Fate]++;
        if (flow.IsOwn && flow.Fate is FlowFate.Stays or FlowFate.Moves or FlowFate.Drains) host.Began++;
    }

    private ForeseenExample? Example(in ForeseenFlow flow, Plan plan, Func<PortId, string> nameOf)
    {
        if (tables.Flow(flow.Id) is not { } live) return null;
        bool isGoing = flow.Fate is FlowFate.Moves or FlowFate.Reset;
        return new ForeseenExample
        {
            Flow = flows.Describe(live), Fate = Word(flow.Fate), To = isGoing && !flow.IsByWeight ? nameOf(flow.To) : null,
            Rule = flow.Rule >= 0 ? plan.Policy.Rules[flow.Rule].Name : null,
        };
    }

    private static List<ForeseenGroup> Groups(IEnumerable<(string Name, Tally Tally)> tallies, int most) =>
    [
        .. tallies.Where(one => one.Tally.Touched > 0).OrderByDescending(one => one.Tally.Touched).ThenBy(one => one.Name, StringComparer.Ordinal).Take(most)
            .Select(one => new ForeseenGroup
            {
                Name = one.Name, Closed = one.Tally.Closed, Moved = one.Tally.Counts[(int)FlowFate.Moves],
                Reset = one.Tally.Counts[(int)FlowFate.Reset], Drained = one.Tally.Counts[(int)FlowFate.Drains],
            }),
    ];

    private static List<HostOverLimit> OverLimit(HostLimits limits, Dictionary<Address, (Tally Tally, int Began, PortId Zone)> hosts) =>
    [
        .. hosts.Where(host => host.Value.Zone != PortId.Host && host.Value.Began > limits.Of(host.Key, host.Value.Zone).Flows)
            .OrderByDescending(host => host.Value.Began).Take(MostShown)
            .Select(host => new HostOverLimit { Host = host.Key.ToString(), Flows = host.Value.Began, Limit = limits.Of(host.Key, host.Value.Zone).Flows }),
    ];

    private static string Word(FlowFate fate) => fate switch
    {
        FlowFate.Stays => "stays",
        FlowFate.Closed or FlowFate.EndsToo => "closed",
        FlowFate.Moves => "moved",
        FlowFate.Reset => "reset",
        FlowFate.Drains => "drained",
    };
}
