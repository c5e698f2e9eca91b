using Router.Forwarding.Flows;
using Router.Ports;

namespace Router.Forwarding.Answers;

/// <summary>
/// SYNs of strangers to ports that an inside host has, and that a rule with `deny` refuses. The host behind may be opening towards
/// the same stranger at this moment, and an answer now would break what is about to become a simultaneous open. So such a SYN is
/// held for six seconds; if the flow is there by then nothing is said, and the stranger's next SYN passes as part of it, else the
/// stranger is told "port unreachable" (RFC 5382 REQ-4).
///
/// All wait equally long, so they leave in the order in which they came: a ring. When it is full, or a SYN carries too much data,
/// the answer is silence, which the RFC allows as well. [F]
/// </summary>
internal sealed class HeldSyns(Refusals refusals) : IDisposable
{
    private const long Patience = 6_000_000;
    private const int Most = 64;
    private const int MostOctets = 256;

    private readonly Batch _packets = Filled();
    private readonly FlowKey[] _keys = new FlowKey[Most];
    private readonly long[] _due = new long[Most];
    private int _first, _count;

    /// <summary>Keeps a copy of a refused SYN, if there is room.</summary>
    public void Hold(Span<byte> octets, in FlowKey key, long now)
    {
        if (_count == Most || octets.Length > MostOctets) return;
        int slot = (_first + _count++) % Most;
        octets.CopyTo(_packets.Space(slot));
        _packets[slot].Length = octets.Length;
        (_keys[slot], _due[slot]) = (key, now + Patience);
    }

    /// <summary>Answers those whose time has come and that no flow explains.</summary>
    public void Tend(Plan plan, FlowTable flows, long now)
    {
        for (; _count > 0 && _due[_first] <= now; _first = (_first + 1) % Most, _count--)
        {
            Span<byte> octets = _packets.Octets(_first);
            bool isExplained = flows.Find(_keys[_first], out _).Exists;
            if (isExplained || Datagram.Read(octets, verify: false, out Datagram packet) != DropReason.None) continue;
            refusals.TellPortUnreachable(plan, octets, packet, _keys[_first].Ingress, now);
        }
    }

    public void Dispose() => _packets.Dispose();

    private static Batch Filled()
    {
        var batch = new Batch(Most, MostOctets);
        while (batch.Add() >= 0) { }
        return batch;
    }
}
