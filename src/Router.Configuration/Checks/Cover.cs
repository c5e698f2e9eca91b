using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Configuration.Checks;

/// <summary>
/// Finds rules that can never match because earlier rules take everything they would: one of them all, or several together, each of
/// which takes some items of its lists whole (one source, one destination, one service). What it reports is so. It does not put half
/// ranges together, and takes an address and a zone for unrelated, so it can miss.
///
/// Comparing each pair of ten thousand rules would take longer than loading them. A rule that covers another must hold its first
/// source item and its first destination item, so only the rules listed under one of those two are compared (whichever list is
/// shorter), and after <see cref="MostPairs"/> comparisons in one load the rest goes unchecked: this is advice, not a guard.
/// </summary>
internal static class Cover
{
    public const int MostPairs = 1_000_000;

    /// <summary>A rule whose lists name more combinations than this is not taken apart.</summary>
    private const int MostParts = 64;

    /// <summary>Rules that can never match, each with the earlier ones that hide it, all as indexes.</summary>
    public static List<(int Rule, int[] By)> Find(RuleSettings[] rules) => Find(rules, out _);

    /// <param name="rules">Top down.</param>
    /// <param name="pairs">How many pairs were looked at.</param>
    public static List<(int Rule, int[] By)> Find(RuleSettings[] rules, out int pairs)
    {
        var found = new List<(int, int[])>();
        int pairsOfParts = 0;
        var sources = new CoverIndex();
        var destinations = new CoverIndex();
        pairs = 0;
        for (int i = 0; i < rules.Length && pairs < MostPairs; i++)
        {
            RuleSettings rule = rules[i];
            if (!rule.Enabled) continue;
            CoverIndex.Candidates source = sources.Under(rule.Source[0]), destination = destinations.Under(rule.Destination[0]);
            CoverIndex.Candidates candidates = source.Count <= destination.Count ? source : destination;
            pairs += candidates.Count;
            int one = candidates.First(rules, rule);
            int[] by = one >= 0 ? [one] : pairsOfParts < MostPairs ? Together(rules, rule, sources, destinations, ref pairsOfParts) : [];
            if (by.Length > 0)
            {
                // What is hidden hides nothing more than the one above it does.
                found.Add((i, by));
                continue;
            }
            if (rule.Time is not null) continue;
            sources.Add(rule.Source, i);
            destinations.Add(rule.Destination, i);
        }
        return found;
    }

    /// <summary>Whether everything that <paramref name="rule"/> matches is matched by <paramref name="wide"/>.</summary>
    public static bool Covers(RuleSettings wide, RuleSettings rule) =>
        (wide.Family == RuleFamily.Any || wide.Family == rule.Family)
        && Ends(wide.Source, rule.Source) && Ends(wide.Destination, rule.Destination) && Services(wide.Services, rule.Services);

    // The rules that take its parts, if every part is taken; else none.
    private static int[] Together(RuleSettings[] rules, RuleSettings rule, CoverIndex sources, CoverIndex destinations, ref int pairs)
    {
        long parts = (long)rule.Source.Length * rule.Destination.Length * Math.Max(1, rule.Services.Length);
        if (parts is < 2 or > MostParts) return [];
        var by = new SortedSet<int>();
        foreach (EndTerm from in rule.Source)
        {
            foreach (EndTerm to in rule.Destination)
            {
                CoverIndex.Candidates source = sources.Under(from), destination = destinations.Under(to);
                CoverIndex.Candidates candidates = source.Count <= destination.Count ? source : destination;
                foreach (ServiceMatch[] service in rule.Services.Length == 0 ? [[]] : rule.Services.Select(one => new[] { one }))
                {
                    pairs += candidates.Count;
                    int one = candidates.First(rules, rule with { Source = [from], Destination = [to], Services = service });
                    if (one < 0) return [];
                    by.Add(one);
                }
            }
        }
        return [.. by];
    }

    private static bool Ends(EndTerm[] wide, EndTerm[] terms)
    {
        if (ReferenceEquals(wide, terms) || wide[0].Kind == EndKind.Any) return true;
        foreach (ref readonly EndTerm term in terms.AsSpan())
        {
            bool held = false;
            foreach (ref readonly EndTerm other in wide.AsSpan()) held = held || Holds(other, term);
            if (!held) return false;
        }
        return true;
    }

    private static bool Holds(in EndTerm wide, in EndTerm term) => wide.Kind switch
    {
        EndKind.Any => true,
        EndKind.Internet => term.Kind == EndKind.Internet,
        EndKind.Range => term.Kind == EndKind.Range && wide.Range.First <= term.Range.First && wide.Range.Last >= term.Range.Last,
        EndKind.Port or EndKind.Host or EndKind.User => term.Kind == wide.Kind && term.Name == wide.Name,
    };

    private static bool Services(ServiceMatch[] wide, ServiceMatch[] services)
    {
        if (wide.Length == 0) return true;
        if (services.Length == 0) return false;
        foreach (ServiceMatch service in services)
        {
            bool held = false;
            foreach (ServiceMatch other in wide)
            {
                held = held || (other.Matches(service.Protocol, service.First) && service.Last <= other.Last);
            }
            if (!held) return false;
        }
        return true;
    }
}

/// <summary>Rules by what one of their ends names: an exact zone, link or host, or the block of addresses that a range lies in.</summary>
internal sealed class CoverIndex
{
    private readonly Dictionary<(EndKind, string, Address), List<int>> _narrow = [];

    /// <summary>Rules with `any`, or with a range of more than one block: they come into question for every address.</summary>
    private readonly List<int> _wide = [];

    /// <summary>The two lists of rules in which those that hold one item must be.</summary>
    public readonly record struct Candidates(List<int>? Narrow, List<int> Wide)
    {
        public int Count => (Narrow?.Count ?? 0) + Wide.Count;

        /// <summary>The first of them that covers the rule, or -1.</summary>
        public int First(RuleSettings[] rules, RuleSettings rule)
        {
            int wide = FirstOf(Wide, rules, rule), narrow = FirstOf(Narrow, rules, rule);
            return wide < 0 || (narrow >= 0 && narrow < wide) ? narrow : wide;
        }

        private static int FirstOf(List<int>? list, RuleSettings[] rules, RuleSettings rule)
        {
            for (int i = 0; i < list?.Count; i++)
            {
                if (Cover.Covers(rules[list[i]], rule)) return list[i];
            }
            return -1;
        }
    }

    public Candidates Under(EndTerm term)
    {
        (EndKind, string, Address)? key = Key(term);
        return new Candidates(key is null ? null : _narrow.GetValueOrDefault(key.Value), _wide);
    }

    public void Add(EndTerm[] terms, int rule)
    {
        if (Array.Exists(terms, t => Key(t) is null))
        {
            _wide.Add(rule);
            return;
        }
        foreach (EndTerm term in terms)
        {
            if (!_narrow.TryGetValue(Key(term)!.Value, out List<int>? list)) _narrow.Add(Key(term)!.Value, list = []);
            if (list.Count == 0 || list[^1] != rule) list.Add(rule);
        }
    }

    /// <summary>Blocks are /24 in IPv4 and /64 in IPv6: most ranges lie in one. Null for what is in no block.</summary>
    private static (EndKind, string, Address)? Key(EndTerm term)
    {
        if (term.Kind == EndKind.Any) return null;
        if (term.Kind != EndKind.Range) return (term.Kind, term.Name, default);
        int length = term.Range.First.IsV4 ? 24 : 64;
        Address block = new Prefix(term.Range.First, length).First;
        return block == new Prefix(term.Range.Last, length).First ? (EndKind.Range, "", block) : null;
    }
}
