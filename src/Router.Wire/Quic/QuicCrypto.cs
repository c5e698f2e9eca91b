namespace Router.Wire.Quic;

/// <summary>
/// The frames of an Initial packet, read for what they carry of the handshake (RFC 9000 19.6):
/// <code>
///   0x06  CRYPTO: offset (number), length (number), data
/// </code>
/// Between them there may be PADDING (0x00), PING (0x01), ACK (0x02, 0x03) and CONNECTION_CLOSE (0x1c); nothing else may stand in an
/// Initial (12.4). Clients cut and shuffle the data on purpose, so offsets come in any order.
/// </summary>
public ref struct QuicCrypto(ReadOnlySpan<byte> frames)
{
    private ReadOnlySpan<byte> _rest = frames;

    /// <summary>What is there is not as it must be.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Where <see cref="Data"/> belongs in the handshake.</summary>
    public ulong Offset { get; private set; }

    public ReadOnlySpan<byte> Data { get; private set; }

    /// <summary>Goes on to the next CRYPTO frame.</summary>
    public bool MoveNext()
    {
        while (!_rest.IsEmpty && !IsBroken)
        {
            byte type = _rest[0];
            _rest = _rest[1..];
            if (type == 0x06) return TakeCrypto();
            IsBroken = type switch
            {
                0x00 or 0x01 => false,
                0x02 => !TrySkipAck(hasCounts: false),
                0x03 => !TrySkipAck(hasCounts: true),
                0x1c => !TrySkipClose(),
                _ => true,
            };
            if (IsBroken) return false;
        }
        return false;
    }

    private bool TakeCrypto()
    {
        if (!QuicNumber.TryTake(ref _rest, out ulong offset) || !QuicNumber.TryTake(ref _rest, out ulong length) || length > (ulong)_rest.Length)
        {
            IsBroken = true;
            return false;
        }
        Offset = offset;
        Data = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return true;
    }

    // 19.3: largest, delay, count of further ranges, first range; each range a gap and a length; ECN counts.
    private bool TrySkipAck(bool hasCounts)
    {
        if (!TrySkip(2) || !QuicNumber.TryTake(ref _rest, out ulong ranges) || ranges > (ulong)_rest.Length) return false;
        return TrySkip(1 + 2 * (int)ranges + (hasCounts ? 3 : 0));
    }

    // 19.19: error, frame type, reason.
    private bool TrySkipClose()
    {
        if (!TrySkip(2) || !QuicNumber.TryTake(ref _rest, out ulong length) || length > (ulong)_rest.Length) return false;
        _rest = _rest[(int)length..];
        return true;
    }

    private bool TrySkip(int numbers)
    {
        for (; numbers > 0; numbers--)
        {
            if (!QuicNumber.TryTake(ref _rest, out _)) return false;
        }
        return true;
    }
}
