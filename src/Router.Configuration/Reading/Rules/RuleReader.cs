using Router.Configuration.Layers;
using Router.Configuration.Reference;
using Router.Forwarding.Rules;

namespace Router.Configuration.Reading;

/// <summary>
/// Reads `rules` and `default_rule`. A rule with any fault is left out of the result: the load fails anyway, and half a rule could
/// match more than the whole one.
/// </summary>
internal sealed class RuleReader(Names names, PinMode commonPin, ErrorList errors)
{
    /// <summary>Enough for a journal's field.</summary>
    private const int MostNameLetters = 100;

    /// <summary>A flow keeps its rule's number in 16 bits, and the default rule has one too.</summary>
    public const int MostRules = 65_534;

    private static readonly KeySet Keys = new(RuleParts.Rule, "url", "users", "limit");

    private static readonly KeySet DefaultKeys = new(RuleParts.DefaultRule);

    private readonly EndReader _ends = new(names);
    private readonly TransportPortReader _services = new(names);
    private readonly Dictionary<string, Place> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A rule, and what only the checks need to know: where it stands and what it says in so many words.</summary>
    public readonly record struct Read(RuleSettings Rule, Setting Setting, bool SaysFallback);

    public List<Read> Rules(Setting setting)
    {
        var rules = new List<Read>();
        int count = 0;
        foreach (Setting item in setting.Items())
        {
            if (++count > MostRules)
            {
                item.Error($"more than {MostRules} rules", "join rules by lists of sources, destinations and services, or by groups");
                break;
            }
            if (Rule(item) is { } rule) rules.Add(rule);
        }
        return rules;
    }

    public static DefaultRuleSettings Default(Setting setting)
    {
        var rule = new DefaultRuleSettings(RuleAction.Drop, RuleLog.None);
        foreach ((string name, Setting value) in setting.Fields(DefaultKeys))
        {
            if (name == "log")
            {
                rule = rule with { Log = RuleFields.Log(value) ?? RuleLog.None };
            }
            else if (RuleFields.Action(value) is { } action)
            {
                if (action == RuleAction.Allow) value.Error("the default rule cannot allow", "write `deny` or `drop`, and a rule of its own for what may pass");
                rule = rule with { Action = action };
            }
        }
        return rule;
    }

    private Read? Rule(Setting item)
    {
        int before = errors.Count;
        var rule = new RuleSettings { Pin = commonPin };
        bool named = false, action = false, fallback = false;
        foreach ((string name, Setting value) in item.Fields(Keys))
        {
            Fill(rule, name, value);
            named |= name == "name";
            action |= name == "action";
            fallback |= name == "fallback";
        }
        if (!named) item.Error("a rule has no name", "write `name: ...`; counters and logs go by it");
        if (!action) item.Error($"rule `{rule.Name}` has no action", "write `action: allow`, `deny` or `drop`");
        return errors.Count == before ? new Read(rule, item, fallback) : null;
    }

    private void Fill(RuleSettings rule, string key, Setting value)
    {
        switch (key)
        {
            case "name": rule.Name = Name(value); break;
            case "enabled": rule.Enabled = value.Flag() ?? true; break;
            case "source": rule.Source = _ends.Rule(value) ?? rule.Source; break;
            case "destination": rule.Destination = _ends.Rule(value) ?? rule.Destination; break;
            case "service": rule.Services = _services.Rule(value) ?? rule.Services; break;
            case "family": rule.Family = RuleFields.Family(value) ?? rule.Family; break;
            case "action": rule.Action = RuleFields.Action(value) ?? rule.Action; break;
            case "log": rule.Log = RuleFields.Log(value) ?? rule.Log; break;
            case "dscp": rule.Dscp = RuleFields.Dscp(value) ?? rule.Dscp; break;
            case "time": rule.Time = Time(value); break;
            case "link": rule.Links = Links(value); break;
            case "fallback": rule.Fallback = value.Flag() ?? false; break;
            case "pin": rule.Pin = RuleFields.Pin(value) ?? rule.Pin; break;
            case "nat": RuleFields.Nat(value, rule); break;
            case "forward_to": rule.ForwardTo = RuleFields.ForwardTo(value); break;
            case "helpers": rule.Gateways = RuleFields.Gateways(value) ?? rule.Gateways; break;
            case "on_link_down": rule.OnLinkDown = RuleFields.Plans(value, FlowPlans.DownDefault); break;
            case "on_link_degrade": rule.OnLinkDegrade = RuleFields.Plans(value, FlowPlans.DegradeDefault); break;
            case "on_link_return": rule.OnLinkReturn = RuleFields.Plans(value, FlowPlans.ReturnDefault); break;
        }
    }

    private string Name(Setting value)
    {
        if (value.Text() is not { } name) return "";
        if (name.Trim().Length == 0 || name.Length > MostNameLetters || name.Any(char.IsControl))
        {
            value.Error("this cannot name a rule", $"use 1 to {MostNameLetters} visible characters");
        }
        else if (name.Equals(DefaultRuleSettings.Name, StringComparison.OrdinalIgnoreCase))
        {
            value.Error($"`{name}` is the name of the last rule", "choose another name");
        }
        else if (!_names.TryAdd(name, value.Place))
        {
            value.Error($"a rule named `{name}` stands at {_names[name]} already", "give each rule a name of its own; counters and logs go by it");
        }
        return name;
    }

    private TimeRange? Time(Setting value)
    {
        if (value.Text() is not { } text) return null;
        if (names.Times.TryGetValue(text, out TimeRange? time)) return time;
        value.Error($"there is no time `{text}`", Spelling.Remedy(text, names.Times.Keys, "define it under `times`, or use one of"));
        return null;
    }

    private string[] Links(Setting value)
    {
        var links = new List<string>();
        foreach ((string text, Setting item) in value.Texts())
        {
            if (names.FindLink(text) is not { } link) item.Error($"there is no link `{text}`", Spelling.Remedy(text, [.. names.Links], "use one of"));
            else if (links.Contains(link)) item.Error($"link `{link}` is named twice", "name each link once");
            else links.Add(link);
        }
        if (value.IsEmpty) value.Error("an empty `link` names no link", "remove it, or name a link");
        return [.. links];
    }
}
