namespace Router.Wire;

/// <summary>One option of a TCP header: where it begins, counted from the header's first octet, and its octets in all.</summary>
public readonly record struct TcpOption(byte Kind, int At, int Length)
{
    public const byte EndOfList = 0;
    public const byte NoOperation = 1;
    public const byte MaximumSegmentSize = 2;
    public const byte WindowScale = 3;
    public const byte SackPermitted = 4;
    public const byte Sack = 5;
    public const byte Timestamps = 8;
}

/// <summary>
/// Walks TCP options (RFC 9293 3.1) with foreach; no-operations are passed over. An option is its kind and, but for the two that
/// are one octet long, a length that counts both. The walk ends at End of Option List, at the end of the header, or at an option
/// that does not fit (length 0 or 1, or beyond the header): what stands behind it means nothing.
/// </summary>
public ref struct TcpOptions
{
    private readonly ReadOnlySpan<byte> _header;
    private int _next;

    internal TcpOptions(ReadOnlySpan<byte> header)
    {
        _header = header;
        _next = Tcp.MinHeaderLength;
        Current = default;
        Error = WireError.None;
    }

    /// <summary>
    /// After the walk: <see cref="WireError.BadOption"/> if it ended early. A foreach walks a copy; whoever asks calls MoveNext.
    /// </summary>
    public WireError Error { get; private set; }

    public TcpOption Current { get; private set; }

    public readonly TcpOptions GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_next < _header.Length && _header[_next] == TcpOption.NoOperation) _next++;
        if (_next >= _header.Length || _header[_next] == TcpOption.EndOfList) return false;
        int length = _next + 1 < _header.Length ? _header[_next + 1] : 0;
        if (length < 2 || length > _header.Length - _next)
        {
            Error = WireError.BadOption;
            _next = _header.Length;
            return false;
        }
        Current = new TcpOption(_header[_next], _next, length);
        _next += length;
        return true;
    }
}
