using Router.Forwarding.Rules;
using Router.Tables;
using Router.Wire;

namespace Router.Forwarding.Links;

/// <summary>
/// Which link a new flow leaves by. In this order: the link whose own address the sender is bound to; the links that the rule
/// names, first usable first; else what the mode says. `single` knows one link, `failover` takes the first usable of its order,
/// `balance` keeps a pinned host where it is and places others by weight. Links that are up go before degraded ones. Hosts,
/// connections, and hosts for one site are counted apart, so that each kind comes out by weight. Who is new avoids a link that queues
/// (<see cref="LinkState.Queues"/>); who is pinned stays.
///
/// A host can only use a link that has an address for it (<see cref="Ipv6Sources"/>); in IPv4 every link has. IPv6 is balanced among the
/// links that translate it. Where the first usable link in order does not, its provider is taken to be the one that the host's
/// address belongs to, and all IPv6 that no rule sends elsewhere goes by it.
/// </summary>
internal sealed class LinkChooser(Pins pins, MappedTable<Turn> turns) : IDisposable
{
    private readonly Balance _hosts = new(turns, PinMode.Host);
    private readonly Balance _connections = new(turns, PinMode.Connection);
    private readonly Balance _sites = new(turns, PinMode.Site);

    /// <summary>Chooses, and books it: a placement is one turn of balancing, and pins its host.</summary>
    /// <param name="plan">Links as they are now.</param>
    /// <param name="rule">The rule that allows the flow.</param>
    /// <param name="host">Whose flow it is.</param>
    /// <param name="far">With whom.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="choice">The answer, unless it is refused.</param>
    /// <param name="leaving">Links that it may not be, though they are able: degraded ones that a live flow is to leave.</param>
    public DropReason Choose(Plan plan, Rule rule, Address host, Address far, long now, out LinkChoice choice, ulong leaving = 0)
    {
        DropReason reason = Foresee(plan, rule, host, far, out choice, leaving);
        if (reason != DropReason.None) return reason;
        if (choice.Cause is not (LinkCause.FlowByWeight or LinkCause.HostByWeight or LinkCause.SiteByWeight)) return DropReason.None;
        CountsOf(choice.Cause).Choose(plan.Weighed, Candidates(plan, Placeable(plan, rule, host, Able(plan, rule, host) & ~leaving)));
        if (choice.Cause == LinkCause.FlowByWeight) return DropReason.None;
        Site site = choice.Cause == LinkCause.SiteByWeight ? Site.Of(far) : Site.Any;
        if (choice.Pin >= 0) pins.Move(choice.Pin, choice.Link, leaving == 0 ? PinReason.LinkDown : PinReason.Degraded, now);
        else choice.Pin = pins.Place(host, site, choice.Link, PinReason.Placed, now);
        return DropReason.None;
    }

    /// <summary>What <see cref="Choose"/> would answer now; nothing is placed and no turn is taken.</summary>
    /// <param name="plan">Links as they are now.</param>
    /// <param name="rule">The rule that allows the flow.</param>
    /// <param name="host">Whose flow it is.</param>
    /// <param name="far">With whom.</param>
    /// <param name="choice">The answer, unless it is refused.</param>
    /// <param name="leaving">Links that it may not be.</param>
    public DropReason Foresee(Plan plan, Rule rule, Address host, Address far, out LinkChoice choice, ulong leaving = 0)
    {
        choice = new LinkChoice(default, -1, LinkCause.None);
        ulong able = Able(plan, rule, host) & ~leaving;
        if (rule.Links.Length > 0)
        {
            if (TryFirst(rule.Links, able & plan.HealthyLinks, LinkCause.Rule, out choice) || TryFirst(rule.Links, able, LinkCause.Rule, out choice)) return DropReason.None;
            if (!rule.Fallback) return WhyNone(plan, rule, rule.Links, host);
        }
        ReadOnlySpan<PortId> order = plan.Policy.Order;
        if (plan.Policy.Mode == InternetMode.Single) order = order[..Math.Min(1, order.Length)];
        ulong placeable = plan.Policy.Mode == InternetMode.Balance ? Placeable(plan, rule, host, able) : 0;
        bool isFound = plan.Policy.Mode switch
        {
            InternetMode.Single => TryFirst(order, able, LinkCause.Order, out choice),
            InternetMode.Balance when placeable != 0 => TryBalance(plan, rule, host, far, placeable, out choice),
            InternetMode.Balance or InternetMode.Failover => TryFirst(order, Best(plan, able), LinkCause.Order, out choice),
            _ => throw new InvalidOperationException($"unknown mode {plan.Policy.Mode}"),
        };
        return isFound ? DropReason.None : WhyNone(plan, rule, order, host);
    }

    /// <summary>Whether a choice is a turn of balancing among several links, so that another placement may have the turn first.</summary>
    public static bool IsByWeight(Plan plan, Rule rule, Address host, in LinkChoice choice, ulong leaving) =>
        choice.Cause is LinkCause.FlowByWeight or LinkCause.HostByWeight or LinkCause.SiteByWeight
        && ulong.PopCount(Candidates(plan, Placeable(plan, rule, host, Able(plan, rule, host) & ~leaving)) & plan.SharingLinks) > 1;

    /// <summary>Lets links begin to be counted anew, as their numbers pass to others.</summary>
    public void Forget(ulong links)
    {
        foreach (Balance counts in (ReadOnlySpan<Balance>)[_hosts, _connections, _sites]) counts.Forget(links);
    }

    public void Dispose() => turns.Dispose();

    /// <summary>The links that may take new flows of a host by a rule: usable, and with an address for it.</summary>
    public static ulong Able(Plan plan, Rule rule, Address host) =>
        plan.Able(host.IsV4) & (AsksLinks(rule, host) ? ~plan.Policy.Ipv6.ClosedTo(host) : ulong.MaxValue);

    /// <summary>The choice of a flow that follows a pin.</summary>
    public LinkChoice Following(int pin) => new(pins[pin].Link, pin, LinkCauses.Pinned(pins[pin]));

    /// <summary>The bit of the link that no other will do for, or 0: the sender is bound to its address, or the receiver is on its own network.</summary>
    public static ulong BoundTo(Plan plan, Rule rule, PortId ingress, Address source, Address destination)
    {
        ulong bound = ingress == PortId.Host ? plan.Own(source) & plan.LinkPorts : 0;
        return bound == 0 && rule.Links.Length == 0 ? plan.OnLink(destination) : bound;
    }

    /// <summary>Why no other link than the bound one will do.</summary>
    public static LinkCause BoundCause(Plan plan, Address source, ulong bound) =>
        (plan.Own(source) & bound) != 0 ? LinkCause.BoundAddress : LinkCause.OwnNetwork;

    // Whether it is for each link to say as whom a host is seen; in IPv4 every link has an answer.
    private static bool AsksLinks(Rule rule, Address host) => !host.IsV4 && rule.NatFor(host) == SourceNat.Auto;

    // Of the links that are able, those that a host may be placed on by weight.
    private static ulong Placeable(Plan plan, Rule rule, Address host, ulong able)
    {
        if (host.IsV4) return able;
        if (!AsksLinks(rule, host)) return 0;
        ulong translating = able & plan.Policy.Ipv6.TranslatorsOf(host);
        bool isByFirst = TryFirst(plan.Policy.Order, Best(plan, able), LinkCause.Order, out LinkChoice first) && (translating & first.Link.Bit) == 0;
        return isByFirst ? 0 : translating;
    }

    // A link that is usable, and only not for this host, is another matter than none at all.
    private static DropReason WhyNone(Plan plan, Rule rule, ReadOnlySpan<PortId> links, Address host) =>
        AsksLinks(rule, host) && TryFirst(links, plan.Able(v4: false), LinkCause.Order, out _) ? DropReason.SourceUnmapped : DropReason.NoUsableLink;

    private bool TryBalance(Plan plan, Rule rule, Address host, Address far, ulong able, out LinkChoice choice)
    {
        LinkCause cause = UnitOf(rule, host, far, out int pin);
        if (pin >= 0 && (able & pins[pin].Link.Bit) != 0)
        {
            choice = Following(pin);
            return true;
        }
        PortId? next = CountsOf(cause).Next(plan.Weighed, Candidates(plan, able));
        choice = new LinkChoice(next.GetValueOrDefault(), pin, cause);
        return next.HasValue;
    }

    // What is to be placed as one, and the pin that it has. A host that finds no room for one more site is held as a whole meanwhile:
    // that shows no site two addresses either.
    private LinkCause UnitOf(Rule rule, Address host, Address far, out int pin)
    {
        pin = -1;
        if (rule.Pin == PinMode.Connection) return LinkCause.FlowByWeight;
        if (rule.Pin == PinMode.Site)
        {
            pin = pins.Find(host, Site.Of(far));
            if (pin >= 0 || pins.HasRoomForSite) return LinkCause.SiteByWeight;
        }
        pin = pins.Find(host, Site.Any);
        return LinkCause.HostByWeight;
    }

    private Balance CountsOf(LinkCause cause) => cause switch
    {
        LinkCause.HostByWeight => _hosts,
        LinkCause.SiteByWeight => _sites,
        _ => _connections,
    };

    // Those that share the next placement: of the best, the ones that do not queue. The best may all be reserved (weight 0); then it is
    // one of the others that are able.
    private static ulong Candidates(Plan plan, ulong able)
    {
        ulong best = Best(plan, able) & plan.SharingLinks, calm = best & ~plan.QueueingLinks;
        return calm != 0 ? calm : best != 0 ? best : able;
    }

    private static ulong Best(Plan plan, ulong able) =>
        (able & plan.HealthyLinks & plan.OrderedLinks) != 0 ? able & plan.HealthyLinks : able;

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
