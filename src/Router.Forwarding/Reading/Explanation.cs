using Router.Forwarding.Flows;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Wire;

namespace Router.Forwarding.Reading;

/// <summary>One rule, or one other thing that was asked, on the way to an answer.</summary>
public readonly record struct ExplanationStep(string Subject, bool Matched, string Why);

/// <summary>
/// What would become of a packet that is not sent: the same course and the same rules as for a real one, told step by step. It
/// runs on the forwarding thread, since it looks at pins and mappings, and changes neither. Where balancing would place a new host
/// it says so and names no link: asking must not take a turn.
/// </summary>
public sealed record Explanation(IReadOnlyList<ExplanationStep> Steps, bool Allowed, string Verdict)
{
    public PortId? Link { get; init; }

    public Address? Source { get; init; }

    /// <summary>When the pin that decides was made, monotonic microseconds.</summary>
    public long? PinSince { get; init; }

    public string? PinReason { get; init; }

    internal static Explanation Of(Plan plan, Mappings mappings, Pins pins, in Datagram packet, PortId ingress)
    {
        DropReason refused = Martians.Check(plan, packet, ingress);
        if (refused != DropReason.None) return No($"refused before any rule: {refused}");
        FlowKey key = packet.Key(ingress);
        refused = Course.Chart(plan, mappings, key, out Course course);
        if (refused != DropReason.None) return No($"there is no way for it: {refused}");
        Rule[] rules = plan.Policy.Rules;
        var steps = new List<ExplanationStep>();
        for (int index = 0; index < course.Rule; index++)
        {
            string why = RuleList.WhyNot(rules[index], Sender(plan, key), Target(plan, course, key), key.Protocol, key.DestinationPort)
                ?? "its answer is for another way than this";
            steps.Add(new ExplanationStep(rules[index].Name, false, why));
        }
        Rule rule = rules[course.Rule];
        steps.Add(new ExplanationStep(rule.Name, true, course.Rule == rules.Length - 1 ? "no rule above matched" : "source, destination and service match"));
        if (course.ToBox) return new Explanation(steps, true, "it is for the box itself, which answers as its input rules say");
        if (rule.Action == RuleAction.Deny) return new Explanation(steps, false, $"denied by \"{rule.Name}\", and the sender is told");
        if (rule.Action == RuleAction.Drop) return new Explanation(steps, false, $"dropped in silence by \"{rule.Name}\"");
        if (!course.ToInternet) return new Explanation(steps, true, $"allowed by \"{rule.Name}\", to {course.Destination}");
        return Place(plan, pins, rule, key, steps);
    }

    private static Explanation Place(Plan plan, Pins pins, Rule rule, in FlowKey key, List<ExplanationStep> steps)
    {
        bool v4 = key.Source.IsV4;
        ulong able = plan.Able(v4);
        PortId? link = null;
        string why = "";
        Pin? pin = null;
        if (key.Ingress == PortId.Host && (plan.Own(key.Source) & plan.LinkPorts) is > 0 and ulong bound)
        {
            (link, why) = (new PortId((byte)ulong.TrailingZeroCount(bound)), "the sender is bound to that link's address");
        }
        else if (First(rule.Links, able) is { } named)
        {
            (link, why) = (named, "the rule names it");
        }
        else if (rule.Links.Length > 0 && !rule.Fallback)
        {
            return new Explanation(steps, false, $"refused: no link that \"{rule.Name}\" names is usable, and it has no fallback");
        }
        else if (plan.Policy.Mode != InternetMode.Balance || !v4)
        {
            (link, why) = (First(plan.Policy.Order, able), "it is the first usable link in order");
        }
        else if (rule.Pin == PinMode.Host && pins.Find(key.Source) is >= 0 and int found && (able & pins[found].Link.Bit) != 0)
        {
            pin = pins[found];
            (link, why) = (pins[found].Link, "the host is pinned to it");
        }
        if (link is null && (able == 0 || plan.Policy.Mode != InternetMode.Balance)) return new Explanation(steps, false, "refused: no link is usable");
        if (link is not { } chosen) return new Explanation(steps, true, $"allowed by \"{rule.Name}\"; a link will be chosen by weight");
        Address source = v4 && rule.Nat != SourceNat.Off ? rule.Nat == SourceNat.Fixed ? rule.NatAddress : plan.Link(chosen)?.Outside(v4) ?? default : key.Source;
        string name = plan.LinkPolicy(chosen)?.Name ?? chosen.ToString();
        return new Explanation(steps, true, $"allowed by \"{rule.Name}\", leaves by {name} as {source}: {why}")
        {
            Link = chosen, Source = source, PinSince = pin?.Since, PinReason = pin?.Reason.ToString(),
        };
    }

    private static PortId? First(PortId[] order, ulong able)
    {
        foreach (PortId id in order)
        {
            if ((able & id.Bit) != 0) return id;
        }
        return null;
    }

    private static Endpoint Sender(Plan plan, in FlowKey key) =>
        new(plan.IsLink(key.Ingress) ? key.Ingress.Bit | PortId.InternetBit : key.Ingress.Bit, key.Source);

    private static Endpoint Target(Plan plan, in Course course, in FlowKey key)
    {
        ulong own = plan.Own(key.Destination);
        return new Endpoint(own != 0 ? own : course.ToInternet ? PortId.InternetBit : course.Egress.Bit, key.Destination);
    }

    private static Explanation No(string verdict) => new([], false, verdict);
}
