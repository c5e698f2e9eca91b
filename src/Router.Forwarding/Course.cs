using Router.Forwarding.Flows;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Wire;

namespace Router.Forwarding;

/// <summary>
/// Where a first packet is headed and which rule decides on it, before a link is chosen or a port taken. Charting changes
/// nothing, so that admission, the review after a reload and `routerctl explain` all ask the same question in the same place.
///
/// From a zone or the box: to the Internet, into another zone, or to a link's own address, which is a hairpin if a mapped server
/// or another inside host stands behind that port, and else the box. From a link: to its own address (a mapped server, a full
/// cone mapping, or the box), straight to a routed network, or to an address of a translated prefix, which is an inside host's
/// (RFC 6296); rules speak of that host by its inside address. The same from a zone is a hairpin.
/// </summary>
internal struct Course
{
    /// <summary>Index of the rule in the policy.</summary>
    public int Rule;

    /// <summary>A link is still to be chosen.</summary>
    public bool ToInternet;

    /// <summary>From a local zone to the box by a link's address: the kernel answers, and no flow is kept.</summary>
    public bool ToBox;

    /// <summary>From a zone back into a zone by a link's address; the source is translated too.</summary>
    public bool Hairpin;

    /// <summary>The way out where no link is to be chosen, or the link whose address a hairpin uses.</summary>
    public PortId Egress, HairpinLink;

    /// <summary>Where it goes after destination translation.</summary>
    public Address Destination;
    public ushort DestinationPort;

    /// <summary>Charts a packet with this key; answers None, or why there is no way for it.</summary>
    public static DropReason Chart(Plan plan, Mappings mappings, in FlowKey key, out Course course)
    {
        course = new Course { Destination = key.Destination, DestinationPort = key.DestinationPort };
        ulong own = plan.Own(key.Destination);
        if (plan.IsLink(key.Ingress)) return course.ChartInbound(plan, mappings, key, own);
        if (own != 0) return course.ChartToLinkAddress(plan, mappings, key, own);
        if (plan.TryBehind(key.Destination, out course.Egress))
        {
            course.Rule = Match(plan, Sender(key, plan), Host(plan, course.Egress.Bit, key.Destination), key);
            return DropReason.None;
        }
        if (plan.Policy.Ipv6.IsRoutedHere(key.Destination))
        {
            if (course.TryCounterpart(plan, plan.LinkPorts, key.Destination)) return course.ChartToCounterpart(plan, key);
            // The provider would only send it back (RFC 7084 L-14).
            if (plan.IsCounterpart(key.Destination)) return DropReason.NoRoute;
        }
        course.ToInternet = true;
        course.Rule = Match(plan, Sender(key, plan), new Endpoint(PortId.InternetBit, key.Destination), key);
        return DropReason.None;
    }

    /// <summary>Whether a local zone may talk to the box by a link's address, if this rule decides.</summary>
    public static bool MayTalkToBox(Plan plan, Rule rule, int index, PortId ingress) =>
        rule.Action == RuleAction.Allow || (index == plan.Policy.Rules.Length - 1 && !IsGuest(plan, ingress));

    private static bool IsGuest(Plan plan, PortId ingress)
    {
        foreach (ZonePolicy zone in plan.Policy.Zones)
        {
            if (zone.Id == ingress) return zone.Name == "guest";
        }
        return false;
    }

    private DropReason ChartInbound(Plan plan, Mappings mappings, in FlowKey key, ulong own)
    {
        if (own == 0)
        {
            // Private space never arrives from outside by right, whatever a rule may say of the zone behind.
            bool isPrivate = key.Destination.IsPrivate && (key.Destination.IsV4 || plan.Policy.Ipv6.On(key.Ingress) != Ipv6Nat.Off);
            bool reachable = (!isPrivate && plan.TryBehind(key.Destination, out Egress)) || TryCounterpart(plan, key.Ingress.Bit, key.Destination);
            if (!reachable) return DropReason.NotOurAddress;
            Rule = Match(plan, Sender(key, plan), Host(plan, Egress.Bit, Destination), key);
            return DropReason.None;
        }
        if ((own & key.Ingress.Bit) == 0) return (own & plan.LinkPorts) != 0 ? DropReason.WrongLink : DropReason.NotOurAddress;
        if (TryFullCone(plan, mappings, key)) return DropReason.None;
        Rule = Match(plan, Sender(key, plan), new Endpoint(own, key.Destination), key);
        Egress = PortId.Host;
        return plan.Policy.Rules[Rule].ForwardTo is { } target ? Forward(plan, target, key.Protocol) : DropReason.None;
    }

    private DropReason ChartToLinkAddress(Plan plan, Mappings mappings, in FlowKey key, ulong own)
    {
        ulong links = own & plan.LinkPorts;
        if (links == 0) return DropReason.NoRoute;
        HairpinLink = new PortId((byte)ulong.TrailingZeroCount(links));
        var target = new Endpoint(own, key.Destination);
        Rule = Match(plan, Sender(key, plan), target, key);
        Rule[] rules = plan.Policy.Rules;
        if (Rule == rules.Length - 1)
        {
            // What outsiders may reach by this address, insiders may too: the mapped port is the same for all.
            int outside = Match(plan, new Endpoint(HairpinLink.Bit | PortId.InternetBit, key.Destination), target, key);
            if (rules[outside] is { ForwardTo: not null, Action: RuleAction.Allow }) Rule = outside;
        }
        if (rules[Rule].ForwardTo is { } server)
        {
            Hairpin = true;
            return Forward(plan, server, key.Protocol);
        }
        int mapping = key.DestinationPort == 0 ? -1 : mappings.FindOutside(key.Destination, key.DestinationPort, key.Protocol);
        if (mapping < 0 || plan.IsLink(mappings[mapping].Zone) || mappings[mapping].Zone == PortId.Host)
        {
            ToBox = true;
            return DropReason.None;
        }
        Hairpin = true;
        ref Mapping inside = ref mappings[mapping];
        (Destination, DestinationPort, Egress) = (inside.Inside, inside.InsidePort, inside.Zone);
        Rule = Match(plan, Sender(key, plan), new Endpoint(PortId.InternetBit, key.Destination), key);
        return DropReason.None;
    }

    // The host that an address of a link's prefix stands for, if there is such a host behind us.
    private bool TryCounterpart(Plan plan, ulong links, Address outside)
    {
        if (!plan.Policy.Ipv6.TryInside(links, outside, out PortId link, out Address inside) || !plan.TryBehind(inside, out PortId zone)) return false;
        (Destination, Egress, HairpinLink) = (inside, zone, link);
        return true;
    }

    // Hosts of one zone reach each other without us, so there it is enough that they may speak to the Internet.
    private DropReason ChartToCounterpart(Plan plan, in FlowKey key)
    {
        Hairpin = true;
        ulong alsoBy = Egress == key.Ingress ? PortId.InternetBit : 0;
        Endpoint target = Host(plan, Egress.Bit | alsoBy, Destination);
        Rule = Match(plan, Sender(key, plan), target, key);
        if (Rule != plan.Policy.Rules.Length - 1) return DropReason.None;
        // What outsiders may reach by this address, insiders may too.
        int outside = Match(plan, new Endpoint(HairpinLink.Bit | PortId.InternetBit, key.Source), target, key);
        if (plan.Policy.Rules[outside].Action == RuleAction.Allow) Rule = outside;
        return DropReason.None;
    }

    private bool TryFullCone(Plan plan, Mappings mappings, in FlowKey key)
    {
        int id = mappings.FindOutside(key.Destination, key.DestinationPort, key.Protocol);
        if (id < 0 || mappings[id].FullCone == 0) return false;
        ref Mapping mapping = ref mappings[id];
        Endpoint inside = Host(plan, mapping.Zone.Bit, mapping.Inside);
        foreach (int rule in plan.Policy.Index.FullCones.Span)
        {
            if (!plan.Policy.Rules[rule].Source.Matches(inside)) continue;
            Rule = rule;
            (Destination, DestinationPort, Egress) = (mapping.Inside, mapping.InsidePort, mapping.Zone);
            return true;
        }
        return false;
    }

    private DropReason Forward(Plan plan, ForwardTarget target, byte protocol)
    {
        Destination = target.Host;
        if (target.Port != 0 && protocol is (Protocol.Tcp or Protocol.Udp)) DestinationPort = target.Port;
        return plan.TryBehind(target.Host, out Egress) ? DropReason.None : DropReason.NoRoute;
    }

    /// <summary>The far end of this course as rules see it: an address of the box, the Internet, or a host, of whom they speak by its inside address.</summary>
    public readonly Endpoint Target(Plan plan, in FlowKey key)
    {
        ulong own = plan.Own(key.Destination);
        if (own != 0 || ToInternet) return new Endpoint(own != 0 ? own : PortId.InternetBit, key.Destination);
        ulong alsoBy = Hairpin && Egress == key.Ingress ? PortId.InternetBit : 0;
        return Host(plan, Egress.Bit | alsoBy, Destination);
    }

    /// <summary>Who begins a flow, as rules see it.</summary>
    public static Endpoint Sender(in FlowKey key, Plan plan) => plan.IsLink(key.Ingress)
        ? new Endpoint(key.Ingress.Bit | PortId.InternetBit, key.Source) : Host(plan, key.Ingress.Bit, key.Source);

    private static Endpoint Host(Plan plan, ulong ports, Address address) => new(ports, address, plan.Who(address));

    private static int Match(Plan plan, in Endpoint source, in Endpoint destination, in FlowKey key) =>
        plan.Policy.Index.Match(source, destination, key.Protocol, key.DestinationPort);
}
