using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Forwarding.Links;

/// <summary>
/// Which link a new flow leaves by. In this order: the link whose own address the sender is bound to; the links that the rule
/// names, first usable first; else what the mode says. `single` knows one link, `failover` takes the first usable of its order,
/// `balance` keeps a pinned host where it is and places others by weight. Links that are up go before degraded ones.
///
/// Untranslated IPv6 is not balanced: its source address belongs to one provider, so it goes by the first usable link in order.
/// </summary>
internal sealed class LinkChooser(Pins pins)
{
    private readonly Balance _hosts = new();
    private readonly Balance _connections = new();

    /// <summary>Chooses, and books it: a placement is one turn of balancing, and pins its host.</summary>
    /// <param name="plan">Links as they are now.</param>
    /// <param name="rule">The rule that allows the flow.</param>
    /// <param name="host">Whose flow it is.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="choice">The answer, unless it is refused.</param>
    public DropReason Choose(Plan plan, Rule rule, Address host, long now, out LinkChoice choice)
    {
        DropReason reason = Foresee(plan, rule, host, out choice);
        if (reason != DropReason.None) return reason;
        ulong able = plan.Able(v4: true), best = Best(plan, able);
        if (choice.Cause == LinkCause.FlowByWeight) Place(_connections, plan, best, able);
        if (choice.Cause != LinkCause.HostByWeight) return DropReason.None;
        Place(_hosts, plan, best, able);
        if (choice.Pin >= 0) pins.Move(choice.Pin, choice.Link, PinReason.LinkDown, now);
        else choice.Pin = pins.Place(host, choice.Link, PinReason.Placed, now);
        return DropReason.None;
    }

    /// <summary>What <see cref="Choose"/> would answer now; nothing is placed and no turn is taken.</summary>
    /// <param name="plan">Links as they are now.</param>
    /// <param name="rule">The rule that allows the flow.</param>
    /// <param name="host">Whose flow it is.</param>
    /// <param name="choice">The answer, unless it is refused.</param>
    public DropReason Foresee(Plan plan, Rule rule, Address host, out LinkChoice choice)
    {
        choice = new LinkChoice(default, -1, LinkCause.None);
        ulong able = plan.Able(host.IsV4);
        if (rule.Links.Length > 0)
        {
            if (TryFirst(rule.Links, able & plan.HealthyLinks, LinkCause.Rule, out choice) || TryFirst(rule.Links, able, LinkCause.Rule, out choice)) return DropReason.None;
            if (!rule.Fallback) return DropReason.NoUsableLink;
        }
        PortId[] order = plan.Policy.Order;
        return plan.Policy.Mode switch
        {
            InternetMode.Single => First(order.AsSpan(0, Math.Min(1, order.Length)), able, out choice),
            InternetMode.Balance when host.IsV4 => Balanced(plan, rule, host, able, out choice),
            InternetMode.Balance or InternetMode.Failover => First(order, Best(plan, able), out choice),
            _ => throw new InvalidOperationException($"unknown mode {plan.Policy.Mode}"),
        };
    }

    /// <summary>The bit of the link that no other will do for, or 0: the sender is bound to its address, or the receiver is on its own network.</summary>
    public static ulong BoundTo(Plan plan, Rule rule, PortId ingress, Address source, Address destination)
    {
        ulong bound = ingress == PortId.Host ? plan.Own(source) & plan.LinkPorts : 0;
        return bound == 0 && rule.Links.Length == 0 ? plan.OnLink(destination) : bound;
    }

    /// <summary>Why no other link than the bound one will do.</summary>
    public static LinkCause BoundCause(Plan plan, Address source, ulong bound) =>
        (plan.Own(source) & bound) != 0 ? LinkCause.BoundAddress : LinkCause.OwnNetwork;

    private DropReason Balanced(Plan plan, Rule rule, Address host, ulong able, out LinkChoice choice)
    {
        int pin = rule.Pin == PinMode.Host ? pins.Find(host) : -1;
        if (pin >= 0 && (able & pins[pin].Link.Bit) != 0)
        {
            choice = new LinkChoice(pins[pin].Link, pin, LinkCauses.Pinned(pins[pin].Reason));
            return DropReason.None;
        }
        (Balance balance, LinkCause cause) = rule.Pin == PinMode.Host ? (_hosts, LinkCause.HostByWeight) : (_connections, LinkCause.FlowByWeight);
        // The best may all be reserved (weight 0); then it is one of the others that are able.
        PortId? next = balance.Next(plan.Policy.Links, Best(plan, able)) ?? balance.Next(plan.Policy.Links, able);
        choice = new LinkChoice(next.GetValueOrDefault(), pin, cause);
        return next.HasValue ? DropReason.None : DropReason.NoUsableLink;
    }

    private static void Place(Balance balance, Plan plan, ulong best, ulong able)
    {
        if (balance.Choose(plan.Policy.Links, best) is null) balance.Choose(plan.Policy.Links, able);
    }

    private static ulong Best(Plan plan, ulong able) =>
        (able & plan.HealthyLinks & plan.OrderedLinks) != 0 ? able & plan.HealthyLinks : able;

    private static DropReason First(ReadOnlySpan<PortId> order, ulong candidates, out LinkChoice choice) =>
        TryFirst(order, candidates, LinkCause.Order, out choice) ? DropReason.None : DropReason.NoUsableLink;

    private static bool TryFirst(ReadOnlySpan<PortId> order, ulong candidates, LinkCause cause, out LinkChoice choice)
    {
        foreach (PortId id in order)
        {
            choice = new LinkChoice(id, -1, cause);
            if ((candidates & id.Bit) != 0) return true;
        }
        choice = new LinkChoice(default, -1, LinkCause.None);
        return false;
    }
}
