using Router.Forwarding.Flows;
using Router.Ports;
using Router.Tables;
using Router.Wire;

namespace Router.Forwarding.Translation;

/// <summary>
/// Pieces of datagrams, which only in the first piece carry ports. The first piece to pass with ports tells which flow the whole
/// datagram belongs to; the others follow it by (source, destination, protocol, id, port of entry). Pieces that come before it
/// wait, copied, for at most two seconds (RFC 4787 REQ-14: in any order). Nothing is reassembled.
///
/// Memory is fixed: 1,024 datagrams and 256 waiting pieces; one sender may have a quarter of each. What finds no room is refused
/// and counted, and live datagrams stay. Pieces that overlap condemn their datagram (RFC 5722, RFC 8900 3.7); an exact copy of a
/// piece goes no further and harms nothing (RFC 8200 4.5, <see cref="Coverage"/>).
///
/// Datagrams of two inside hosts may carry the same id behind one outside address, where the receiver would splice them; each
/// datagram therefore gets an id of our own on the way out (RFC 6864).
/// </summary>
internal sealed class Fragments : IDisposable
{
    private const int MostDatagrams = 1024;
    private const int MostWaiting = 256;
    private const long Lifetime = 2_000_000;

    private struct Train
    {
        public Address Source, Destination;
        public uint Id;
        public byte Protocol;
        public PortId Ingress;
        public bool IsLive, Condemned, Outward;
        public ushort NewId;
        public FlowId Flow;
        public uint Serial;
        public long Expires;
        public int Waiting;
    }

    private readonly Train[] _trains = new Train[MostDatagrams];
    private readonly Coverage _coverage = new(MostDatagrams);
    private readonly HashIndex _index = new(MostDatagrams);
    private readonly HashKey _secret = HashKey.Create();
    private readonly Batch _waiting = new(MostWaiting, 9280);
    private readonly int[] _waitingOf = new int[MostWaiting];
    private int _cursor;
    private ushort _nextId;

    public Fragments()
    {
        Array.Fill(_waitingOf, -1);
        while (_waiting.Add() >= 0) { }
    }

    /// <summary>Pieces that waited, and whose first piece never came.</summary>
    public long Unclaimed { get; private set; }

    /// <summary>
    /// Finds the datagram of a piece, or begins one; checks that the piece neither repeats nor overlaps one before it.
    /// </summary>
    public DropReason Enter(in Datagram packet, PortId ingress, long now, out int train)
    {
        ulong hash = Hash(packet, ingress);
        train = -1;
        for (int id = _index.First(hash, out Cursor cursor); id >= 0; id = _index.Next(ref cursor))
        {
            if (IsOf(_trains[id], packet, ingress)) train = id;
        }
        if (train >= 0 && _trains[train].Expires <= now)
        {
            End(train);
            train = -1;
        }
        if (train < 0 && !TryBegin(packet, ingress, hash, now, out train)) return DropReason.FragmentTableFull;
        if (_trains[train].Condemned) return DropReason.FragmentOverlap;
        return Cover(train, packet);
    }

    /// <summary>The flow that the datagram belongs to, once its first piece has passed. False: not known yet, or ended since.</summary>
    public bool TryFlow(int train, FlowTable flows, out FlowId flow, out bool outward, out ushort newId)
    {
        ref Train found = ref _trains[train];
        (flow, outward, newId) = (found.Flow, found.Outward, found.NewId);
        return flow.Exists && flows.IsLive(flow) && flows.Serial(flow) == found.Serial;
    }

    /// <summary>Tells that the first piece passed as part of a flow. Answers the datagram's id on the way out.</summary>
    public ushort Claim(int train, FlowTable flows, FlowId flow, bool outward)
    {
        ref Train found = ref _trains[train];
        (found.Flow, found.Outward, found.Serial) = (flow, outward, flows.Serial(flow));
        if (found.NewId == 0) found.NewId = NextId();
        return found.NewId;
    }

    /// <summary>An id for a datagram behind our address. Zero is passed over: some receivers take it for "no id".</summary>
    public ushort NextId() => ++_nextId == 0 ? ++_nextId : _nextId;

    /// <summary>Keeps a copy of a piece whose first piece has not come yet.</summary>
    public DropReason Wait(int train, Span<byte> octets)
    {
        int slot = Array.IndexOf(_waitingOf, -1);
        if (slot < 0 || octets.Length > _waiting.Room || WaitingOf(_trains[train].Source) >= MostWaiting / 4) return DropReason.FragmentTableFull;
        octets.CopyTo(_waiting.Space(slot));
        _waiting[slot].Length = octets.Length;
        _waitingOf[slot] = train;
        _trains[train].Waiting++;
        return DropReason.Consumed;
    }

    /// <summary>Takes one piece that waits for this datagram, into <paramref name="to"/>. Answers its length, or 0 when none is left.</summary>
    public int TakeWaiting(int train, Span<byte> to)
    {
        if (_trains[train].Waiting == 0) return 0;
        int slot = Array.IndexOf(_waitingOf, train);
        _trains[train].Waiting--;
        _waitingOf[slot] = -1;
        Span<byte> octets = _waiting.Octets(slot);
        octets.CopyTo(to);
        return octets.Length;
    }

    /// <summary>Whether pieces wait for this datagram's first one.</summary>
    public bool HasWaiting(int train) => _trains[train].Waiting > 0;

    /// <summary>Ends datagrams whose time is over.</summary>
    public void Sweep(long now)
    {
        for (int looked = 0; looked < MostDatagrams / 8; looked++)
        {
            _cursor = (_cursor + 1) % MostDatagrams;
            if (_trains[_cursor].IsLive && _trains[_cursor].Expires <= now) End(_cursor);
        }
    }

    public void Dispose()
    {
        _index.Dispose();
        _waiting.Dispose();
    }

    private bool TryBegin(in Datagram packet, PortId ingress, ulong hash, long now, out int train)
    {
        int ofSender = 0;
        train = -1;
        for (int id = 0; id < MostDatagrams; id++)
        {
            if (_trains[id].IsLive && _trains[id].Expires <= now) End(id);
            if (!_trains[id].IsLive) train = id;
            else if (_trains[id].Source == packet.Source) ofSender++;
        }
        if (train < 0 || ofSender >= MostDatagrams / 4) return false;
        _trains[train] = new Train
        {
            Source = packet.Source, Destination = packet.Destination, Id = packet.FragmentId, Protocol = packet.Protocol,
            Ingress = ingress, IsLive = true, Flow = FlowId.None, Expires = now + Lifetime,
        };
        _coverage.Clear(train);
        _index.Add(hash, train);
        return true;
    }

    private DropReason Cover(int train, in Datagram packet)
    {
        int first = packet.FragmentOffset / 8, units = (packet.Length - packet.Transport + 7) / 8;
        switch (_coverage.Add(train, first, first + units))
        {
            case PieceFit.New: return DropReason.None;
            case PieceFit.Duplicate: return DropReason.FragmentDuplicate;
            case PieceFit.Overlap: break;
        }
        _trains[train].Condemned = true;
        return DropReason.FragmentOverlap;
    }

    private int WaitingOf(Address sender)
    {
        int count = 0;
        foreach (int train in _waitingOf)
        {
            if (train >= 0 && _trains[train].Source == sender) count++;
        }
        return count;
    }

    private void End(int train)
    {
        ref Train found = ref _trains[train];
        Unclaimed += found.Waiting;
        for (int slot = 0; found.Waiting > 0 && slot < MostWaiting; slot++)
        {
            if (_waitingOf[slot] == train) _waitingOf[slot] = -1;
        }
        _index.Remove(Hash(found), train);
        found = default;
    }

    private static bool IsOf(in Train train, in Datagram packet, PortId ingress) =>
        train.Id == packet.FragmentId && train.Source == packet.Source && train.Destination == packet.Destination
        && train.Protocol == packet.Protocol && train.Ingress == ingress;

    private ulong Hash(in Datagram packet, PortId ingress) =>
        SipHash.Hash(_secret, packet.Source.High, packet.Source.Low, packet.Destination.High, packet.Destination.Low,
            (ulong)packet.FragmentId << 16 | (uint)packet.Protocol << 8 | ingress.Value);

    private ulong Hash(in Train train) =>
        SipHash.Hash(_secret, train.Source.High, train.Source.Low, train.Destination.High, train.Destination.Low,
            (ulong)train.Id << 16 | (uint)train.Protocol << 8 | train.Ingress.Value);
}
