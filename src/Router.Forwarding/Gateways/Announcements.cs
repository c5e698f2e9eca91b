using System.Numerics;
using Router.Forwarding.Flows;
using Router.Forwarding.Translation;
using Router.Wire;

namespace Router.Forwarding.Gateways;

/// <summary>
/// Turns what one side of a control flow has announced ("I wait at this port of mine") into a way for exactly one flow of the other
/// side. The one who announces may stand Inside or Outside of the control flow, and either of the two may be translated:
///
///   the announcer by his own address     a client behind us (PORT), a server behind us (227), a server out there (227)
///   the same as the other side sees him  a link's address with a mapped port, or just the same
///
/// Only his own endpoints may be announced: by the address that he has, or by the one that he is seen by. Never the box's, and
/// never a privileged port, where other services than his wait (RFC 2577 3). What is refused stays unchanged in the text, and no
/// way is opened.
/// </summary>
internal sealed class Announcements(FlowTable flows, Mappings mappings, Expectations expectations)
{
    private const ushort FirstUnprivileged = 1024;

    /// <summary>Opens the way.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="id">The control flow.</param>
    /// <param name="byInside">Who announced.</param>
    /// <param name="gateway">Which gateway asks; it has one way open for each control flow, the newest.</param>
    /// <param name="protocol">Of the expected flow.</param>
    /// <param name="host">The announced address; unspecified for "myself".</param>
    /// <param name="port">The announced port.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="life">For how long it is open, microseconds.</param>
    /// <param name="shownHost">What the other side is to be told instead, which may be the same.</param>
    /// <param name="shownPort">The port of that.</param>
    /// <returns>False if nothing was opened.</returns>
    public bool TryOpen(Plan plan, FlowId id, bool byInside, Gateway gateway, byte protocol, Address host, ushort port, long now, long life,
        out Address shownHost, out ushort shownPort)
    {
        var sides = Sides.Of(flows[id], byInside);
        (shownHost, shownPort) = (sides.Shown, port);
        bool isHis = host.IsUnspecified || host == sides.Own || host == sides.Shown;
        if (!isHis || port < FirstUnprivileged) return false;
        Withdraw(id, now);
        var wanted = new Expectation { Protocol = protocol, TargetPort = port, Gateway = gateway, Deadline = now + life };
        return TryOpen(plan, id, sides, wanted, now, out shownPort);
    }

    /// <summary>Opens a way beside those that the control flow has open.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="id">The control flow.</param>
    /// <param name="sides">The same, as the announcer has it.</param>
    /// <param name="wanted">Protocol, <see cref="Expectation.TargetPort"/>, gateway, call and deadline; the rest follows from the control flow.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="shownPort">The port by which the other side is to know the endpoint.</param>
    public bool TryOpen(Plan plan, FlowId id, in Sides sides, Expectation wanted, long now, out ushort shownPort)
    {
        ref Flow flow = ref flows[id];
        shownPort = wanted.TargetPort;
        if (sides.At == PortId.Host || plan.Own(sides.Own) != 0) return false;
        wanted.Mapping = -1;
        // Behind an exchanged prefix a port stays what it is.
        if (sides.Own != sides.Shown && !plan.IsCounterpart(sides.Shown))
        {
            if (mappings.Obtain(Wanted(plan, flow, sides, wanted.Protocol, wanted.TargetPort), plan, isOwn: false, now, out wanted.Mapping) != DropReason.None) return false;
            shownPort = mappings[wanted.Mapping].OutsidePort;
        }
        (wanted.Source, wanted.SourceShown, wanted.Ingress) = (sides.Peer, sides.PeerShown, sides.PeerAt);
        (wanted.Destination, wanted.DestinationPort, wanted.Target, wanted.Egress) = (sides.Shown, shownPort, sides.Own, sides.At);
        (wanted.ParentFlow, wanted.Parent) = (id, flow.ForwardKey);
        return TryOpen(wanted, now);
    }

    /// <summary>Opens a way that a gateway has put together; one to the same end from the same place gives way to it. False without room.</summary>
    public bool TryOpen(in Expectation wanted, long now)
    {
        var key = new FlowKey(wanted.Source, wanted.Destination, 0, wanted.DestinationPort, wanted.Protocol, wanted.Ingress);
        // Held before the old way lets go of it.
        if (wanted.Mapping >= 0) mappings.Hold(wanted.Mapping);
        bool isOpen = TryReplace(key, wanted, now) && expectations.TryAdd(wanted);
        if (!isOpen && wanted.Mapping >= 0) mappings.Withdraw(wanted.Mapping, now);
        return isOpen;
    }

    private bool TryReplace(in FlowKey key, in Expectation wanted, long now)
    {
        for (int old = expectations.Find(key, 0); old >= 0; old = expectations.Find(key, 0))
        {
            if (expectations[old].Target != wanted.Target || expectations[old].TargetPort != wanted.TargetPort) return false;
            Close(old, now);
        }
        return true;
    }

    /// <summary>The mapping by which the other side of a control flow knows an endpoint, as far as it is known before there is one.</summary>
    public static Mapping Wanted(Plan plan, in Flow flow, in Sides sides, byte protocol, ushort port) => new()
    {
        Inside = sides.Own, InsidePort = port, Outside = sides.Shown, Protocol = protocol, Link = LinkOf(plan, flow, sides.Shown), Zone = sides.At,
    };

    /// <summary>Closes what a control flow has open.</summary>
    public void Withdraw(FlowId parent, long now)
    {
        for (int id = expectations.NextOf(parent, -1); id >= 0; id = expectations.NextOf(parent, id)) Close(id, now);
    }

    /// <summary>Closes a way, used or not.</summary>
    public void Close(int id, long now)
    {
        if (expectations[id].Mapping >= 0) mappings.Withdraw(expectations[id].Mapping, now);
        expectations.Remove(id);
    }

    /// <summary>The link whose address this is; for an address that a rule has written down, the link of the flow.</summary>
    public static PortId LinkOf(Plan plan, in Flow flow, Address shown)
    {
        ulong links = plan.Own(shown) & plan.LinkPorts;
        if (links != 0) return new PortId((byte)BitOperations.TrailingZeroCount(links));
        return plan.IsLink(flow.Egress) ? flow.Egress : flow.Ingress;
    }
}
