using Router.Configuration.Reading;
using Router.Forwarding.Rules;

namespace Router.Configuration.Checks;

/// <summary>
/// Port forwards that an earlier rule takes away from, wholly or for a port or a link. An exception for some senders above a forward (their
/// addresses, one zone of several) is mostly meant and not warned of; what takes a whole service of the forward from everybody whom it is
/// for is not. What <see cref="Cover"/> finds is told by it.
/// </summary>
internal static class ForwardChecks
{
    /// <summary>Pairs that are compared at the most; the rest goes unchecked.</summary>
    private const int MostPairs = 1_000_000;

    public static void Check(List<RuleReader.Read> rules)
    {
        int pairs = 0;
        for (int i = 0; i < rules.Count && pairs < MostPairs; i++)
        {
            RuleSettings rule = rules[i].Rule;
            if (!rule.Enabled || rule.ForwardTo is not { } target) continue;
            pairs += i;
            int by = rules.FindIndex(0, i, earlier => earlier.Rule.Enabled && earlier.Rule.Time is null && earlier.Rule.ForwardTo != target && Swallows(earlier.Rule, rule));
            if (by < 0 || Cover.Covers(rules[by].Rule, rule)) continue;
            rules[i].Setting.At("forward_to").Warn($"rule `{rules[by].Rule.Name}` above takes some of what rule `{rule.Name}` is to forward, so that does not reach {target.Host}",
                "move this rule above it, or narrow the one above");
        }
    }

    private static bool Swallows(RuleSettings earlier, RuleSettings forward) =>
        (earlier.Family == RuleFamily.Any || forward.Family == RuleFamily.Any || earlier.Family == forward.Family)
        && Array.Exists(forward.Source, term => Array.Exists(earlier.Source, wide => HoldsSender(wide, term)))
        && Array.Exists(forward.Destination, term => Array.Exists(earlier.Destination, other => MeetsAtBox(other, term)))
        && HoldsService(earlier.Services, forward.Services);

    private static bool HoldsSender(in EndTerm wide, in EndTerm term) => wide.Kind switch
    {
        EndKind.Any => true,
        EndKind.Internet => term.Kind is EndKind.Internet or EndKind.Any,
        EndKind.Range => term.Kind == EndKind.Range && wide.Range.First <= term.Range.First && wide.Range.Last >= term.Range.Last,
        EndKind.Port or EndKind.Host or EndKind.User => term.Kind == wide.Kind && term.Name == wide.Name,
    };

    // `firewall` is the box by any of its addresses, a link the box by that link's.
    private static bool MeetsAtBox(in EndTerm one, in EndTerm other) =>
        one.Kind == EndKind.Any || (one.Kind == EndKind.Port && other.Kind == EndKind.Port && (one.Name == "firewall" || other.Name == "firewall" || one.Name == other.Name));

    // A whole service of the forward, not a port out of its midst.
    private static bool HoldsService(ServiceMatch[] earlier, ServiceMatch[] forward) =>
        earlier.Length == 0 || Array.Exists(forward, service => Array.Exists(earlier, wide => wide.Matches(service.Protocol, service.First) && service.Last <= wide.Last));
}
