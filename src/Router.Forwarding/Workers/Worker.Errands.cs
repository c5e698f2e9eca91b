using Router.Forwarding.Flows;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Ports;
using Router.Wire;

namespace Router.Forwarding;

/// <summary>
/// What an administrator has done to live flows and pins, as errands for the forwarding thread. Each names what was seen beside the path a
/// moment before; what is gone since then is passed over.
/// </summary>
public sealed partial class Worker
{
    /// <summary>Most flows that one call of <see cref="Kill"/> ends: their resets all find room.</summary>
    public const int MostKills = 100;

    /// <summary>Ends flows on request, as many of them as are still there. On the forwarding thread.</summary>
    /// <param name="flows">At most <see cref="MostKills"/>, by place and time of admission.</param>
    /// <returns>How many there were.</returns>
    public int Kill(ReadOnlySpan<(int Id, long Created)> flows)
    {
        int killed = 0;
        foreach ((int id, long created) in flows)
        {
            if (_forwarder.Review.Kill(_forwarder.Plan, new FlowId(id), created, Monotonic.Microseconds())) killed++;
        }
        _forwarder.Outbox.Flush(_batch);
        return killed;
    }

    /// <summary>Asks the rules again about flows of addresses behind which somebody else is now. On the forwarding thread.</summary>
    /// <param name="flows">As for <see cref="Kill"/>.</param>
    /// <returns>How many had to be ended.</returns>
    public int Reconsider(ReadOnlySpan<(int Id, long Created)> flows)
    {
        int ended = 0;
        foreach ((int id, long created) in flows)
        {
            if (_forwarder.Review.Reconsider(_forwarder.Plan, new FlowId(id), created, Monotonic.Microseconds())) ended++;
        }
        _forwarder.Outbox.Flush(_batch);
        return ended;
    }

    /// <summary>Moves pins of a host to a link by hand. On the forwarding thread.</summary>
    /// <param name="host">Whose they are.</param>
    /// <param name="pins">By place, as <see cref="Reading.LivePin.Id"/>; those that are gone meanwhile are passed over.</param>
    /// <param name="link">Where to.</param>
    /// <returns>How many were elsewhere before.</returns>
    public int MovePins(Address host, ReadOnlySpan<int> pins, PortId link)
    {
        int moved = 0;
        foreach (int pin in pins)
        {
            if (!_forwarder.Pins.IsOf(pin, host) || _forwarder.Pins[pin].Link == link) continue;
            _forwarder.Pins.Move(pin, link, PinReason.Moved, Monotonic.Microseconds());
            moved++;
        }
        return moved;
    }

    /// <summary>Takes flows along to where their pins have been moved. On the forwarding thread.</summary>
    /// <param name="flows">As for <see cref="Kill"/>.</param>
    /// <returns>What became of them, counted; those that are gone, or there already, are in neither count.</returns>
    public (int Kept, int Moved, int Reset) FollowPins(ReadOnlySpan<(int Id, long Created)> flows)
    {
        (int kept, int moved, int reset) = (0, 0, 0);
        foreach ((int id, long created) in flows)
        {
            FlowPlan? what = _forwarder.Review.Follow(_forwarder.Plan, new FlowId(id), created, Monotonic.Microseconds());
            if (what == FlowPlan.Keep) kept++;
            else if (what == FlowPlan.Move) moved++;
            else if (what == FlowPlan.Reset) reset++;
        }
        _forwarder.Outbox.Flush(_batch);
        return (kept, moved, reset);
    }

    /// <summary>Begins to record packets, or with null ends it. On the forwarding thread.</summary>
    public void Record(Capture? capture) => _forwarder.Outbox.Capture = capture;
}
