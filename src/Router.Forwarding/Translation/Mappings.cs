using Router.Tables;
using Router.Wire;

namespace Router.Forwarding.Translation;

/// <summary>
/// All mappings, found by their inside endpoint (an index) and by their outside endpoint (the ports of each outside address). A
/// mapping lives while a flow uses it, and 120 s longer, so that its outside port does not pass to another host while strangers
/// still send to it (RFC 6888 REQ-8); the same inside endpoint gets it back at once. Owned by the forwarding thread.
/// </summary>
internal sealed class Mappings : IDisposable
{
    private const long Quarantine = 120_000_000;

    private readonly MappedTable<Mapping> _table;
    private readonly HashIndex _byInside;
    private readonly DeadlineScan _deadlines;
    private readonly HashKey _secret = HashKey.Create();
    private readonly List<OutsidePorts> _outside = [];

    /// <param name="table">May hold mappings of an earlier process; their flows are counted again as those are resumed.</param>
    public Mappings(MappedTable<Mapping> table)
    {
        _table = table;
        _byInside = new HashIndex(table.Capacity);
        _deadlines = new DeadlineScan(table.Capacity);
        for (int id = table.NextLive(-1); id >= 0; id = table.NextLive(id))
        {
            ref Mapping mapping = ref table[id];
            mapping.Flows = 0;
            Enter(id, mapping);
            _deadlines.Set(id, Coarse(mapping.Released + Quarantine) + 1);
        }
    }

    public int Count => _table.Count;

    public int Capacity => _table.Capacity;

    public long Octets => _table.FileOctets + _byInside.Octets + _deadlines.Capacity * sizeof(uint) + _outside.Count * (65536 * 4 + 8192);

    public ref Mapping this[int id] => ref _table[id];

    public bool IsLive(int id) => (uint)id < (uint)_table.Capacity && _table.IsLive(id);

    /// <summary>The mapping that an outside endpoint belongs to, or -1.</summary>
    public int FindOutside(Address outside, ushort port, byte protocol) => PortsOf(outside, protocol, make: false)?.Holder(port) ?? -1;

    /// <summary>The mapping of an inside endpoint on a link, or -1; what is <paramref name="wanted"/> is said as for <see cref="Obtain"/>.</summary>
    public int Find(in Mapping wanted)
    {
        for (int id = _byInside.First(Hash(wanted), out Cursor cursor); id >= 0; id = _byInside.Next(ref cursor))
        {
            ref Mapping mapping = ref _table[id];
            if (mapping.InsidePort == wanted.InsidePort && mapping.Inside == wanted.Inside && mapping.Protocol == wanted.Protocol
                && mapping.Link == wanted.Link && mapping.Outside == wanted.Outside) return id;
        }
        return -1;
    }

    /// <summary>The mapping of an inside endpoint on a link, made if there is none.</summary>
    /// <param name="wanted">What it needs: <see cref="Mapping.Inside"/>, its port, zone, protocol, link, and the outside address.</param>
    /// <param name="plan">Which ports are served, and so not given away.</param>
    /// <param name="isOwn">The box itself asks; it may have the ports that it serves on.</param>
    /// <param name="now">Monotonic microseconds.</param>
    /// <param name="id">The mapping, held by nobody yet (<see cref="Hold"/>).</param>
    public DropReason Obtain(in Mapping wanted, Plan plan, bool isOwn, long now, out int id)
    {
        id = Find(wanted);
        if (id >= 0)
        {
            _table[id].FullCone |= wanted.FullCone;
            return DropReason.None;
        }
        OutsidePorts ports = PortsOf(wanted.Outside, wanted.Protocol, make: true)!;
        if (!ports.TryChoose(wanted.InsidePort, isOwn ? null : plan, out ushort port)) return DropReason.PortsExhausted;
        return TryMake(wanted, port, now, out id) ? DropReason.None : DropReason.MappingsFull;
    }

    /// <summary>
    /// Makes mappings of an even inside port and the one above it, next to each other outside too, as senders of RTP and RTCP like it
    /// (RFC 3550 11). Where one of them is there already, or no such two are free, nothing is done: nobody promises it (RFC 4787 4.2.3).
    /// </summary>
    public void PreparePair(in Mapping wanted, Plan plan, long now)
    {
        Mapping second = wanted;
        second.InsidePort++;
        if ((wanted.InsidePort & 1) != 0 || FindInside(wanted) >= 0 || FindInside(second) >= 0) return;
        OutsidePorts ports = PortsOf(wanted.Outside, wanted.Protocol, make: true)!;
        if (!ports.TryChoosePair(wanted.InsidePort, plan, out ushort port)) return;
        if (TryMake(wanted, port, now, out _)) TryMake(second, (ushort)(port + 1), now, out _);
    }

    /// <summary>The mapping of an inside endpoint by this link and outside address, or -1.</summary>
    public int FindInside(in Mapping wanted)
    {
        for (int id = _byInside.First(Hash(wanted), out Cursor cursor); id >= 0; id = _byInside.Next(ref cursor))
        {
            ref Mapping mapping = ref _table[id];
            if (mapping.InsidePort == wanted.InsidePort && mapping.Inside == wanted.Inside && mapping.Protocol == wanted.Protocol
                && mapping.Link == wanted.Link && mapping.Outside == wanted.Outside) return id;
        }
        return -1;
    }

    private bool TryMake(in Mapping wanted, ushort port, long now, out int id)
    {
        if (!_table.TryTake(out id)) return false;
        ref Mapping mapping = ref _table[id];
        mapping = wanted;
        mapping.OutsidePort = port;
        _table.Commit(id);
        Enter(id, mapping);
        _deadlines.Set(id, Coarse(now + Quarantine) + 1);
        return true;
    }

    public void Hold(int id) => _table[id].Flows++;

    public void Release(int id, long now)
    {
        ref Mapping mapping = ref _table[id];
        mapping.Released = now;
        if (--mapping.Flows == 0) _deadlines.Set(id, Coarse(now + Quarantine) + 1);
    }

    /// <summary>
    /// Releases what was only held for a flow that did not come. A port that no packet has ever left by needs no quarantine, so a host
    /// that announces one after the other does not use up those of others.
    /// </summary>
    public void Withdraw(int id, long now)
    {
        ref Mapping mapping = ref _table[id];
        if (mapping.Flows > 1 || mapping.Released != 0) Release(id, now);
        else Remove(id);
    }

    /// <summary>Ends mappings in the next <paramref name="slice"/> slots that nobody has used for long enough.</summary>
    public void Sweep(long now, int slice)
    {
        Span<int> due = stackalloc int[64];
        int count = _deadlines.Due(Coarse(now), slice, due);
        foreach (int id in due[..count])
        {
            if (_table[id].Flows > 0) _deadlines.Clear(id);
            else Remove(id);
        }
    }

    /// <summary>
    /// Makes room for the ports of the plan's link addresses, so that no first packet has to, and forgets addresses that no link has
    /// any more once the last mapping by them has ended: a provider that hands out another address each night fills nothing.
    /// </summary>
    public void Prepare(Plan plan)
    {
        for (int i = _outside.Count - 1; i >= 0; i--)
        {
            if (_outside[i].Taken == 0 && !IsWanted(plan, _outside[i].Address)) _outside.RemoveAt(i);
        }
        foreach (Links.LinkState? link in plan.Links)
        {
            if (link is null) continue;
            Prepare(link.Outside(v4: true), Protocol.Icmp, Protocol.Gre);
            if (plan.Policy.Ipv6.On(link.Id) == Rules.Ipv6Nat.Napt) Prepare(link.Outside(v4: false), Protocol.Icmp6);
        }
    }

    public void Dispose()
    {
        _byInside.Dispose();
        _table.Dispose();
    }

    private void Prepare(Address outside, params ReadOnlySpan<byte> besidesPorts)
    {
        if (outside.IsUnspecified) return;
        PortsOf(outside, Protocol.Tcp, make: true);
        PortsOf(outside, Protocol.Udp, make: true);
        foreach (byte protocol in besidesPorts) PortsOf(outside, protocol, make: true);
    }

    private static bool IsWanted(Plan plan, Address outside)
    {
        if ((plan.Own(outside) & plan.LinkPorts) != 0) return true;
        foreach (Rules.Rule rule in plan.Policy.Rules)
        {
            if (rule.Nat == Rules.SourceNat.Fixed && rule.NatAddress == outside) return true;
        }
        return false;
    }

    private void Enter(int id, in Mapping mapping)
    {
        _byInside.Add(Hash(mapping), id);
        PortsOf(mapping.Outside, mapping.Protocol, make: true)!.Take(mapping.OutsidePort, id);
    }

    private void Remove(int id)
    {
        ref Mapping mapping = ref _table[id];
        _byInside.Remove(Hash(mapping), id);
        PortsOf(mapping.Outside, mapping.Protocol, make: false)?.Free(mapping.OutsidePort);
        _deadlines.Clear(id);
        _table.Free(id);
    }

    private OutsidePorts? PortsOf(Address outside, byte protocol, bool make)
    {
        foreach (OutsidePorts ports in _outside)
        {
            if (ports.Protocol == protocol && ports.Address == outside) return ports;
        }
        if (!make) return null;
        var added = new OutsidePorts(outside, protocol);
        _outside.Add(added);
        return added;
    }

    private ulong Hash(in Mapping mapping) =>
        SipHash.Hash(_secret, mapping.Inside.High, mapping.Inside.Low, (ulong)mapping.InsidePort << 32 | (uint)mapping.Protocol << 8 | mapping.Link.Value);

    private static uint Coarse(long time) => (uint)(time / 1_000_000);
}
