namespace Router.Forwarding.Gateways.Sip;

/// <summary>What a message is about, as far as it matters here.</summary>
internal enum SipMethod : byte
{
    Other,
    Invite,
    Register,
    Bye,
    Cancel,
}

/// <summary>What became of an attempt to read a message.</summary>
internal enum SipReading : byte
{
    Message,

    /// <summary>It may become one when more has come.</summary>
    Unfinished,

    /// <summary>It is something else, or broken, or longer than <see cref="SipMessage.Most"/>.</summary>
    Foreign,
}

/// <summary>
/// One SIP message (RFC 3261 7), read at the door: where its headers and its body stand, and what is needed of it before anything is
/// decided. A view over text that it does not own; all places lie within.
///
///   INVITE sip:bob@192.0.2.4 SIP/2.0        request: method, URI, version    } start line
///   SIP/2.0 200 OK                          response: version, code, reason  }
///   headers, an empty line, a body of Content-Length octets
///
/// In a datagram the body may go on to the end without a Content-Length; in a stream it may not (18.3, 20.14). Two lengths that differ,
/// or one that is no number or reaches past the datagram, make a message that we do not understand.
/// </summary>
internal readonly ref struct SipMessage
{
    /// <summary>Octets of the longest message that is read. Larger ones do not occur in practice: UDP's limit is 64 KiB, but senders keep far below.</summary>
    public const int Most = 8192;

    private SipMessage(ReadOnlySpan<byte> octets, int headers, bool isRequest, int status)
    {
        Octets = octets;
        HeadersAt = headers;
        IsRequest = isRequest;
        Status = status;
    }

    public ReadOnlySpan<byte> Octets { get; private init; }

    /// <summary>Where the first header stands; before that is the start line.</summary>
    public int HeadersAt { get; }

    public bool IsRequest { get; }

    /// <summary>A response's code; 0 in a request.</summary>
    public int Status { get; }

    public int BodyAt { get; private init; }

    /// <summary>Octets of start line, headers and body.</summary>
    public int Length { get; private init; }

    public ReadOnlySpan<byte> Body => Octets[BodyAt..Length];

    /// <summary>Of the request, or of the request that is answered.</summary>
    public SipMethod Method { get; private init; }

    public SipHeader CallId { get; private init; }

    public SipHeader ContentType { get; private init; }

    /// <summary>Its length is 0 where there is none.</summary>
    public SipHeader ContentLength { get; private init; }

    /// <summary>Seconds, or -1 where nothing is said.</summary>
    public int Expires { get; private init; }

    /// <summary>The body is packed or enciphered in some way.</summary>
    public bool IsOpaque { get; private init; }

    /// <summary>Reads a message at the beginning of the text.</summary>
    /// <param name="text">A datagram's data, or what of a stream is there.</param>
    /// <param name="isStream">More may follow.</param>
    /// <param name="message">The message.</param>
    public static SipReading Read(ReadOnlySpan<byte> text, bool isStream, out SipMessage message)
    {
        message = default;
        if (!isStream && text.Length > Most) return SipReading.Foreign;
        ReadOnlySpan<byte> near = text[..Math.Min(text.Length, Most)];
        SipReading missing = isStream && text.Length < Most ? SipReading.Unfinished : SipReading.Foreign;
        int end = near.IndexOf("\r\n"u8);
        if (end < 0) return missing == SipReading.Unfinished && MayBeStart(near) ? missing : SipReading.Foreign;
        if (!TryReadStart(near[..end], out bool isRequest, out int status)) return SipReading.Foreign;
        SipReading reading = ReadHeaders(new SipMessage(near, end + 2, isRequest, status), isStream, out message);
        return reading == SipReading.Unfinished ? missing : reading;
    }

    private static SipReading ReadHeaders(SipMessage start, bool isStream, out SipMessage message)
    {
        message = default;
        ReadOnlySpan<byte> text = start.Octets;
        var headers = new SipHeaders(text, start.HeadersAt);
        SipHeader callId = default, type = default, length = default;
        int expires = -1, body = -1;
        bool isOpaque = false;
        SipMethod method = start.IsRequest ? MethodOf(text) : SipMethod.Other;
        while (headers.TryNext(out SipHeader header))
        {
            ReadOnlySpan<byte> value = text.Slice(header.At, header.Length).TrimEnd(" \t"u8);
            switch (header.Name)
            {
                case SipName.CallId: callId = header; break;
                case SipName.ContentType: type = header; break;
                case SipName.ContentEncoding: isOpaque |= !SipText.Is(value, "identity"u8); break;
                case SipName.Expires when SipText.TryReadNumber(value, 9, out int seconds, out _): expires = seconds; break;
                case SipName.Sequence when !start.IsRequest: method = MethodOf(value[Math.Max(0, value.LastIndexOf((byte)' ') + 1)..]); break;
                case SipName.ContentLength:
                    if (!SipText.TryReadNumber(value, 9, out int octets, out int digits) || digits != value.Length || (body >= 0 && body != octets))
                        return SipReading.Foreign;
                    // Of two that agree neither could be changed alone.
                    if (body >= 0) return SipReading.Foreign;
                    (length, body) = (header with { Length = digits }, octets);
                    break;
            }
        }
        if (!headers.IsWhole) return SipReading.Unfinished;
        if (callId.Length == 0) return SipReading.Foreign;
        if (isStream && body < 0) return SipReading.Foreign;
        if (body < 0) body = text.Length - headers.End;
        if (body > Most - headers.End) return SipReading.Foreign;
        if (body > text.Length - headers.End) return isStream ? SipReading.Unfinished : SipReading.Foreign;
        message = new SipMessage(text, start.HeadersAt, start.IsRequest, start.Status)
        {
            BodyAt = headers.End, Length = headers.End + body, Method = method, CallId = callId, ContentType = type,
            ContentLength = length, Expires = expires, IsOpaque = isOpaque,
        };
        return SipReading.Message;
    }

    private static bool TryReadStart(ReadOnlySpan<byte> line, out bool isRequest, out int status)
    {
        (isRequest, status) = (false, 0);
        if (SipText.Begins(line, "SIP/2.0 "u8))
            return line.Length >= 11 && SipText.TryReadNumber(line.Slice(8, 3), 3, out status, out int digits) && digits == 3 && status >= 100;
        isRequest = true;
        int method = line.IndexOf((byte)' '), version = line.LastIndexOf((byte)' ');
        return method is > 0 and < 32 && version > method + 1 && IsToken(line[..method]) && SipText.Is(line[(version + 1)..], "SIP/2.0"u8);
    }

    // The beginning of a start line: letters, or letters and what may follow them in a request or a response.
    private static bool MayBeStart(ReadOnlySpan<byte> text)
    {
        int word = text.IndexOf((byte)' ');
        if (word < 0) return text.Length < 32 && (SipText.Begins("SIP/2.0"u8, text) || IsToken(text));
        return SipText.Is(text[..word], "SIP/2.0"u8) || (word is > 0 and < 32 && IsToken(text[..word]));
    }

    private static bool IsToken(ReadOnlySpan<byte> word)
    {
        foreach (byte octet in word)
        {
            if (!char.IsAsciiLetterOrDigit((char)octet) && !"-.!%*_+`'~"u8.Contains(octet)) return false;
        }
        return true;
    }

    // Methods, unlike headers, are of one case (7.1).
    private static SipMethod MethodOf(ReadOnlySpan<byte> text) =>
        text.StartsWith("INVITE"u8) ? SipMethod.Invite
        : text.StartsWith("REGISTER"u8) ? SipMethod.Register
        : text.StartsWith("BYE"u8) ? SipMethod.Bye
        : text.StartsWith("CANCEL"u8) ? SipMethod.Cancel
        : SipMethod.Other;
}
