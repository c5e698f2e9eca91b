using Router.Configuration.Layers;
using Router.Configuration.Reading;
using Router.Forwarding.Rules;

namespace Router.Configuration.Checks;

/// <summary>
/// What keeps people from logging in where the configuration asks them to: no login page, or a name server on the box that is closed to
/// them, without which no browser comes as far as the page. The page itself cannot be closed by a rule, as its ports are open to local
/// hosts before any rule is asked. A rule for users only does not help here: nobody is logged in yet.
/// </summary>
internal static class LoginChecks
{
    private const byte Udp = 17;
    private const ushort Dns = 53;

    public static void Check(List<RuleReader.Read> rules, Settings settings, Setting portal)
    {
        UserSettings users = settings.Users;
        bool isAsked = users.LoginZones.Count > 0 || rules.Exists(rule => rule.Rule.Enabled && rule.Rule.Source.Any(term => term.Kind == EndKind.User));
        if (!isAsked) return;
        if (!settings.Portal.Enabled)
        {
            portal.At("enabled").Warn("rules or `require_login` ask for users, and without the portal nobody can log in by web: what is for users is for nobody but those of `users.automatic`",
                "write `enabled: true`");
        }
        var told = new HashSet<string>();
        foreach (ZoneSettings zone in settings.Zones.Where(zone => users.LoginZones.Count == 0 || users.LoginZones.Contains(zone.Name)))
        {
            int first = BoxRules.FindFirst(rules, zone.Name, Udp, Dns);
            if (first < 0 || rules[first].Rule.Action == RuleAction.Allow || !told.Add(rules[first].Rule.Name)) continue;
            rules[first].Setting.At("name").Warn(
                $"rule `{rules[first].Rule.Name}` keeps hosts of `{zone.Name}` from the box's name server (udp/53): without names no browser gets to the login page, so nobody can log in there",
                $"put a rule above it: `source: [{zone.Name}], destination: [firewall], service: [dns], action: allow`");
        }
    }
}
