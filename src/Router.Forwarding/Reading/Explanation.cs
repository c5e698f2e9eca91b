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
        string why;
        Pin? pin = null;
        ulong bound = Admission.BoundTo(plan, rule, key.Ingress, key.Source, key.Destination);
        PortId chosen = new((byte)ulong.TrailingZeroCount(bound));
        bool isOpen = false;
        if (bound != 0)
        {
            why = (plan.Own(key.Source) & bound) != 0 ? "the sender is bound to that link's address" : "the destination is on that link's own network";
        }
        else if (LinkChooser.Decide(plan, rule, v4, out chosen, out isOpen) != DropReason.None)
        {
            bool isNamed = rule.Links.Length > 0 && !rule.Fallback;
            return Refused(steps, isNamed ? $"no link that \"{rule.Name}\" names is usable, and it has no fallback" : "no link is usable");
        }
        else if (!isOpen)
        {
            why = rule.Links.Contains(chosen) ? "the rule names it" : "it is the first usable link in order";
        }
        else if (rule.Pin == PinMode.Host && pins.Find(key.Source) is >= 0 and int found && (plan.Able(v4) & pins[found].Link.Bit) != 0)
        {
            pin = pins[found];
            (chosen, why) = (pins[found].Link, "the host is pinned to it");
        }
        else
        {
            return plan.Policy.Links.Any(link => link.Weight > 0 && (plan.Able(v4) & link.Id.Bit) != 0)
                ? new Explanation(steps, true, $"allowed by \"{rule.Name}\"; a link will be chosen by weight")
                : Refused(steps, "no link is usable");
        }
        Address source = v4 && rule.Nat != SourceNat.Off ? rule.Nat == SourceNat.Fixed ? rule.NatAddress : plan.Link(chosen)?.Outside(v4) ?? default : key.Source;
        string name = plan.LinkPolicy(chosen)?.Name ?? chosen.ToString();
        return new Explanation(steps, true, $"allowed by \"{rule.Name}\", leaves by {name} as {source}: {why}")
        {
            Link = chosen, Source = source, PinSince = pin?.Since, PinReason = pin?.Reason.ToString(),
        };
    }

    private static Endpoint Sender(Plan plan, in FlowKey key) =>
        new(plan.IsLink(key.Ingress) ? key.Ingress.Bit | PortId.InternetBit : key.Ingress.Bit, key.Source);

    private static Endpoint Target(Plan plan, in Course course, in FlowKey key)
    {
        ulong own = plan.Own(key.Destination);
        return new Endpoint(own != 0 ? own : course.ToInternet ? PortId.InternetBit : course.Egress.Bit, key.Destination);
    }

    private static Explanation Refused(List<ExplanationStep> steps, string why) => new(steps, false, $"refused: {why}");

    private static Explanation No(string verdict) => new([], false, verdict);
}
