using Router.Forwarding.Flows;
using Router.Forwarding.Identities;
using Router.Forwarding.Limits;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Wire;

namespace Router.Forwarding.Reading;

/// <summary>One rule, or one other thing that was asked, on the way to an answer.</summary>
public readonly record struct ExplanationStep(string Subject, bool Matched, string Why);

/// <summary>
/// What would become of a packet that is not sent: the same questions in the same order as <see cref="Admission.Admit"/> asks, put to
/// the same methods, and told step by step. It runs on the forwarding thread, since it looks at pins and mappings, and changes
/// neither; where balancing would place the host or the flow it names the link whose turn it is and takes no turn.
///
/// It speaks of a flow's first packet. What only a real packet can meet is not foreseen: its size and hops, a table that is full, ports
/// that are all taken, a neighbour whose MAC is not known yet.
/// </summary>
public sealed record Explanation(IReadOnlyList<ExplanationStep> Steps, DropReason Refusal, string Verdict)
{
    public bool Allowed => Refusal == DropReason.None;

    /// <summary>Index of the rule that decides; null where none is asked.</summary>
    public int? Rule { get; init; }

    /// <summary>Where it would leave; null if it would not.</summary>
    public PortId? Egress { get; init; }

    /// <summary>The same, if that is a link.</summary>
    public PortId? Link { get; init; }

    /// <summary>The addresses with which it would leave; null if it would not.</summary>
    public Address? Source { get; init; }

    public Address? Destination { get; init; }

    /// <summary>When the pin that decides was made, monotonic microseconds.</summary>
    public long? PinSince { get; init; }

    public string? PinReason { get; init; }

    internal static Explanation Of(Plan plan, FlowTable flows, Mappings mappings, Pins pins, LinkChooser chooser, Quotas quotas, Places places, in Datagram packet, PortId ingress, long now)
    {
        DropReason refused = Martians.Check(plan, packet, ingress);
        if (refused != DropReason.None) return new Explanation([], refused, $"refused before any rule: {refused}");
        FlowKey key = packet.Key(ingress);
        refused = Course.Chart(plan, mappings, key, out Course course);
        if (refused != DropReason.None) return new Explanation([], refused, $"there is no way for it: {refused}");
        bool isProbe = plan.IsProbe(key);
        Rule rule = isProbe ? Admission.Probes : plan.Policy.Rules[course.Rule];
        Explanation told = course.ToBox ? ToBox(plan, rule, course, ingress, key)
            : rule.Action != RuleAction.Allow && Gate.WouldOpen(plan, Course.Sender(key, plan), course.Target(plan, key), key, course.Rule)
                ? Closed(DropReason.LoginRequired, $"\"{rule.Name}\" refuses it, but a rule above allows it to users")
            : rule.Action == RuleAction.Deny ? new([], DropReason.RuleDenied, $"denied by \"{rule.Name}\", and the sender is told")
            : rule.Action == RuleAction.Drop ? new([], DropReason.RuleDropped, $"dropped in silence by \"{rule.Name}\"")
            : !isProbe && plan.Policy.Gate.Ask(Course.Sender(key, plan), course.Target(plan, key)) is not DropReason.None and var closed
                ? Closed(closed, $"\"{rule.Name}\" allows it")
            : Foresee(plan, quotas, course, key, now) is { } limited ? limited
            : ForeseePlace(plan, places, course, key) is { } unlicensed ? unlicensed
            : course.ToInternet ? ToInternet(plan, pins, chooser, rule, course, key)
            : Local(plan, rule, course, key);
        if (told.Allowed && !isProbe && !course.ToBox && (plan.IsSpent(ingress) || (told.Egress is { } way && plan.IsSpent(way))))
        {
            told = new Explanation([], DropReason.VolumeSpent, "refused: the link's volume of this month is used up, and it is to carry nothing then");
        }
        if (told is { Allowed: true, Source: { } seen } && key.Protocol == Protocol.Ah && (seen != key.Source || told.Destination != key.Destination))
        {
            told = new Explanation([], DropReason.Untranslatable, "refused: AH signs the addresses, and one of them would be translated");
        }
        if (!course.ToBox && IsTaken(flows, told, key))
        {
            told = new Explanation([], DropReason.MappingCollision, $"refused: another host has a flow of protocol {key.Protocol} with {told.Destination} as {told.Source}, and the answers could not be told apart");
        }
        if (isProbe) return told with { Steps = [new ExplanationStep("(probe)", true, "the daemon's own probes pass whatever the rules say")] };
        return told with { Rule = course.Rule, Steps = Walked(plan, course, key) };
    }

    // What whoever sits there has to do first.
    private static Explanation Closed(DropReason closed, string rule) => new([], closed, closed == DropReason.WelcomeRequired
        ? $"refused: {rule}, once a guest there has taken a pass on the welcome page" : $"refused: {rule}, and nobody is logged in there");

    // Whose flow it would be, as in admission: the local host's that begins it, or that it is for.
    private static Explanation? Foresee(Plan plan, Quotas quotas, in Course course, in FlowKey key, long now)
    {
        bool begins = !plan.IsLink(key.Ingress);
        Address host = begins ? key.Source : course.Destination;
        DropReason refused = quotas.Foresee(plan, host, begins ? key.Ingress : course.Egress, begins, now);
        return refused switch
        {
            DropReason.None => null,
            DropReason.HostFlows => new Explanation([], refused, $"refused now: {host} has as many live flows as it may (limits.flows)"),
            DropReason.HostRate => new Explanation([], refused, $"refused now: {host} began as many flows in a minute as it may (limits.new_flows)"),
            _ => new Explanation([], refused, $"refused now: the table of flows is nearly full, and {host} has more of them than there are free entries (tables.flows)"),
        };
    }

    private static Explanation? ForeseePlace(Plan plan, Places places, in Course course, in FlowKey key)
    {
        Address host = plan.IsLink(key.Ingress) ? course.Destination : key.Source;
        return places.Foresee(plan, key.Ingress, course.ToInternet ? Admission.AnyLink(plan) : course.Egress, host) switch
        {
            DropReason.None => null,
            DropReason.LicenceEnded => new Explanation([], DropReason.LicenceEnded, "refused now: the licence is over (routerctl license show)"),
            _ => new Explanation([], DropReason.LicenceFull, $"refused now: {host} has no place of the licence, and all are taken (routerctl license)"),
        };
    }

    // Protocols without ports have one flow between two addresses.
    private static bool IsTaken(FlowTable flows, Explanation told, in FlowKey key) =>
        told is { Egress: { } egress, Source: { } source, Destination: { } destination }
        && !Protocol.HasPorts(key.Protocol) && key.Protocol is not (Protocol.Icmp or Protocol.Icmp6)
        && flows.Find(new FlowKey(destination, source, 0, 0, key.Protocol, egress), out _).Exists;

    // Every rule down to the one that decides.
    private static List<ExplanationStep> Walked(Plan plan, in Course course, in FlowKey key)
    {
        Rule[] rules = plan.Policy.Rules;
        Endpoint sender = Course.Sender(key, plan), target = course.Target(plan, key);
        var steps = new List<ExplanationStep>();
        for (int index = 0; index < course.Rule; index++)
        {
            string why = RuleList.WhyNot(rules[index], sender, target, key.Protocol, key.DestinationPort) ?? "its answer is for another way than this";
            steps.Add(new ExplanationStep(rules[index].Name, false, why));
        }
        bool isOwn = course.Rule == rules.Length - 1 || RuleList.WhyNot(rules[course.Rule], sender, target, key.Protocol, key.DestinationPort) is null;
        string match = course.Rule == rules.Length - 1 ? "no rule above matched"
            : isOwn ? "source, destination and service match"
            : plan.IsLink(key.Ingress) ? "it has opened the port that this goes to" : "what it maps for outsiders is mapped for insiders too";
        steps.Add(new ExplanationStep(rules[course.Rule].Name, true, match));
        return steps;
    }

    private static Explanation ToBox(Plan plan, Rule rule, in Course course, PortId ingress, in FlowKey key)
    {
        if (!Course.MayTalkToBox(plan, rule, course.Rule, ingress))
        {
            return rule.Action == RuleAction.Deny ? new Explanation([], DropReason.RuleDenied, $"denied by \"{rule.Name}\", and the sender is told")
                : new Explanation([], DropReason.RuleDropped, $"dropped in silence by \"{rule.Name}\"");
        }
        string by = rule.Action == RuleAction.Allow ? $"allowed by \"{rule.Name}\"" : "no rule speaks of it, and this zone may talk to the box";
        return new Explanation([], DropReason.None, $"{by}; it is for the box itself") { Egress = ingress, Source = key.Source, Destination = key.Destination };
    }

    private static Explanation Local(Plan plan, Rule rule, in Course course, in FlowKey key)
    {
        SourceTranslation source = SourceTranslation.Of(plan, rule, course, course.Egress, key.Source, key.Destination);
        if (source.Fault != DropReason.None) return Unseen(plan, source.Fault, course.HairpinLink, key.Source);
        string seen = source.Outside != key.Source ? $", as {source.Outside}" : "";
        string where = course.Egress == PortId.Host ? "to the box itself" : $"to {course.Destination}";
        return new Explanation([], DropReason.None, $"allowed by \"{rule.Name}\", {where}{seen}")
        {
            Egress = course.Egress, Source = source.Outside, Destination = course.Destination,
        };
    }

    // There is a way, and no address to take it by.
    private static Explanation Unseen(Plan plan, DropReason fault, PortId link, Address sender)
    {
        string name = plan.LinkPolicy(link)?.Name ?? link.ToString();
        return new Explanation([], fault, fault == DropReason.NoOutsideAddress ? $"refused: {name} has no address to leave by"
            : plan.LinkPolicy(link)?.Prefixes is { } prefixes ? $"refused: {name} translates {prefixes.Inside} to {prefixes.Outside}, and {sender} has no counterpart there"
            : $"refused: {sender} has no counterpart in the prefix of any usable link");
    }

    private static Explanation ToInternet(Plan plan, Pins pins, LinkChooser chooser, Rule rule, in Course course, in FlowKey key)
    {
        ulong bound = LinkChooser.BoundTo(plan, rule, key.Ingress, key.Source, course.Destination);
        var choice = new LinkChoice(new PortId((byte)ulong.TrailingZeroCount(bound)), -1, bound == 0 ? LinkCause.None : LinkChooser.BoundCause(plan, key.Source, bound));
        if (bound == 0 && chooser.Foresee(plan, rule, key.Source, course.Destination, out choice) is not DropReason.None and var refused)
        {
            if (refused == DropReason.SourceUnmapped) return Unseen(plan, refused, rule.Links.Length > 0 ? rule.Links[0] : default, key.Source);
            bool isNamed = rule.Links.Length > 0 && !rule.Fallback;
            return new Explanation([], refused, isNamed ? $"refused: no link that \"{rule.Name}\" names is usable, and it has no fallback" : "refused: no link is usable");
        }
        string name = plan.LinkPolicy(choice.Link)?.Name ?? choice.Link.ToString();
        SourceTranslation source = SourceTranslation.Of(plan, rule, course, choice.Link, key.Source, key.Destination);
        if (source.Fault != DropReason.None) return Unseen(plan, source.Fault, choice.Link, key.Source);
        Pin? pin = choice.Cause.PinReason() is not null ? pins[choice.Pin] : null;
        return new Explanation([], DropReason.None, $"allowed by \"{rule.Name}\", leaves by {name} as {source.Outside}: {Because(choice.Cause)}")
        {
            Egress = choice.Link, Link = choice.Link, Source = source.Outside, Destination = course.Destination,
            PinSince = pin?.Since, PinReason = pin?.Reason.ToString(),
        };
    }

    /// <summary>Why a flow would use its link, or does, in words.</summary>
    public static string Because(LinkCause cause) => cause switch
    {
        LinkCause.None => "there is no other way",
        LinkCause.BoundAddress => "the sender is bound to that link's address",
        LinkCause.OwnNetwork => "the destination is on that link's own network",
        LinkCause.Rule => "the rule names it",
        LinkCause.Order => "it is the first usable link in order",
        LinkCause.HostByWeight => "balancing places the host there, by weight",
        LinkCause.FlowByWeight => "balancing places each connection by itself, by weight",
        LinkCause.PinnedAsPlaced or LinkCause.PinnedAsLinkDown or LinkCause.PinnedAsMoved or LinkCause.PinnedAsRestored or LinkCause.PinnedAsDegraded => "the host is pinned to it",
        LinkCause.SiteByWeight => "balancing places the host there for this site, by weight",
        LinkCause.SitePinnedAsPlaced or LinkCause.SitePinnedAsLinkDown or LinkCause.SitePinnedAsMoved or LinkCause.SitePinnedAsRestored or LinkCause.SitePinnedAsDegraded
            => "the host is pinned to it for this site",
    };
}
