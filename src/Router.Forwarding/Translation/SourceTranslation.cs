using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Forwarding.Translation;

/// <summary>How a sender comes by the address that the far end sees.</summary>
internal enum SourceMeans : byte
{
    /// <summary>It keeps its own, and its ports.</summary>
    None,

    /// <summary>A hairpin: it is seen by the address of ours that it called, with a port.</summary>
    Called,

    /// <summary>It has the link's own address already. Its ports are taken there, so that no host is given them.</summary>
    Own,

    /// <summary>By the address that the rule has written, with a port.</summary>
    Written,

    /// <summary>By its counterpart in the link's prefix; ports stay (RFC 6296).</summary>
    Prefix,

    /// <summary>By the link's address, with a port.</summary>
    Link,
}

/// <summary>
/// As whom the far end sees a sender, and by what means. Asked at admission, when a live flow is reviewed, and by `routerctl explain`,
/// always here. It takes nothing: the port is chosen when the answer is acted upon.
/// </summary>
/// <param name="Means">By what.</param>
/// <param name="Outside">The address; unspecified if there is none for it.</param>
internal readonly record struct SourceTranslation(SourceMeans Means, Address Outside)
{
    /// <summary>Whether an outside port goes with the address.</summary>
    public bool TakesPort => Means is not (SourceMeans.None or SourceMeans.Prefix);

    /// <summary>None, or why nobody can be sent out so.</summary>
    public DropReason Fault => !Outside.IsUnspecified ? DropReason.None
        : Means == SourceMeans.Prefix ? DropReason.SourceUnmapped : DropReason.NoOutsideAddress;

    /// <param name="plan">The plan in force.</param>
    /// <param name="rule">The rule that allows the flow.</param>
    /// <param name="course">Where it goes.</param>
    /// <param name="egress">The link that it leaves by, if it goes to the Internet.</param>
    /// <param name="source">The sender.</param>
    /// <param name="destination">Whom the sender called.</param>
    public static SourceTranslation Of(Plan plan, Rule rule, in Course course, PortId egress, Address source, Address destination)
    {
        if (course.Hairpin) return OfHairpin(plan, course.HairpinLink, source, destination);
        SourceNat nat = rule.NatFor(source);
        Ipv6Nat ipv6 = source.IsV4 ? Ipv6Nat.Off : plan.Policy.Ipv6.On(egress);
        bool isByLink = nat == SourceNat.Auto && (source.IsV4 || ipv6 != Ipv6Nat.Off);
        if (!course.ToInternet || !(isByLink || nat == SourceNat.Fixed)) return new SourceTranslation(SourceMeans.None, source);
        bool isByPrefix = isByLink && ipv6 == Ipv6Nat.Npt;
        if ((plan.Own(source) & egress.Bit) != 0) return new SourceTranslation(isByPrefix ? SourceMeans.None : SourceMeans.Own, source);
        return isByPrefix ? new SourceTranslation(SourceMeans.Prefix, Counterpart(plan, egress, source))
            : isByLink ? new SourceTranslation(SourceMeans.Link, plan.Link(egress)?.Outside(source.IsV4) ?? default)
            : new SourceTranslation(SourceMeans.Written, rule.NatAddress);
    }

    // Else the answer would go straight to the sender, from an address that it has not called (RFC 4787 REQ-9, RFC 6296 hairpinning).
    private static SourceTranslation OfHairpin(Plan plan, PortId link, Address source, Address destination) =>
        plan.Own(destination) != 0 ? new SourceTranslation(SourceMeans.Called, destination)
        : (plan.Own(source) & plan.LinkPorts) != 0 ? new SourceTranslation(SourceMeans.None, source)
        : new SourceTranslation(SourceMeans.Prefix, Counterpart(plan, link, source));

    // What the box, or a host behind it, has as its own address is nobody else's counterpart.
    private static Address Counterpart(Plan plan, PortId link, Address source)
    {
        Address outside = plan.Policy.Ipv6.SeenAs(link, source);
        bool isTaken = outside != source && (plan.Own(outside) != 0 || plan.TryBehind(outside, out _));
        return isTaken ? default : outside;
    }
}
