using Router.Forwarding.Flows;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Forwarding.Translation;

/// <summary>
/// A new flow's outside: as whom the far end sees the sender, and all that the path needs later to turn one side into the other
/// (RFC 3022, RFC 4787). The destination is settled before, by the course; the source here, by rule and link, and its port by the
/// mapping that the inside endpoint has or gets. A mapping that is obtained is not held yet: that is done with the rest, at the end.
/// </summary>
internal sealed class Translator(Mappings mappings)
{
    /// <summary>Finds the outside of a flow whose inside, rule and link are known, and prepares it.</summary>
    /// <returns>None, or why it cannot leave; then nothing is held.</returns>
    public DropReason Translate(Plan plan, Rule rule, in Course course, ref Flow flow, long now)
    {
        DropReason reason = course.IsSourceTranslated(rule, flow.InsideSource)
            ? TranslateSource(plan, rule, course, ref flow, now) : DropReason.None;
        if (reason != DropReason.None) return reason;
        Prepare(plan, rule, ref flow);
        return DropReason.None;
    }

    /// <summary>Settles what follows from a flow's two sides and its rule: checksum deltas, marking, next hop.</summary>
    public static void Prepare(Plan plan, Rule rule, ref Flow flow)
    {
        if (flow.OutsideSource != flow.InsideSource || flow.OutsideDestination != flow.InsideDestination
            || flow.OutsideSourcePort != flow.InsideSourcePort || flow.OutsideDestinationPort != flow.InsideDestinationPort)
        {
            flow.Traits |= FlowTraits.Translated;
            (flow.AddressDelta, flow.TransportDelta) = Rewrite.Deltas(flow);
        }
        if (rule.Dscp >= 0)
        {
            flow.Traits |= FlowTraits.Marked;
            flow.Dscp = (byte)rule.Dscp;
        }
        flow.NextHop = NextHop.Of(plan, flow);
    }

    /// <summary>As whom the far end sees a sender that is translated; unspecified if the link has no address for it.</summary>
    public static Address OutsideSource(Plan plan, Rule rule, in Course course, PortId link, Address source, Address destination) =>
        course.Hairpin ? destination
        : IsOwnOn(plan, source, link) ? source
        : rule.Nat == SourceNat.Fixed ? rule.NatAddress
        : plan.Link(link)?.Outside(source.IsV4) ?? default;

    private static bool IsOwnOn(Plan plan, Address source, PortId link) => (plan.Own(source) & link.Bit) != 0;

    private DropReason TranslateSource(Plan plan, Rule rule, in Course course, ref Flow flow, long now)
    {
        PortId link = course.Hairpin ? course.HairpinLink : flow.Egress;
        bool isBound = IsOwnOn(plan, flow.InsideSource, link);
        Address outside = OutsideSource(plan, rule, course, link, flow.InsideSource, flow.InsideDestination);
        if (outside.IsUnspecified) return DropReason.NoOutsideAddress;
        // It signs the addresses, so behind a translation no receiver can take it (RFC 4302 3.3.3.1, RFC 3715 2.1).
        if (flow.Protocol == Protocol.Ah && outside != flow.InsideSource) return DropReason.Untranslatable;
        flow.OutsideSource = outside;
        if (flow.Protocol is not (Protocol.Tcp or Protocol.Udp or Protocol.Icmp)) return DropReason.None;
        var wanted = new Mapping
        {
            Inside = flow.InsideSource, InsidePort = flow.InsideSourcePort, Outside = outside,
            Protocol = flow.Protocol, Link = link, Zone = flow.Ingress, FullCone = rule.FullCone ? 1 : 0,
        };
        DropReason reason = mappings.Obtain(wanted, plan, isBound, now, out flow.Mapping);
        if (reason != DropReason.None) return reason;
        flow.OutsideSourcePort = mappings[flow.Mapping].OutsidePort;
        return DropReason.None;
    }
}
