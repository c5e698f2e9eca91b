using Router.Configuration.Layers;
using Router.Configuration.Reading;
using Router.Forwarding.Rules;

namespace Router.Configuration.Checks;

/// <summary>
/// Rules that keep people from logging in where the configuration asks them to: who may not reach the login page on the box, or the name
/// server that leads there, never gets to be a user, and the rules for users are for nobody. Asked for each zone is the first rule that
/// speaks of the box and of hosts of that zone, whoever uses them; a rule for users only does not count, as nobody is logged in yet.
/// </summary>
internal static class LoginChecks
{
    private const byte Tcp = 6, Udp = 17;

    private static readonly (byte Protocol, ushort Port, string What)[] s_needed =
        [(Tcp, 4080, "the login page (tcp/4080)"), (Tcp, 4081, "the login page (tcp/4081)"), (Udp, 53, "the box's name server (udp/53)")];

    public static void Check(List<RuleReader.Read> rules, IReadOnlyList<ZoneSettings> zones, UserSettings users)
    {
        bool isAsked = users.LoginZones.Count > 0 || rules.Exists(rule => rule.Rule.Source.Any(term => term.Kind == EndKind.User));
        if (!isAsked) return;
        var told = new HashSet<string>();
        foreach (ZoneSettings zone in zones.Where(zone => users.LoginZones.Count == 0 || users.LoginZones.Contains(zone.Name)))
        {
            foreach ((byte protocol, ushort port, string what) in s_needed)
            {
                int first = rules.FindIndex(rule => Decides(rule.Rule, zone.Name, protocol, port));
                if (first < 0 || rules[first].Rule.Action == RuleAction.Allow || !told.Add(rules[first].Rule.Name)) continue;
                Setting at = rules[first].Setting.At("name");
                at.Warn($"rule `{rules[first].Rule.Name}` keeps hosts of `{zone.Name}` from {what}, so that nobody can log in there",
                    $"put a rule above it: `source: [{zone.Name}], destination: [firewall], service: [{(protocol == Tcp ? "tcp" : "udp")}/{port}], action: allow`");
            }
        }
    }

    private static bool Decides(RuleSettings rule, string zone, byte protocol, ushort port) =>
        rule.Enabled && rule.Time is null && rule.ForwardTo is null
        && Array.Exists(rule.Destination, term => term is { Kind: EndKind.Port, Name: "firewall" })
        && Array.Exists(rule.Source, term => term.Kind == EndKind.Any || (term.Kind == EndKind.Port && term.Name == zone))
        && (rule.Services.Length == 0 || Array.Exists(rule.Services, service => service.Matches(protocol, port)));
}
