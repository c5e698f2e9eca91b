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
    }

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
}
