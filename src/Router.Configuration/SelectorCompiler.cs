using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Configuration;

/// <summary>
/// Makes <see cref="Selector"/>s for one policy. Rules that say the same of ports share one, so that ten thousand rules do not mean
/// twenty thousand. A host without an address adds nothing: a selector of such hosts only matches nothing at all.
/// </summary>
internal sealed class SelectorCompiler(Dictionary<string, PortId> ports, IReadOnlyDictionary<string, Address[]>? resolved)
{
    private readonly Dictionary<ulong, Selector> _shared = [];
    private readonly HashSet<string> _unresolved = [];
    private readonly List<string> _warnings = [];

    public IReadOnlyList<string> Warnings => _warnings;

    public Selector Compile(EndTerm[] terms)
    {
        ulong bits = 0;
        List<AddressRange>? ranges = null;
        List<string>? who = null;
        foreach (EndTerm term in terms)
        {
            switch (term.Kind)
            {
                case EndKind.Any: return Selector.Any;
                case EndKind.Port: bits |= ports[term.Name].Bit; break;
                case EndKind.Internet: bits |= PortId.InternetBit; break;
                case EndKind.Range: (ranges ??= []).Add(term.Range); break;
                case EndKind.User: (who ??= []).Add(term.Name); break;
                case EndKind.Host: AddHost(term.Name, ranges ??= []); break;
            }
        }
        if (ranges is { Count: > 0 } || who is not null) return new Selector(bits, ranges ?? [], who is null ? null : People(who));
        if (!_shared.TryGetValue(bits, out Selector? shared)) _shared.Add(bits, shared = new Selector(bits, []));
        return shared;
    }

    private static IdentitySet People(List<string> terms) => new(
        Named(terms, "user:"), Named(terms, "group:"), everyUser: terms.Contains("authenticated"));

    private static IEnumerable<string> Named(List<string> terms, string prefix) =>
        terms.Where(term => term.StartsWith(prefix, StringComparison.Ordinal)).Select(term => term[prefix.Length..]);

    private void AddHost(string name, List<AddressRange> ranges)
    {
        Address[]? addresses = resolved?.GetValueOrDefault(name);
        if (addresses is not { Length: > 0 } && _unresolved.Add(name))
        {
            _warnings.Add($"host name `{name}` has no address now: rules match nothing by it until it has");
        }
        foreach (Address address in addresses ?? []) ranges.Add(new AddressRange(address, address));
    }
}
