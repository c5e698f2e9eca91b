using Router.Configuration.Layers;
using Router.Forwarding.Rules;

namespace Router.Configuration.Reading;

/// <summary>
/// What the file defines and rules refer to. Zones, links and groups share one space of names, since a rule calls all of them by
/// their bare name; services and times have a space each. A reference to something that is not here is an error and never "any".
/// </summary>
internal sealed class Names
{
    private const int MostLetters = 32;

    private static readonly string[] Reserved =
        ["any", "internet", "firewall", "host", "vpn-clients", "authenticated", "gateway", "none", "off", "auto", DefaultRuleSettings.Name];

    private readonly Dictionary<string, Definition> _ends = new(StringComparer.OrdinalIgnoreCase);

    private sealed record Definition(string Name, string What, Place Place)
    {
        public EndTerm[]? Members { get; set; }
    }

    /// <summary>The file's own services; null for one that was in error, so that its users are not told again.</summary>
    public Dictionary<string, ServiceMatch[]?> Services { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, TimeRange> Times { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Each is asked for again and again, as long as the daemon runs.</summary>
    public const int MostHosts = 1000;

    /// <summary>Host names that were mentioned, lower case and without a dot at the end, in that order.</summary>
    public List<string> Hosts { get; } = [];

    /// <summary>The users and groups that were mentioned, each as often as that was.</summary>
    public List<UserMention> Mentions { get; } = [];

    private readonly HashSet<string> _hosts = [];

    /// <summary>Zones, links and the box itself.</summary>
    public int PortCount { get; private set; } = 1;

    public IEnumerable<string> Links => _ends.Values.Where(d => d.What == "link").Select(d => d.Name);

    public IEnumerable<string> Zones => _ends.Values.Where(d => d.What == "zone").Select(d => d.Name);

    /// <summary>What a source or destination may name.</summary>
    public IEnumerable<string> Ends => _ends.Values.Select(d => d.Name).Concat(["any", "internet", "firewall"]);

    /// <summary>Enters a zone, link or group. A fault is told; the name is entered all the same if it is free, so that rules that use it do not add to the noise.</summary>
    public void Define(Setting setting, string what, int mostLetters = MostLetters)
    {
        CheckName(setting, what, mostLetters);
        if (what != "group") PortCount++;
        if (_ends.TryGetValue(setting.Key, out Definition? other))
        {
            setting.KeyError($"{what} `{setting.Key}` has the name of a {other.What}, defined at {other.Place}", "zones, links and groups need names of their own");
            return;
        }
        _ends.Add(setting.Key, new Definition(setting.Key, what, setting.KeyPlace));
    }

    /// <summary>Says what a group stands for.</summary>
    public void DefineMembers(string group, EndTerm[] members)
    {
        if (_ends.TryGetValue(group, out Definition? definition)) definition.Members ??= members;
    }

    /// <summary>The zone or link of that name in its own spelling, or null.</summary>
    public string? FindPort(string name) => _ends.TryGetValue(name, out Definition? d) && d.What != "group" ? d.Name : null;

    public string? FindLink(string name) => _ends.TryGetValue(name, out Definition? d) && d.What == "link" ? d.Name : null;

    public bool IsGroup(string name) => _ends.TryGetValue(name, out Definition? d) && d.What == "group";

    /// <summary>A group's members; null if there is no such group. Empty for one whose members were all in error.</summary>
    public EndTerm[]? FindGroup(string name) => _ends.TryGetValue(name, out Definition? d) && d.What == "group" ? d.Members ?? [] : null;

    /// <summary>Enters a host name; gives it as it is written in <see cref="Hosts"/>.</summary>
    public string AddHost(string name)
    {
        string lower = name.TrimEnd('.').ToLowerInvariant();
        if (_hosts.Add(lower)) Hosts.Add(lower);
        return lower;
    }

    /// <summary>Notes where somebody is spoken of. There may be thousands of rules, of which the first few dozen places of a name are enough.</summary>
    /// <param name="term">`user:NAME` or `group:NAME`, in lower case.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="besideAddresses">Whether addresses could stand there too, so that a group of these may have been meant.</param>
    public void Mention(string term, Place place, bool besideAddresses = false)
    {
        if (Mentions.Count >= MostMentions) return;
        string? addresses = besideAddresses && term.StartsWith("group:", StringComparison.Ordinal)
            && _ends.TryGetValue(term["group:".Length..], out Definition? group) && group.What == "group" ? group.Name : null;
        Mentions.Add(new UserMention(term, place.File, place.Line, place.Column) { SameNamedAddresses = addresses });
    }

    private const int MostMentions = 100_000;

    /// <summary>Letters, digits, `-` and `_`, beginning with a letter: no name looks like an address, a port or a list.</summary>
    public static void CheckName(Setting setting, string what, int mostLetters = MostLetters)
    {
        string name = setting.Key;
        if (Array.Exists(Reserved, r => r.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            setting.KeyError($"`{name}` is reserved and cannot name a {what}", "choose another name");
        }
        else if (name.Length > mostLetters)
        {
            setting.KeyError($"{what} name `{name}` has {name.Length} characters", $"use at most {mostLetters}");
        }
        else if (name.Length == 0 || !char.IsAsciiLetter(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            setting.KeyError($"`{name}` cannot name a {what}", "begin with a letter and use letters, digits, `-` and `_`");
        }
    }
}
