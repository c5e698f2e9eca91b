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
        DropReason reason = TranslateSource(plan, rule, course, ref flow, now);
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

    private DropReason TranslateSource(Plan plan, Rule rule, in Course course, ref Flow flow, long now)
    {
        SourceTranslation seen = SourceTranslation.Of(plan, rule, course, flow.Egress, flow.InsideSource, flow.InsideDestination);
        if (seen.Fault != DropReason.None) return seen.Fault;
        flow.OutsideSource = seen.Outside;
        if (!seen.TakesPort || flow.Protocol is not (Protocol.Tcp or Protocol.Udp or Protocol.Icmp or Protocol.Icmp6)) return DropReason.None;
        PortId link = course.Hairpin ? course.HairpinLink : flow.Egress;
        bool isBound = (plan.Own(flow.InsideSource) & link.Bit) != 0;
        var wanted = new Mapping
        {
            Inside = flow.InsideSource, InsidePort = flow.InsideSourcePort, Outside = seen.Outside,
            Protocol = flow.Protocol, Link = link, Zone = flow.Ingress, FullCone = rule.FullCone ? 1 : 0,
        };
        DropReason reason = mappings.Obtain(wanted, plan, isBound, now, out flow.Mapping);
        if (reason != DropReason.None) return reason;
        flow.OutsideSourcePort = mappings[flow.Mapping].OutsidePort;
        return DropReason.None;
    }
}
