using Router.Configuration.Layers;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Configuration.Reading;

/// <summary>
/// Reads `groups`, and the `source` and `destination` of a rule. An item is `any`, `internet`, `firewall`, `vpn-clients` (the zone
/// named vpn), `authenticated`, `user:NAME`, `group:NAME`, a zone, a link, a group, a network, a range, an address, or the name of a host (known by its dot). What fits none of
/// these is an error that names the nearest defined name. A list with a faulty item gives null and never fewer or more items.
/// </summary>
internal sealed class EndReader(Names names, bool speaksOfUsers = true)
{
    private const int MostItems = 65_536;
    private const int MostHostLetters = 253;

    private readonly Dictionary<EndTerm, EndTerm[]> _single = [];

    private const int MostUserLetters = 64;

    private static readonly string[] UserPrefixes = ["user:", "group:"];

    /// <summary>Enters the address groups. Their members are addresses and hosts: a group holds no zones and no groups.</summary>
    public void Define(Setting setting)
    {
        foreach (Setting group in setting.Named()) names.Define(group, "group");
        foreach (Setting group in setting.Named())
        {
            var members = new List<EndTerm>();
            foreach ((string text, Setting item) in group.Texts())
            {
                if (Address(text, item, out bool told) is { } term) members.Add(term);
                else if (!told) item.Error($"`{text}` is not an address, a network, a range or a host name", "list such items here; name zones and other groups in the rule itself");
            }
            if (group.IsEmpty) group.Error($"group `{group.Key}` is empty", "list at least one address, network, range or host name");
            names.DefineMembers(group.Key, [.. members]);
        }
    }

    /// <summary>A rule's end, or null if a part was in error.</summary>
    public EndTerm[]? Rule(Setting setting)
    {
        var terms = new List<EndTerm>(1);
        bool sound = true, any = false;
        foreach ((string text, Setting item) in setting.Texts())
        {
            any = true;
            sound &= Add(text, item, terms);
        }
        if (setting.IsEmpty) setting.Error($"an empty `{setting.Label}` would match nothing", "remove it for any, or name something");
        if (terms.Count > MostItems) setting.Error($"more than {MostItems} addresses in one list", "use networks");
        if (!sound || !any || terms.Count > MostItems) return null;
        return terms is [{ Kind: not EndKind.Range } only] ? Shared(only) : [.. terms];
    }

    /// <summary>One array for all rules that say no more than `trusted`.</summary>
    private EndTerm[] Shared(EndTerm only)
    {
        if (!_single.TryGetValue(only, out EndTerm[]? terms)) _single.Add(only, terms = [only]);
        return terms;
    }

    private bool Add(string text, Setting item, List<EndTerm> terms)
    {
        // A name begins with a letter, so most addresses need not be looked up among the names.
        bool named = text.Length == 0 || !char.IsAsciiDigit(text[0]), told = false;
        if (named && names.FindGroup(text) is { } members)
        {
            terms.AddRange(members);
            return members.Length > 0;
        }
        EndTerm? term = (named ? Named(text, item, out told) : null) ?? (told ? null : Address(text, item, out told));
        if (term is { } found) terms.Add(found);
        else if (!told) item.Error($"there is no zone, link or group `{text}`", Spelling.Remedy(text, [.. names.Ends], "define it, or use one of"));
        return term is not null;
    }

    private EndTerm? Named(string text, Setting item, out bool told)
    {
        told = false;
        if (names.FindPort(text) is { } port) return new EndTerm(EndKind.Port, port, default);
        switch (text.ToLowerInvariant())
        {
            case "any": return new EndTerm(EndKind.Any, "any", default);
            case "internet": return new EndTerm(EndKind.Internet, "internet", default);
            case "firewall": return new EndTerm(EndKind.Port, "firewall", default);
            case "vpn-clients" when names.FindPort("vpn") is { } vpn: return new EndTerm(EndKind.Port, vpn, default);
            case "vpn-clients":
                told = true;
                item.Error("`vpn-clients` means the zone `vpn`, and there is none", "define a zone named `vpn` with the tunnel's interface");
                break;
            case "authenticated": return User("authenticated", item, out told);
            default: return UserOrGroup(text, item, out told);
        }
        return null;
    }

    private EndTerm? UserOrGroup(string text, Setting item, out bool told)
    {
        told = false;
        if (Array.Find(UserPrefixes, p => text.StartsWith(p, StringComparison.OrdinalIgnoreCase)) is not { } prefix) return null;
        string name = text[prefix.Length..];
        if (IsUserName(name)) return User(prefix + name.ToLowerInvariant(), item, out told);
        told = true;
        item.Error($"`{text}` names nobody", $"write `{prefix}NAME`, with 1 to {MostUserLetters} characters and no spaces");
        return null;
    }

    /// <summary>Whether it can name a user or a group, here or in a directory.</summary>
    public static bool IsUserName(string name) =>
        name.Length is > 0 and <= MostUserLetters && !name.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == ':');

    private EndTerm? User(string name, Setting item, out bool told)
    {
        told = !speaksOfUsers;
        if (told)
        {
            item.Error($"`{name}` means nothing here: it is about hosts, whoever uses them", "write addresses, networks, zones or groups of addresses");
            return null;
        }
        if (name != "authenticated") names.Mention(name, item.Place, besideAddresses: true);
        return new EndTerm(EndKind.User, name, default);
    }

    private EndTerm? Address(string text, Setting item, out bool told)
    {
        told = false;
        if (text.Length > 0 && (char.IsAsciiHexDigit(text[0]) || text[0] == ':') && Prefix.TryParse(text, out Prefix prefix))
        {
            // A network with host bits set is read as the network, but somebody may have meant the host.
            if (text.IndexOf('/') is > 0 and int slash && Wire.Address.TryParse(text[..slash], out Address written) && written != prefix.First) item.Warn($"`{text}` has bits set beyond its length and means {prefix}", $"write `{prefix}`, or `{written}` for the host");
            return new EndTerm(EndKind.Range, text, new AddressRange(prefix.First, prefix.Last));
        }
        int dash = text.IndexOf('-');
        if (dash > 0 && Wire.Address.TryParse(text[..dash].Trim(), out Address first) && Wire.Address.TryParse(text[(dash + 1)..].Trim(), out Address last))
        {
            if (first.IsV4 == last.IsV4 && first <= last) return new EndTerm(EndKind.Range, text, new AddressRange(first, last));
            told = true;
            item.Error($"the range `{text}` ends before it begins, or mixes families", "write the lower address first, both of one family");
            return null;
        }
        if (IsHostName(text)) return Host(item, text, ref told);
        told = text.Length > 0 && (text.Contains('/') || text.Contains(':') || char.IsAsciiDigit(text[^1])) && !char.IsAsciiLetter(text[0]);
        if (told) item.Error($"`{text}` is not an address, a network or a range", "write 10.0.0.5, 10.0.0.0/24, 10.0.0.5-10.0.0.9, or the like in IPv6");
        return null;
    }

    private EndTerm? Host(Setting item, string text, ref bool told)
    {
        int before = names.Hosts.Count;
        string name = names.AddHost(text);
        told = before >= Names.MostHosts && names.Hosts.Count > before;
        if (!told) return new EndTerm(EndKind.Host, name, default);
        item.Error($"`{text}` is one host name more than {Names.MostHosts}", "name networks where many hosts are meant");
        return null;
    }

    /// <summary>Labels of letters, digits, `-` and `_` with a dot between, the last with a letter (RFC 1123 2.1).</summary>
    public static bool IsHostName(string text)
    {
        string[] labels = text.TrimEnd('.').Split('.');
        return text.Length <= MostHostLetters && labels.Length > 1 && labels[^1].Any(char.IsAsciiLetter)
            && labels.All(l => l.Length is > 0 and <= 63 && l[0] != '-' && l[^1] != '-' && l.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
    }
}
