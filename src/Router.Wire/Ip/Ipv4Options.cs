namespace Router.Wire;

/// <summary>
/// One option of an IPv4 header (RFC 791 3.1): its kind octet (copied flag, class, number) and, but for the two that are one octet
/// long, a length octet that counts both.
/// </summary>
public readonly ref struct Ipv4Option
{
    public const byte EndOfOptions = 0;
    public const byte NoOperation = 1;
    public const byte RecordRoute = 7;
    public const byte Timestamp = 68;
    public const byte LooseSourceRoute = 131;
    public const byte StrictSourceRoute = 137;
    public const byte RouterAlert = 148;

    private const byte CopiedFlag = 0x80;

    internal Ipv4Option(Span<byte> octets) => Octets = octets;

    /// <summary>The option whole, its kind and length octets included.</summary>
    public Span<byte> Octets { get; }

    public byte Type => Octets[0];

    /// <summary>Whether every fragment must carry it, not only the first.</summary>
    public bool IsCopied => (Octets[0] & CopiedFlag) != 0;

    /// <summary>Whether its length and pointer can be: pointers count from 1, and lie behind the octets that hold them.</summary>
    public bool IsSound => Type switch
    {
        RecordRoute or LooseSourceRoute or StrictSourceRoute => Octets.Length >= 3 && Octets[2] >= 4,
        Timestamp => Octets.Length >= 4 && Octets[2] >= 5,
        RouterAlert => Octets.Length == 4,
        _ => true,
    };
}

/// <summary>
/// Walks IPv4 options with foreach, no-operations included. It ends at End of Options, at the end of the header, or at an option
/// that does not fit, which <see cref="Error"/> then says.
/// </summary>
public ref struct Ipv4Options
{
    private Span<byte> _rest;
    private Span<byte> _current;

    internal Ipv4Options(Span<byte> octets)
    {
        _rest = octets;
        _current = default;
        Error = WireError.None;
    }

    /// <summary>
    /// After the walk: <see cref="WireError.BadOption"/> if it ended early. A foreach walks a copy; whoever asks calls MoveNext.
    /// </summary>
    public WireError Error { get; private set; }

    public readonly Ipv4Option Current => new(_current);

    public readonly Ipv4Options GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.IsEmpty || _rest[0] == Ipv4Option.EndOfOptions) return false;
        int length = _rest[0] == Ipv4Option.NoOperation ? 1 : _rest.Length > 1 ? _rest[1] : 0;
        bool fits = _rest[0] == Ipv4Option.NoOperation || (length >= 2 && length <= _rest.Length);
        if (!fits)
        {
            Error = WireError.BadOption;
            _rest = default;
            return false;
        }
        _current = _rest[..length];
        _rest = _rest[length..];
        return true;
    }
}
