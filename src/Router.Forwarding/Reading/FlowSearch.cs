using Router.Forwarding.Flows;
using Router.Tables;
using Router.Wire;

namespace Router.Forwarding.Reading;

/// <summary>
/// Looks for the live flows of some hosts in the whole table, beside the path, a few at a time. There is no index from hosts to flows: the path
/// would pay for it with every flow, and this is asked when somebody logs in or out. So each flow is looked at where it lies, at the two
/// addresses that can be its local end, against one bit for each host (<see cref="AddressFilter"/>); only what may be meant is copied and
/// verified. What is left is the memory's speed: one cache line or two of each flow.
///
/// A flow that is admitted or ends meanwhile may be found or not. One thread's; makes nothing for the collector once it is made.
/// </summary>
public sealed class FlowSearch
{
    private readonly MappedTable<Flow> _flows;
    private readonly IReadOnlySet<Address> _hosts;
    private readonly AddressFilter _filter;
    private int _at = -1;

    internal FlowSearch(MappedTable<Flow> flows, IReadOnlySet<Address> hosts) => (_flows, _hosts, _filter) = (flows, hosts, new AddressFilter(hosts));

    /// <summary>Whether the whole table was looked through.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The next that are found, as <see cref="Worker.Reconsider"/> takes them: their places and times of admission.</summary>
    /// <returns>How many: all that fit, unless it is over.</returns>
    public int Next(Span<(int Id, long Created)> found)
    {
        int count = 0;
        while (count < found.Length && !IsOver)
        {
            _at = _flows.NextLive(_at);
            IsOver = _at < 0;
            if (!IsOver && IsMeant(_at, out long created)) found[count++] = (_at, created);
        }
        return count;
    }

    private bool IsMeant(int id, out long created)
    {
        created = 0;
        ref readonly Flow seen = ref _flows.Peek(id);
        if (!_filter.MayHold(seen.InsideSource) && !_filter.MayHold(seen.OutsideDestination)) return false;
        if (!_flows.TryRead(id, out Flow flow)) return false;
        created = flow.Created;
        return _hosts.Contains(flow.InsideSource) || _hosts.Contains(flow.OutsideDestination);
    }
}
