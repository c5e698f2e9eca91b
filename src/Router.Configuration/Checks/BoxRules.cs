using Router.Configuration.Reading;
using Router.Forwarding.Rules;

namespace Router.Configuration.Checks;

/// <summary>
/// What rules say of the way from local zones to the box itself, and whether they leave the administrator a way in. A rule has a say there
/// only if its destination names `firewall`; where none has, zones may and guests may not. The control socket is a file, and no rule
/// stands before it: SSH is what an administrator at another machine needs.
/// </summary>
internal static class BoxRules
{
    private const byte Tcp = 6;
    private const ushort Ssh = 22;

    /// <summary>The first rule that decides for all hosts of a zone, whoever uses them; -1 if none does.</summary>
    public static int FindFirst(List<RuleReader.Read> rules, string zone, byte protocol, ushort port) => rules.FindIndex(rule =>
        SpeaksOfBox(rule.Rule, protocol, port) && rule.Rule.Time is null
        && Array.Exists(rule.Rule.Source, term => term.Kind == EndKind.Any || (term.Kind == EndKind.Port && term.Name == zone)));

    /// <summary>Warns if no local zone is let in by SSH and nobody else is either.</summary>
    public static void CheckAdministration(List<RuleReader.Read> rules, Settings settings)
    {
        string[] zones = [.. settings.Zones.Where(zone => zone.Name != "guest" && zone.Welcome is null).Select(zone => zone.Name)];
        int[] first = Array.ConvertAll(zones, zone => FindFirst(rules, zone, Tcp, Ssh));
        bool isShut = zones.Length > 0 && Array.TrueForAll(first, rule => rule >= 0 && rules[rule].Rule.Action != RuleAction.Allow);
        // A single host, a user or somebody outside that may come in is enough.
        if (!isShut || rules.Exists(rule => rule.Rule.Action == RuleAction.Allow && SpeaksOfBox(rule.Rule, Tcp, Ssh))) return;
        string name = rules[first[0]].Rule.Name;
        rules[first[0]].Setting.At("name").Warn($"nobody reaches the box by SSH any more: rule `{name}` refuses it to `{zones[0]}`, and no rule allows it to anybody",
            $"put a rule above it: `source: [{zones[0]}], destination: [firewall], service: [ssh], action: allow`, or keep a screen and keyboard at the box");
    }

    private static bool SpeaksOfBox(RuleSettings rule, byte protocol, ushort port) =>
        rule.Enabled && rule.ForwardTo is null
        && Array.Exists(rule.Destination, term => term is { Kind: EndKind.Port, Name: "firewall" })
        && (rule.Services.Length == 0 || Array.Exists(rule.Services, service => service.Matches(protocol, port)));
}
