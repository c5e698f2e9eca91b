namespace Router.Forwarding.Gateways.Sip;

/// <summary>Headers that a gateway reads. All others pass unread.</summary>
internal enum SipName : byte
{
    Other,
    Via,

    /// <summary>From, To and those like them: they name somebody, and nothing is sent there.</summary>
    Party,
    Contact,

    /// <summary>Route, Record-Route, Path, Service-Route: where later messages go.</summary>
    Route,
    CallId,
    Sequence,
    Expires,
    ContentType,
    ContentLength,
    ContentEncoding,
}

/// <summary>One header: its name, and where its value stands in the text that was read, folds included, the line's end not.</summary>
internal readonly record struct SipHeader(SipName Name, int At, int Length);

/// <summary>
/// Goes through the lines of headers (RFC 3261 7.3, RFC 2045 for the parts of a body): a name in its long or its compact form, a colon
/// that may have blanks in front, and a value that goes on over each line that begins with a blank. A line ends with CR LF. A line
/// without a colon is of no name.
/// </summary>
internal ref struct SipHeaders(ReadOnlySpan<byte> text, int at)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _at = at;

    /// <summary>Where the text behind the headers begins, after the empty line; of use after <see cref="TryNext"/> has answered false.</summary>
    public readonly int End => _at;

    /// <summary>The empty line was there.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The next header. False at the empty line, or where the text ends before one.</summary>
    public bool TryNext(out SipHeader header)
    {
        header = default;
        int end = LineEnd(_text, _at);
        if (end < 0) return false;
        if (end == _at)
        {
            (_at, IsWhole) = (end + 2, true);
            return false;
        }
        ReadOnlySpan<byte> line = _text[_at..end];
        int colon = line.IndexOf((byte)':');
        SipName name = colon < 0 ? SipName.Other : NameOf(line[..colon].TrimEnd(" \t"u8));
        int value = colon + 1 + SipText.SpaceAt(line, colon + 1);
        header = new SipHeader(name, _at + value, line.Length - value);
        _at = end + 2;
        return true;
    }

    /// <summary>Where the line that begins at a place ends, folds included: the place of its last CR LF, or -1.</summary>
    public static int LineEnd(ReadOnlySpan<byte> text, int at)
    {
        for (int next = at; ;)
        {
            int found = text[next..].IndexOf("\r\n"u8);
            if (found < 0) return -1;
            next += found + 2;
            bool isFolded = found > 0 && next < text.Length && SipText.IsBlank(text[next]);
            if (!isFolded) return next - 2;
        }
    }

    private static SipName NameOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        1 => (name[0] | 0x20) switch
        {
            'v' => SipName.Via,
            'f' or 't' or 'r' or 'b' => SipName.Party,
            'm' => SipName.Contact,
            'i' => SipName.CallId,
            'l' => SipName.ContentLength,
            'c' => SipName.ContentType,
            'e' => SipName.ContentEncoding,
            _ => SipName.Other,
        },
        2 => SipText.Is(name, "To"u8) ? SipName.Party : SipName.Other,
        3 => SipText.Is(name, "Via"u8) ? SipName.Via : SipName.Other,
        4 => SipText.Is(name, "From"u8) ? SipName.Party : SipText.Is(name, "CSeq"u8) ? SipName.Sequence
            : SipText.Is(name, "Path"u8) ? SipName.Route : SipName.Other,
        5 => SipText.Is(name, "Route"u8) ? SipName.Route : SipName.Other,
        7 => SipText.Is(name, "Contact"u8) ? SipName.Contact : SipText.Is(name, "Call-ID"u8) ? SipName.CallId
            : SipText.Is(name, "Expires"u8) ? SipName.Expires : SipName.Other,
        8 => SipText.Is(name, "Refer-To"u8) ? SipName.Party : SipName.Other,
        11 => SipText.Is(name, "Referred-By"u8) ? SipName.Party : SipName.Other,
        12 => SipText.Is(name, "Record-Route"u8) ? SipName.Route : SipText.Is(name, "Content-Type"u8) ? SipName.ContentType : SipName.Other,
        13 => SipText.Is(name, "Service-Route"u8) ? SipName.Route : SipName.Other,
        14 => SipText.Is(name, "Content-Length"u8) ? SipName.ContentLength : SipName.Other,
        16 => SipText.Is(name, "Content-Encoding"u8) ? SipName.ContentEncoding : SipName.Other,
        _ => SipName.Other,
    };
}
