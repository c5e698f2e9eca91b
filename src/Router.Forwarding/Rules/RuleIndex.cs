using Router.Wire;

namespace Router.Forwarding.Rules;

/// <summary>
/// The rule list, arranged for the first packet of a flow: the same answers as <see cref="RuleList"/>, which reads it top down, and
/// quick for ten thousand rules.
///
/// Every rule becomes rows of a <see cref="RuleTable"/>: intervals of source, destination and service that together hold at least
/// what the rule matches. All rows are compared, many at once; what remains is asked in full. No tree and no hash: the time does not
/// depend on what the rules have in common, and a hostile or clumsy list has no slow case that a small one does not have.
///
/// Immutable; some 44 octets a row. One table for each family; what mixes them goes by the list.
/// </summary>
public sealed class RuleIndex
{
    private readonly Rule[] _rules;
    private readonly RuleTable _v4, _v6;

    public RuleIndex(Rule[] rules)
    {
        _rules = rules;
        (_v4, _v6) = (RuleTable.Build(rules, v4: true), RuleTable.Build(rules, v4: false));
        FullCones = Enumerable.Range(0, rules.Length).Where(i => rules[i] is { Active: true, FullCone: true, Action: RuleAction.Allow }).ToArray();
        AsksWho = Array.Exists(rules, rule => rule.Active && (rule.Source.Who ?? rule.Destination.Who) is not null);
        AllowsUsers = Array.Exists(rules, rule => rule is { Active: true, Action: RuleAction.Allow, Source.Who: not null });
    }

    /// <summary>Whether any active rule allows something to users, wherever they are.</summary>
    public bool AllowsUsers { get; }

    /// <summary>Whether any active rule asks who is behind an address.</summary>
    public bool AsksWho { get; }

    /// <summary>The active rules that open what they map, top down.</summary>
    public ReadOnlyMemory<int> FullCones { get; }

    /// <summary>Octets that the rows take.</summary>
    public long Octets => _v4.Octets + _v6.Octets;

    /// <summary>The index of the first rule that matches. Arguments as <see cref="RuleList.Match"/>.</summary>
    public int Match(in Endpoint source, in Endpoint destination, byte protocol, ushort port)
    {
        bool v4 = destination.Address.IsV4;
        if (source.Address.IsV4 != v4) return RuleList.Match(_rules, source, destination, protocol, port);
        RuleTable table = v4 ? _v4 : _v6;
        RuleTable.Cursor cursor = table.Seek(source, destination, protocol, port);
        while (table.MoveNext(ref cursor))
        {
            if (RuleList.Matches(_rules[cursor.Rule], source, destination, protocol, port)) return cursor.Rule;
        }
        return _rules.Length - 1;
    }

    /// <summary>Whether a rule for users, above the one that decided, would allow what it matches by all else. Arguments as <see cref="RuleList.Match"/>.</summary>
    /// <param name="source">Where it comes from, as anybody.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="protocol">IP protocol number.</param>
    /// <param name="port">Destination port, or 0.</param>
    /// <param name="decided">Index of the rule that decided.</param>
    public bool WouldAllow(in Endpoint source, in Endpoint destination, byte protocol, ushort port, int decided)
    {
        RuleTable table = destination.Address.IsV4 ? _v4 : _v6;
        RuleTable.Cursor cursor = table.Seek(source, destination, protocol, port);
        while (table.MoveNext(ref cursor) && cursor.Rule < decided)
        {
            Rule rule = _rules[cursor.Rule];
            if (rule.Action == RuleAction.Allow && rule.Source.Who is not null && RuleList.Matches(rule, source, destination, protocol, port)) return true;
        }
        return false;
    }
}
