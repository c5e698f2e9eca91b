using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Router.Daemon.Health;

/// <summary>
/// The rounds of one link that are under way. A round starts every `interval`, whether or not those before it have ended, and ends
/// when every target that it asked has answered or its timeout has passed. Rounds are handed out in the order in which they were
/// started, as "n failed in a row" means nothing otherwise; a round that is complete waits for the one before it.
///
/// With interval I, timeout T and n rounds to fail, a link that goes silent is found out at worst nI + T after its last answer: the
/// next n rounds start within nI, and the last of them needs T to fail. The defaults give 3 x 0.5 + 1 = 2.5 s.
///
/// Each probe carries a secret token drawn for it alone. An answer counts once, within the timeout, and only with that token. Pure: the
/// caller sends, and passes the time.
/// </summary>
internal sealed class LinkRounds
{
    private struct Flight
    {
        public uint Number;
        public long Started;
        public ulong Asked;
        public ulong Answered;
    }

    private readonly Flight[] _flights;
    private readonly ulong[] _tokens;
    private readonly long[] _latencies;
    private readonly long _interval, _timeout;
    private readonly int _quorum, _targets;
    private uint _first, _end;

    /// <param name="targets">1 to 64.</param>
    public LinkRounds(int targets, int quorum, TimeSpan interval, TimeSpan timeout, long now)
    {
        _targets = targets;
        _quorum = quorum;
        _interval = Math.Max(1000, interval.Ticks / TimeSpan.TicksPerMicrosecond);
        _timeout = Math.Max(1000, timeout.Ticks / TimeSpan.TicksPerMicrosecond);
        Most = (int)Math.Min(64, (_timeout + _interval - 1) / _interval + 1);
        _flights = new Flight[Most];
        _tokens = new ulong[Most * targets];
        _latencies = new long[Most * targets];
        NextStart = now;
    }

    /// <summary>How many rounds can be under way; slots of rounds are numbered below this.</summary>
    public int Most { get; }

    public long NextStart { get; private set; }

    /// <summary>When <see cref="TryFinish"/> or <see cref="Start"/> has something to do.</summary>
    public long Deadline
    {
        get
        {
            if (_first == _end) return NextStart;
            long ends = _flights[_first % Most].Started + _timeout;
            return _end - _first < Most ? Math.Min(NextStart, ends) : ends;
        }
    }

    /// <summary>Whether the next round is due, and there is room for it.</summary>
    public bool IsDue(long now) => now >= NextStart && _end - _first < Most;

    /// <summary>Opens a round; the caller then sends one probe to each target of <paramref name="asked"/> with its token.</summary>
    /// <returns>The round's number.</returns>
    public uint Start(ulong asked, long now)
    {
        uint number = _end++;
        _flights[number % Most] = new Flight { Number = number, Started = now, Asked = asked };
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_tokens.AsSpan(Slot(number, 0), _targets)));
        NextStart = now - NextStart >= _interval ? now + _interval : NextStart + _interval;
        return number;
    }

    /// <summary>Where a probe keeps what belongs to it, below <see cref="Most"/> times the number of targets.</summary>
    public int Slot(uint number, int target) => (int)(number % Most) * _targets + target;

    public ulong Token(uint number, int target) => _tokens[Slot(number, target)];

    /// <summary>Finds the round under way whose number ends in these 16 bits.</summary>
    public bool TryFind(ushort sequence, out uint number)
    {
        for (number = _first; number != _end; number++)
        {
            if ((ushort)number == sequence) return true;
        }
        return false;
    }

    /// <returns>False if it is not an answer to a probe under way: forged, late, doubled.</returns>
    public bool Answer(uint number, int target, ulong token, long now)
    {
        if (number - _first >= _end - _first || (uint)target >= (uint)_targets) return false;
        ref Flight flight = ref _flights[number % Most];
        ulong bit = 1UL << target;
        if ((flight.Asked & ~flight.Answered & bit) == 0 || token != Token(number, target) || now - flight.Started >= _timeout) return false;
        flight.Answered |= bit;
        _latencies[Slot(number, target)] = now - flight.Started;
        return true;
    }

    /// <summary>The same for a probe that the caller knows by its slot, and whose answer needs no token.</summary>
    public bool AnswerSlot(int slot, long now)
    {
        uint number = _flights[slot / _targets].Number;
        return Answer(number, slot % _targets, _tokens[slot], now);
    }

    /// <summary>The same for a probe that has room for 16 bits only, the low ones of its token.</summary>
    public bool AnswerShort(int target, ushort mark, long now)
    {
        for (uint number = _first; number != _end; number++)
        {
            if ((ushort)Token(number, target) == mark && Answer(number, target, Token(number, target), now)) return true;
        }
        return false;
    }

    /// <summary>Takes out the oldest round if it has ended.</summary>
    public bool TryFinish(long now, out uint number, out ProbeRound round)
    {
        (number, round) = (_first, default);
        if (_first == _end) return false;
        ref Flight flight = ref _flights[_first % Most];
        if (flight.Answered != flight.Asked && now - flight.Started < _timeout) return false;
        round = new ProbeRound(flight.Asked, flight.Answered, _quorum, LatencyOfQuorum(flight));
        _first++;
        return true;
    }

    /// <summary>Forgets the rounds under way and starts the next at once: the link has a new address, or nobody was listening.</summary>
    public void Restart(long now) => (_first, NextStart) = (_end, now);

    /// <summary>How long a target took, microseconds, of a round that was taken out just now.</summary>
    public long LatencyOf(uint number, int target) => _latencies[Slot(number, target)];

    private long LatencyOfQuorum(in Flight flight)
    {
        Span<long> latencies = stackalloc long[64];
        int count = 0;
        for (ulong rest = flight.Answered; rest != 0; rest &= rest - 1)
            latencies[count++] = _latencies[Slot(flight.Number, BitOperations.TrailingZeroCount(rest))];
        if (count == 0) return 0;
        latencies = latencies[..count];
        latencies.Sort();
        return latencies[Math.Clamp(_quorum, 1, count) - 1];
    }
}
