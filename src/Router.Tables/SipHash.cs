using System.Numerics;
using System.Runtime.CompilerServices;

namespace Router.Tables;

/// <summary>
/// SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012) with one compression and three finalization
/// rounds: the strength that hash tables need, at half the price of 2-4. The message is always whole 64-bit words, taken as their
/// eight little-endian octets, so the closing block holds nothing but the length. The forms with a fixed number of words give
/// the same result as the span and keep the four words of state in registers throughout. They are calls, never inlined: in a caller of
/// some size the compiler's budget ends before the last rounds, and the state goes through memory (78 in place of 14 ns).
/// </summary>
public static class SipHash
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong Hash(HashKey key, ReadOnlySpan<ulong> words)
    {
        var state = new State(key);
        foreach (ulong word in words) state.Compress(word);
        return state.Finish(words.Length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong Hash(HashKey key, ulong a, ulong b)
    {
        var state = new State(key);
        state.Compress(a);
        state.Compress(b);
        return state.Finish(2);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong Hash(HashKey key, ulong a, ulong b, ulong c)
    {
        var state = new State(key);
        state.Compress(a);
        state.Compress(b);
        state.Compress(c);
        return state.Finish(3);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong Hash(HashKey key, ulong a, ulong b, ulong c, ulong d, ulong e)
    {
        var state = new State(key);
        state.Compress(a);
        state.Compress(b);
        state.Compress(c);
        state.Compress(d);
        state.Compress(e);
        return state.Finish(5);
    }

    private struct State
    {
        private ulong _v0, _v1, _v2, _v3;

        // The constants spell "somepseudorandomlygeneratedbytes" (2.1 of the paper).
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State(HashKey key)
        {
            _v0 = key.K0 ^ 0x736f6d6570736575;
            _v1 = key.K1 ^ 0x646f72616e646f6d;
            _v2 = key.K0 ^ 0x6c7967656e657261;
            _v3 = key.K1 ^ 0x7465646279746573;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Compress(ulong word)
        {
            _v3 ^= word;
            Round();
            _v0 ^= word;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ulong Finish(int words)
        {
            Compress((ulong)words * sizeof(ulong) << 56);
            _v2 ^= 0xff;
            Round();
            Round();
            Round();
            return _v0 ^ _v1 ^ _v2 ^ _v3;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Round()
        {
            _v0 += _v1;
            _v2 += _v3;
            _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
            _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
            _v0 = BitOperations.RotateLeft(_v0, 32) + _v3;
            _v2 += _v1;
            _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
            _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
            _v2 = BitOperations.RotateLeft(_v2, 32);
        }
    }
}
