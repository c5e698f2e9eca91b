using Router.Forwarding.Flows;
using Router.Forwarding.Rules;
using Router.Tables;
using Router.Wire;

namespace Router.Forwarding.Limits;

/// <summary>
/// How much of the flow table each local host has, and whether it may have more. Asked for every new flow, before a link or a port
/// is taken for it. Three answers are no:
///
///   HostFlows   it has as many live flows of its own as its limit says (RFC 6888 REQ-4: a limit for each subscriber)
///   HostRate    it began as many in the last minute as its limit says: a bucket of that many tokens, filled at a steady rate
///   HostShare   the table is nearly full, and it has more flows than there are free entries
///
/// The share needs no threshold and no list of who is there: a lone host may take half of the table, two together two thirds, and
/// whoever comes next finds as much room as the largest has (Choudhury and Hahne's dynamic thresholds). It counts the flows that
/// come in to a host too, so a flood at one mapped server takes that server's share and no more. Hosts whose number of flows is
/// not limited have no share either: somebody has said that they may take it all. The box itself is not asked.
///
/// A host is known from its first flow until it has none and its bucket is full again; its place is then given to the next. When
/// all places are taken, those who find none are counted together in one, so that a host that invents addresses limits itself.
/// Nothing of this outlives the process but the flows, which are counted again. [F], without allocation.
/// </summary>
internal sealed class Quotas : IDisposable
{
    private const long Minute = 60_000_000;

    /// <summary>The place of all who found none.</summary>
    private const int Crowd = 0;

    private struct Host
    {
        public Address Address;
        public bool IsLive;

        /// <summary>Live flows from it and to it, and those of them that it began.</summary>
        public int Flows, Begun;

        /// <summary>Its limit, as of this policy.</summary>
        public ushort Generation;
        public HostLimit Limit;

        /// <summary>When its bucket will be full again; see Answers/AnswerLimit.</summary>
        public long Full;

        /// <summary>When the journal may hear of it again, and what was refused since it last did.</summary>
        public long NextTold;
        public uint Refused;
    }

    private readonly FlowTable _flows;
    private readonly PathEvents _events;
    private readonly Host[] _hosts;
    private readonly int[] _free;
    private readonly HashIndex _index;
    private readonly HashKey _secret = HashKey.Create();

    // By flow: whose it is, times two, plus one if the host began it; 0 for nobody's.
    private readonly uint[] _owners;
    private int _freeCount, _cursor;

    /// <param name="flows">Live flows in it are counted when <see cref="Hold"/> is called for them.</param>
    /// <param name="hosts">How many can be told apart.</param>
    /// <param name="events">Where the journal is told.</param>
    public Quotas(FlowTable flows, int hosts, PathEvents events)
    {
        (_flows, _events) = (flows, events);
        _hosts = new Host[hosts + 1];
        _free = new int[hosts];
        for (int id = hosts; id > Crowd; id--) _free[_freeCount++] = id;
        _index = new HashIndex(hosts);
        _owners = new uint[flows.Capacity];
    }

    /// <summary>Hosts that can be told apart, and those that are known now.</summary>
    public int Capacity => _free.Length;

    public int Count => Capacity - _freeCount;

    /// <summary>Whether a host may have one more flow.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="host">The local host.</param>
    /// <param name="zone">Where it lives.</param>
    /// <param name="begins">It begins the flow; else somebody comes to it, and only the share is asked.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public DropReason Ask(Plan plan, Address host, PortId zone, bool begins, long now)
    {
        if (zone == PortId.Host) return DropReason.None;
        int id = Find(host);
        ref Host known = ref _hosts[id];
        Renew(ref known, plan, isCrowd: id == Crowd, host, zone);
        DropReason reason = Judge(ref known, begins, now);
        if (reason != DropReason.None) Tell(ref known, reason, host, zone, now);
        return reason;
    }

    /// <summary>What <see cref="Ask"/> would answer, without any trace of having been asked.</summary>
    public DropReason Foresee(Plan plan, Address host, PortId zone, bool begins, long now)
    {
        if (zone == PortId.Host) return DropReason.None;
        int id = Seek(host, Hash(host));
        if (id < 0 && _freeCount == 0) id = Crowd;
        Host known = id < 0 ? default : _hosts[id];
        Renew(ref known, plan, isCrowd: id == Crowd, host, zone);
        return Judge(ref known, begins, now);
    }

    /// <summary>Counts a flow that was admitted, or that an earlier process left.</summary>
    public void Hold(FlowId id, bool isInbound)
    {
        ref Flow flow = ref _flows[id];
        PortId zone = isInbound ? flow.Egress : flow.Ingress;
        if (zone == PortId.Host)
        {
            _owners[id.Value] = 0;
            return;
        }
        int owner = Find(isInbound ? flow.OutsideDestination : flow.InsideSource);
        ref Host host = ref _hosts[owner];
        host.Flows++;
        if (!isInbound) host.Begun++;
        _owners[id.Value] = ((uint)owner + 1) << 1 | (isInbound ? 0u : 1u);
    }

    /// <summary>Counts a flow no more, as it ends.</summary>
    public void Release(FlowId id)
    {
        uint owner = _owners[id.Value];
        if (owner == 0) return;
        _owners[id.Value] = 0;
        ref Host host = ref _hosts[(int)(owner >> 1) - 1];
        host.Flows--;
        if ((owner & 1) != 0) host.Begun--;
    }

    /// <summary>Forgets hosts, among the next <paramref name="slice"/> places, of whom nothing is left to know.</summary>
    public void Sweep(long now, int slice)
    {
        for (; slice > 0; slice--)
        {
            _cursor = _cursor + 1 < _hosts.Length ? _cursor + 1 : Crowd + 1;
            ref Host host = ref _hosts[_cursor];
            if (!host.IsLive || host.Flows > 0 || host.Full > now || host.NextTold > now) continue;
            _index.Remove(Hash(host.Address), _cursor);
            host = default;
            _free[_freeCount++] = _cursor;
        }
    }

    public void Dispose() => _index.Dispose();

    // A policy has limits of its own.
    private static void Renew(ref Host known, Plan plan, bool isCrowd, Address host, PortId zone)
    {
        if (known.Generation == plan.Policy.Generation) return;
        HostLimits limits = plan.Policy.Limits;
        (known.Generation, known.Limit) = (plan.Policy.Generation, isCrowd ? limits.Common : limits.Of(host, zone));
    }

    private DropReason Judge(ref Host host, bool begins, long now)
    {
        bool isLimited = host.Limit.Flows != HostLimit.Unlimited;
        if (isLimited && host.Flows >= _flows.Capacity - _flows.Count && host.Flows > 0) return DropReason.HostShare;
        if (!begins) return DropReason.None;
        if (isLimited && host.Begun >= host.Limit.Flows) return DropReason.HostFlows;
        if (host.Limit.NewFlows == HostLimit.Unlimited) return DropReason.None;
        long interval = Minute / host.Limit.NewFlows, start = Math.Max(host.Full, now);
        if (start - now > interval * (host.Limit.NewFlows - 1)) return DropReason.HostRate;
        host.Full = start + interval;
        return DropReason.None;
    }

    // One event for each host and minute; the next says how many flows were refused meanwhile.
    private void Tell(ref Host host, DropReason reason, Address address, PortId zone, long now)
    {
        host.Refused++;
        if (now < host.NextTold) return;
        _events.Write(new PathEvent
        {
            Kind = PathEventKind.HostLimited, Reason = reason, Source = address, Ingress = zone, Refused = host.Refused, Flows = (uint)host.Flows,
        });
        (host.NextTold, host.Refused) = (now + Minute, 0);
    }

    private int Find(Address address)
    {
        ulong hash = Hash(address);
        if (Seek(address, hash) is >= 0 and int known) return known;
        if (_freeCount == 0) return Crowd;
        int made = _free[--_freeCount];
        _hosts[made] = new Host { Address = address, IsLive = true };
        _index.Add(hash, made);
        return made;
    }

    // Its place, or -1.
    private int Seek(Address address, ulong hash)
    {
        for (int id = _index.First(hash, out Cursor cursor); id >= 0; id = _index.Next(ref cursor))
        {
            if (_hosts[id].Address == address) return id;
        }
        return -1;
    }

    private ulong Hash(Address address) => SipHash.Hash(_secret, address.High, address.Low);
}
