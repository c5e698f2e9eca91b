using System.Diagnostics;

namespace Router.Lab.Wires;

/// <summary>
/// One direction of a wire. A frame that need not wait is sent from the buffer into which it was read; one that must is
/// copied into a slot and stands in a queue by the time at which it is due. The queue holds 4,096 frames, further ones
/// are lost, as in any line with a buffer. One thread calls everything here; counters may be read by another.
/// </summary>
internal sealed class Direction(PacketSocket from, PacketSocket to, bool paysToll)
{
    private const int Slots = 4096;
    private const int SlotSize = 2048; // a whole frame at MTU 1500, with room for a tag
    private const int PerRound = 64;
    private const long HeldBack = 5_000_000;

    private readonly byte[] _scratch = new byte[SlotSize];
    private readonly byte[] _store = new byte[Slots * SlotSize];
    private readonly int[] _lengths = new int[Slots];
    private readonly Stack<int> _free = new(Enumerable.Range(0, Slots));
    private readonly PriorityQueue<int, (long Due, long Serial)> _waiting = new();
    private readonly Random _random = new();
    private long _lineFree;
    private long _lastDue;
    private long _serial;
    private int _owed;
    private long _seen, _sent, _lost, _swallowed;

    public static long Now => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    public string Counts => $"{Volatile.Read(ref _seen)} {Volatile.Read(ref _sent)} {Volatile.Read(ref _lost)} {Volatile.Read(ref _swallowed)}";

    /// <summary>When the first waiting frame is due; long.MaxValue when none waits.</summary>
    public long NextDue => _waiting.TryPeek(out _, out (long Due, long Serial) first) ? first.Due : long.MaxValue;

    /// <summary>Takes what has arrived, a bounded number so that the other direction has its turn.</summary>
    public void Take(Impairments wire, long now)
    {
        for (int i = 0; i < PerRound; i++)
        {
            int length = from.Receive(_scratch);
            if (length <= 0) return;
            _seen++;
            if (wire.BlackHole)
            {
                _swallowed++;
                continue;
            }
            if (Chance(wire.Loss) || (paysToll && Owes(wire, _scratch)))
            {
                _lost++;
                continue;
            }
            Pass(wire, now, length);
            if (Chance(wire.Duplicate)) Pass(wire, now, length);
        }
    }

    /// <summary>Sends what is due. A black hole swallows what was on its way too.</summary>
    public void Release(Impairments wire, long now)
    {
        while (_waiting.TryPeek(out int slot, out (long Due, long Serial) first) && first.Due <= now)
        {
            _waiting.Dequeue();
            _free.Push(slot);
            if (wire.BlackHole) _swallowed++;
            else Send(_store.AsSpan(slot * SlotSize, _lengths[slot]));
        }
    }

    private void Pass(Impairments wire, long now, int length)
    {
        if (!wire.Holds && _waiting.Count == 0)
        {
            Send(_scratch.AsSpan(0, length));
            return;
        }
        if (!_free.TryPop(out int slot))
        {
            _lost++;
            return;
        }
        _scratch.AsSpan(0, length).CopyTo(_store.AsSpan(slot * SlotSize));
        _lengths[slot] = length;
        _waiting.Enqueue(slot, (DueTime(wire, now, length), _serial++));
    }

    /// <summary>First the line's rate, then the way's delay; a frame that is not held back never overtakes another.</summary>
    private long DueTime(Impairments wire, long now, int length)
    {
        long due = now;
        if (wire.BitsPerSecond > 0)
        {
            _lineFree = Math.Max(_lineFree, now) + (length * 8L * 1_000_000_000 / wire.BitsPerSecond);
            due = _lineFree;
        }
        due += wire.DelayNanoseconds + (wire.JitterNanoseconds > 0 ? _random.NextInt64(wire.JitterNanoseconds) : 0);
        if (Chance(wire.Reorder)) return due + HeldBack;
        return _lastDue = Math.Max(due, _lastDue);
    }

    private void Send(ReadOnlySpan<byte> frame)
    {
        if (to.Send(frame)) _sent++;
        else _lost++;
    }

    // What is owed is carried over from packet to packet, so that no stretch of them loses more, or less, than its part.
    private bool Owes(Impairments wire, ReadOnlySpan<byte> frame)
    {
        bool isV4 = frame[12] == 0x08 && frame[13] == 0x00;
        if (!isV4 || wire.Toll == 0) return false;
        _owed += wire.Toll;
        if (_owed < wire.Of) return false;
        _owed -= wire.Of;
        return true;
    }

    private bool Chance(double share) => share > 0 && _random.NextDouble() < share;
}
