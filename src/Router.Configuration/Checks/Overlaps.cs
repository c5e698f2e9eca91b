using Router.Forwarding.Rules;

namespace Router.Configuration.Checks;

/// <summary>What earlier rules leave of a rule.</summary>
/// <param name="ShadowedBy">The earlier rule that takes all of it, or several that do together, so that it can never match; null if there is none.</param>
/// <param name="Partly">Earlier rules that surely take some of it and do something else with it.</param>
public sealed record RuleOverlap(string? ShadowedBy, IReadOnlyList<string> Partly);

/// <summary>
/// Which rules stand in the way of which, for `routerctl rules`. What it names is so: two ends meet if both name the same zone, link or
/// host, or share an address. A zone and an address may meet too, as hosts live in zones, but whether they do is not in the rules; such
/// pairs are not named.
///
/// That a rule takes some of another's is mostly meant (the exception above the general rule), so this is told on request and not
/// warned of; a rule that can never match is warned of by `check` (<see cref="Cover"/>).
/// </summary>
public static class Overlaps
{
    /// <summary>Pairs that are compared at the most; of a longer list the end goes without.</summary>
    private const int MostPairs = 2_000_000;

    /// <summary>Earlier rules that are named for one rule.</summary>
    private const int MostNamed = 5;

    /// <summary>One answer for each rule, in their order.</summary>
    public static IReadOnlyList<RuleOverlap> Of(IReadOnlyList<RuleSettings> list)
    {
        RuleSettings[] rules = [.. list];
        var shadows = Cover.Find(rules).ToDictionary(pair => pair.Rule, pair => string.Join(" and ", pair.By.Select(by => rules[by].Name)));
        var found = new List<RuleOverlap>(rules.Length);
        long pairs = 0;
        for (int i = 0; i < rules.Length; i++)
        {
            string? shadow = shadows.GetValueOrDefault(i);
            bool isAsked = shadow is null && rules[i].Enabled && pairs < MostPairs;
            found.Add(new RuleOverlap(shadow, isAsked ? Partly(rules, i) : []));
            pairs += isAsked ? i : 0;
        }
        return found;
    }

    private static List<string> Partly(RuleSettings[] rules, int index)
    {
        var named = new List<string>();
        for (int i = 0; i < index && named.Count < MostNamed; i++)
        {
            if (rules[i].Enabled && !DoTheSame(rules[i], rules[index]) && Meet(rules[i], rules[index])) named.Add(rules[i].Name);
        }
        return named;
    }

    private static bool DoTheSame(RuleSettings one, RuleSettings other) =>
        one.Action == other.Action && (one.Action != RuleAction.Allow
            || (one.Links.SequenceEqual(other.Links) && one.Nat == other.Nat && one.NatAddress == other.NatAddress && one.ForwardTo == other.ForwardTo && one.Dscp == other.Dscp));

    private static bool Meet(RuleSettings one, RuleSettings other) =>
        (one.Family == RuleFamily.Any || other.Family == RuleFamily.Any || one.Family == other.Family)
        && Meet(one.Services, other.Services) && Meet(one.Source, other.Source) && Meet(one.Destination, other.Destination);

    private static bool Meet(EndTerm[] one, EndTerm[] other)
    {
        foreach (ref readonly EndTerm a in one.AsSpan())
        {
            foreach (ref readonly EndTerm b in other.AsSpan())
            {
                if (Meet(a, b)) return true;
            }
        }
        return false;
    }

    private static bool Meet(in EndTerm one, in EndTerm other) => (one.Kind, other.Kind) switch
    {
        (EndKind.Any, _) or (_, EndKind.Any) => true,
        (EndKind.Range, EndKind.Range) => one.Range.First <= other.Range.Last && other.Range.First <= one.Range.Last,
        (EndKind.Internet, EndKind.Internet) => true,
        _ => one.Kind == other.Kind && one.Kind != EndKind.Range && one.Name == other.Name,
    };

    private static bool Meet(ServiceMatch[] one, ServiceMatch[] other)
    {
        if (one.Length == 0 || other.Length == 0) return true;
        foreach (ServiceMatch a in one)
        {
            foreach (ServiceMatch b in other)
            {
                if ((a.Matches(b.Protocol, b.First) || b.Matches(a.Protocol, a.First)) && a.First <= b.Last && b.First <= a.Last) return true;
            }
        }
        return false;
    }
}
