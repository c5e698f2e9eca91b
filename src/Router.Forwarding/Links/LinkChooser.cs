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

    /// <param name="plan">Links as they are now.</param>
    /// <param name="rule">The rule that allows the flow.</param>
    /// <param name="host">Whose flow it is.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="link">The answer.</param>
    /// <param name="pin">The host's pin, or -1 if the flow is not pinned.</param>
    public DropReason Choose(Plan plan, Rule rule, Address host, long now, out PortId link, out int pin)
    {
        pin = -1;
        DropReason reason = Decide(plan, rule, host.IsV4, out link, out bool isOpen);
        if (!isOpen) return reason;
        ulong able = plan.Able(v4: true), best = Best(plan, able);
        if (rule.Pin == PinMode.Host) return ChooseByHost(plan, host, able, best, now, out link, out pin);
        return TryPlace(_connections, plan, best, able, out link) ? DropReason.None : DropReason.NoUsableLink;
    }

    /// <summary>What rule and mode decide before anything is placed.</summary>
    /// <param name="plan">Links as they are now.</param>
    /// <param name="rule">The rule that allows the flow.</param>
    /// <param name="v4">The flow's family.</param>
    /// <param name="link">The answer, unless it is refused or left open.</param>
    /// <param name="isOpen">It is left to balancing.</param>
    public static DropReason Decide(Plan plan, Rule rule, bool v4, out PortId link, out bool isOpen)
    {
        isOpen = false;
        ulong able = plan.Able(v4);
        if (rule.Links.Length > 0)
        {
            if (TryFirst(rule.Links, able & plan.HealthyLinks, out link) || TryFirst(rule.Links, able, out link)) return DropReason.None;
            if (!rule.Fallback) return DropReason.NoUsableLink;
        }
        PortId[] order = plan.Policy.Order;
        switch (plan.Policy.Mode)
        {
            case InternetMode.Single:
                return TryFirst(order.AsSpan(0, Math.Min(1, order.Length)), able, out link) ? DropReason.None : DropReason.NoUsableLink;
            case InternetMode.Balance when v4:
                link = default;
                isOpen = true;
                return DropReason.None;
            case InternetMode.Balance or InternetMode.Failover:
                return TryFirst(order, Best(plan, able), out link) ? DropReason.None : DropReason.NoUsableLink;
            default:
                throw new InvalidOperationException($"unknown mode {plan.Policy.Mode}");
        }
    }

    private static ulong Best(Plan plan, ulong able) =>
        (able & plan.HealthyLinks & plan.OrderedLinks) != 0 ? able & plan.HealthyLinks : able;

    private DropReason ChooseByHost(Plan plan, Address host, ulong able, ulong best, long now, out PortId link, out int pin)
    {
        pin = pins.Find(host);
        if (pin >= 0)
        {
            link = pins[pin].Link;
            if ((able & link.Bit) != 0) return DropReason.None;
        }
        if (!TryPlace(_hosts, plan, best, able, out link)) return DropReason.NoUsableLink;
        if (pin >= 0) pins.Move(pin, link, PinReason.LinkDown, now);
        else pin = pins.Place(host, link, PinReason.Placed, now);
        return DropReason.None;
    }

    // The best may all be reserved (weight 0); then it is one of the others that are able.
    private static bool TryPlace(Balance balance, Plan plan, ulong best, ulong able, out PortId link)
    {
        PortId? chosen = balance.Choose(plan.Policy.Links, best) ?? balance.Choose(plan.Policy.Links, able);
        link = chosen.GetValueOrDefault();
        return chosen.HasValue;
    }

    private static bool TryFirst(ReadOnlySpan<PortId> order, ulong candidates, out PortId link)
    {
        foreach (PortId id in order)
        {
            link = id;
            if ((candidates & id.Bit) != 0) return true;
        }
        link = default;
        return false;
    }
}
