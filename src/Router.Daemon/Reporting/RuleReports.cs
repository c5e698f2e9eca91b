using Router.Api;
using Router.Configuration;
using Router.Configuration.Checks;
using Router.Daemon.Steering;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;

namespace Router.Daemon.Reporting;

/// <summary>
/// The rules in force: what each has seen, and which others stand in its way. What rules take from each other depends on their text
/// only, so it is worked out once for each load, when it is first asked for.
/// </summary>
internal sealed class RuleReports(Helm helm, LiveTables tables)
{
    private (IReadOnlyList<RuleSettings>? Rules, IReadOnlyList<RuleOverlap> Found) _overlaps = (null, []);
    private readonly Lock _lock = new();

    public List<RuleReport> Rules()
    {
        InForce standing = helm.InForce;
        Rule[] rules = standing.Policy.Rules;
        var live = new (long Packets, long Octets)[rules.Length];
        tables.SumByRule(standing.Policy.Generation, live);
        IReadOnlyList<RuleOverlap> overlaps = OverlapsOf(standing.Settings.Rules);
        return [.. rules.Select((rule, index) => new RuleReport
        {
            Index = index + 1, Name = rule.Name, Action = rule.Action.ToString().ToLowerInvariant(), Active = rule.Active,
            Packets = rule.Counters.Packets + live[index].Packets,
            Octets = rule.Counters.Octets + live[index].Octets,
            Flows = rule.Counters.Flows, LastMatch = rule.Counters.LastMatch == 0 ? null : Reports.WallClock(rule.Counters.LastMatch),
            ShadowedBy = index < overlaps.Count ? overlaps[index].ShadowedBy : null,
            Overlaps = index < overlaps.Count ? overlaps[index].Partly : [],
        })];
    }

    private IReadOnlyList<RuleOverlap> OverlapsOf(IReadOnlyList<RuleSettings> rules)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_overlaps.Rules, rules)) _overlaps = (rules, Overlaps.Of(rules));
            return _overlaps.Found;
        }
    }
}
