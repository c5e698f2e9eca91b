using System.Numerics;
using Router.Tables;
using Router.Wire;

namespace Router.Forwarding.Translation;

/// <summary>
/// The 65,536 ports (or ICMP identifiers, or call ids of PPTP) of one outside address and protocol: which mapping has each. A
/// port is preserved where that can be; else a free one of the same parity and range is taken at a place that nobody outside can
/// guess (RFC 4787 REQ-3 and REQ-4, RFC 6056). 264 KiB each; there is one per link address and protocol. TCP and UDP do not share (RFC 7857).
/// </summary>
internal sealed class OutsidePorts(Address address, byte protocol)
{
    private const int None = 0;
    private const int FirstDynamic = 1024;

    /// <summary>Mapping plus one; 0 is free.</summary>
    private readonly int[] _holder = new int[65536];
    private readonly ulong[] _taken = new ulong[1024];
    private readonly HashKey _secret = HashKey.Create();
    private readonly bool _anyNumber = protocol is Wire.Protocol.Icmp or Wire.Protocol.Icmp6 or Wire.Protocol.Gre;
    private ulong _draws;

    public Address Address { get; } = address;

    public byte Protocol { get; } = protocol;

    public int Taken { get; private set; }

    /// <summary>The mapping that holds a port, or -1.</summary>
    public int Holder(ushort port) => _holder[port] - 1;

    /// <summary>Finds a port for an inside port. False when all of its range are taken.</summary>
    /// <param name="wanted">The inside port.</param>
    /// <param name="plan">Whose served ports are kept free; null for the box itself, which may use them.</param>
    /// <param name="port">The answer.</param>
    public bool TryChoose(ushort wanted, Plan? plan, out ushort port)
    {
        port = wanted;
        if (IsFree(wanted, plan)) return true;
        int first = _anyNumber || wanted < FirstDynamic ? (_anyNumber ? 0 : 1) : FirstDynamic;
        int end = !_anyNumber && wanted < FirstDynamic ? FirstDynamic : 65536;
        int start = first + (int)(SipHash.Hash(_secret, _draws++, wanted) % (uint)(end - first));
        ulong sameParity = (wanted & 1) == 0 ? 0x5555_5555_5555_5555 : 0xAAAA_AAAA_AAAA_AAAA;
        return TryScan(start, end, sameParity, plan, out port) || TryScan(first, start, sameParity, plan, out port)
            || TryScan(start, end, ~sameParity, plan, out port) || TryScan(first, start, ~sameParity, plan, out port);
    }

    /// <summary>Finds an even port such that it and the one above it are free, for an even inside port: the same two, or others.</summary>
    public bool TryChoosePair(ushort wanted, Plan plan, out ushort port)
    {
        port = wanted;
        if (IsFree(wanted, plan) && IsFree(wanted + 1, plan)) return true;
        int start = (int)(SipHash.Hash(_secret, _draws++, wanted) % 1008);
        for (int look = 0; look < 1008; look++)
        {
            // The ports below 1024 are the first sixteen words.
            int word = 16 + (start + look) % 1008;
            for (ulong free = ~_taken[word] & ~_taken[word] >> 1 & 0x5555_5555_5555_5555; free != 0; free &= free - 1)
            {
                port = (ushort)((word << 6) + BitOperations.TrailingZeroCount(free));
                if (IsFree(port, plan) && IsFree(port + 1, plan)) return true;
            }
        }
        return false;
    }

    public void Take(ushort port, int mapping)
    {
        if (_holder[port] == None) Taken++;
        _holder[port] = mapping + 1;
        _taken[port >> 6] |= 1UL << (port & 63);
    }

    public void Free(ushort port)
    {
        if (_holder[port] == None) return;
        Taken--;
        _holder[port] = None;
        _taken[port >> 6] &= ~(1UL << (port & 63));
    }

    private bool IsFree(int port, Plan? plan) =>
        (port != 0 || _anyNumber)
        && (_taken[port >> 6] >> (port & 63) & 1) == 0 && plan?.IsServed(Protocol, (ushort)port) != true;

    // Sixty-four ports a look: the whole space of one parity is a thousand looks at the worst.
    private bool TryScan(int from, int end, ulong parity, Plan? plan, out ushort port)
    {
        for (int word = from >> 6; word << 6 < end; word++)
        {
            ulong free = ~_taken[word] & parity;
            if (word == from >> 6) free &= ulong.MaxValue << (from & 63);
            for (; free != 0; free &= free - 1)
            {
                int found = (word << 6) + BitOperations.TrailingZeroCount(free);
                if (found >= end) break;
                if (!IsFree(found, plan)) continue;
                port = (ushort)found;
                return true;
            }
        }
        port = 0;
        return false;
    }
}
