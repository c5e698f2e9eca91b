using Router.Forwarding;
using Router.Forwarding.Flows;
using Router.Forwarding.Reviewing;

namespace Router.Tests.Forwarding.Bed;

/// <summary>
/// What is foreseen of the live flows of a bed under the plan that it is about to take up, and whether it came so. Every test that lets a bed
/// review its flows asks this, so all of them are tests of the forecast too.
/// </summary>
internal sealed class Forecast
{
    private readonly PathBed _bed;
    private readonly List<(ForeseenFlow Foreseen, Flow Before)> _flows = [];
    private readonly long _closed, _moved, _reset;
    private readonly bool _isNew;

    public Forecast(PathBed bed)
    {
        _bed = bed;
        Forwarder forwarder = bed.Forwarder;
        (_closed, (_moved, _reset, _)) = (forwarder.FlowsClosedByRules, forwarder.Ends);
        // Packets may have had their flows looked at under the plan already.
        _isNew = !ReferenceEquals(bed.Plan, forwarder.Plan);
        if (!_isNew) return;
        var some = new ForeseenFlow[3];
        int after = -1;
        do
        {
            (int count, after) = forwarder.Foresee(bed.Plan, after, some);
            foreach (ForeseenFlow flow in some.AsSpan(0, count))
            {
                // One that a packet has been looked at for is not looked at again.
                if (forwarder.Flows[new FlowId(flow.Id)].Epoch != bed.Plan.Epoch) _flows.Add((flow, forwarder.Flows[new FlowId(flow.Id)]));
            }
        }
        while (after >= 0);
    }

    /// <summary>Called once all flows have been reviewed.</summary>
    public void Expect()
    {
        if (!_isNew) return;
        Forwarder forwarder = _bed.Forwarder;
        foreach ((ForeseenFlow foreseen, Flow before) in _flows)
        {
            FlowId id = forwarder.Flows.Find(before.ForwardKey, out bool outward);
            bool isThere = id.Exists && outward && forwarder.Flows[id].Created == before.Created;
            switch (foreseen.Fate)
            {
                case FlowFate.Stays or FlowFate.Drains:
                    Assert.True(isThere, $"{foreseen} was to stay and is gone");
                    Assert.Equal(before.Egress, forwarder.Flows[id].Egress);
                    if (foreseen is { Rule: >= 0, IsProbe: false }) Assert.Equal(foreseen.Rule, forwarder.Flows[id].Rule);
                    break;
                case FlowFate.Closed or FlowFate.Reset or FlowFate.EndsToo:
                    Assert.False(isThere, $"{foreseen} was to end and is there");
                    break;
            }
        }
        (long moved, long reset, _) = forwarder.Ends;
        Assert.Equal(
            (Count(FlowFate.Closed), Count(FlowFate.Moves), Count(FlowFate.Reset)),
            (forwarder.FlowsClosedByRules - _closed, moved - _moved, reset - _reset));
    }

    private long Count(FlowFate fate) => _flows.Count(flow => flow.Foreseen.Fate == fate);
}
