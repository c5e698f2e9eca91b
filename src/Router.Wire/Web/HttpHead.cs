using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Router.Wire.Web;

/// <summary>How the end of a request's body is found (RFC 9112 6.3).</summary>
public enum HttpBody : byte { None, Length, Chunked }

/// <summary>
/// The head of an HTTP/1.x request (RFC 9112 2.1), from its first octet to the empty line:
/// <code>
///   [CRLF]                                   what some clients leave behind a body (2.2)
///   method SP request-target SP HTTP/1.n CRLF
///   *( field-name ":" OWS field-value OWS CRLF )
///   CRLF
/// </code>
/// The target is in origin form (/path), absolute form (http://host/path), authority form (CONNECT) or `*` (3.2).
///
/// Whoever reads along must understand what the server understands. So whatever two readers are known to take differently is
/// unreadable as a whole: a line end without CR or a CR without LF, a control character, a folded line (5.2), a space in front of
/// the colon (5.1), two Host fields or none (3.2), an absolute form that names another host than Host does, two lengths, a length
/// beside a transfer coding, a coding other than chunked (6.1, 6.3).
/// </summary>
public readonly ref struct HttpHead
{
    /// <summary>Octets of a head at the most. Servers draw the line between 8 and 64 KiB.</summary>
    public const int MostOctets = 16 * 1024;

    private const int LongestMethod = 24;

    // RFC 9110 5.6.2.
    private static readonly SearchValues<byte> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);
    private static readonly SearchValues<byte> Controls =
        SearchValues.Create([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);

    public ReadOnlySpan<byte> Method { get; private init; }

    /// <summary>Host and port as they stand in the target or in the Host field; empty in HTTP/1.0 without one.</summary>
    public ReadOnlySpan<byte> Authority { get; private init; }

    /// <summary>Path and query as sent, beginning with `/`; `*` for a request to the server as a whole, and empty for CONNECT.</summary>
    public ReadOnlySpan<byte> Path { get; private init; }

    /// <summary>The target names a scheme, as it does towards a proxy.</summary>
    public bool IsAbsolute { get; private init; }

    /// <summary>Octets of the head, with all that stands in front of it.</summary>
    public int Length { get; private init; }

    public HttpBody Body { get; private init; }

    /// <summary>Octets of the body, if it has a length.</summary>
    public ulong BodyLength { get; private init; }

    /// <summary>What follows may be no HTTP any more: CONNECT, or an Upgrade (RFC 9110 9.3.6, 7.8), if the server agrees.</summary>
    public bool MaySwitch { get; private init; }

    /// <summary>Reads a head from the beginning of what a client has sent.</summary>
    public static WebReading Read(ReadOnlySpan<byte> octets, out HttpHead head)
    {
        head = default;
        int start = 0;
        while (start < 4 && octets[start..].StartsWith("\r\n"u8)) start += 2;
        ReadOnlySpan<byte> text = octets[start..];
        if (text.IsEmpty || text is [(byte)'\r']) return start + text.Length > 4 ? WebReading.Unreadable : WebReading.Incomplete;
        if (!MayBegin(text)) return WebReading.Unreadable;
        int end = text.IndexOf("\r\n\r\n"u8);
        if (end > MostOctets || (end < 0 && text.Length > MostOctets)) return WebReading.Unreadable;
        if (end < 0) return text.IndexOf((byte)'\n') is >= 0 and int line && !BeginsWell(text[..(line + 1)]) ? WebReading.Unreadable : WebReading.Incomplete;
        var lines = new HttpLines(text[..(end + 2)]);
        return lines.TryNext(out ReadOnlySpan<byte> first) && TryReadLine(first, start + end + 4, out HttpHead request) && TryReadFields(lines, request, out head)
            ? WebReading.Whole : WebReading.Unreadable;
    }

    /// <summary>Whether these octets, one at least, can be the beginning of a request: a method, and a space behind it.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> text)
    {
        int length = text.IndexOfAnyExcept(Token);
        return length < 0 ? text.Length <= LongestMethod : length is > 0 and <= LongestMethod && text[length] == ' ';
    }

    private static bool BeginsWell(ReadOnlySpan<byte> line) =>
        new HttpLines(line).TryNext(out ReadOnlySpan<byte> text) && TryReadLine(text, 0, out _);

    private static bool TryReadLine(ReadOnlySpan<byte> line, int length, out HttpHead head)
    {
        head = default;
        int space = line.IndexOf((byte)' '), last = line.LastIndexOf((byte)' ');
        if (space < 0 || last <= space + 1) return false;
        ReadOnlySpan<byte> method = line[..space], target = line[(space + 1)..last], version = line[(last + 1)..];
        if (!version.StartsWith("HTTP/1."u8) || version.Length != 8 || version[7] is not ((byte)'0' or (byte)'1') || target.Contains((byte)' ')) return false;
        bool isConnect = method.SequenceEqual("CONNECT"u8);
        if (!TrySplit(target, isConnect, out ReadOnlySpan<byte> authority, out ReadOnlySpan<byte> path)) return false;
        head = new HttpHead
        {
            Method = method, Authority = authority, Path = path, IsAbsolute = !authority.IsEmpty && !isConnect, Length = length, MaySwitch = isConnect,
            IsOld = version[7] == '0',
        };
        return true;
    }

    private bool IsOld { get; init; }

    private static bool TrySplit(ReadOnlySpan<byte> target, bool isConnect, out ReadOnlySpan<byte> authority, out ReadOnlySpan<byte> path)
    {
        authority = default;
        path = target;
        if (isConnect)
        {
            authority = target;
            path = default;
            return target.IndexOfAny((byte)'/', (byte)'?', (byte)'@') < 0;
        }
        if (target[0] == '/' || target is [(byte)'*']) return true;
        int scheme = StartsWithIgnoreCase(target, "http://"u8) ? 7 : StartsWithIgnoreCase(target, "https://"u8) ? 8 : 0;
        if (scheme == 0) return false;
        ReadOnlySpan<byte> rest = target[scheme..];
        int end = rest.IndexOfAny((byte)'/', (byte)'?', (byte)'#');
        authority = end < 0 ? rest : rest[..end];
        path = end < 0 ? "/"u8 : rest[end..];
        return !authority.IsEmpty && !authority.Contains((byte)'@');
    }

    private static bool TryReadFields(HttpLines lines, HttpHead first, out HttpHead head)
    {
        head = default;
        ReadOnlySpan<byte> host = default;
        bool hasHost = false, hasLength = false, isChunked = false, switches = first.MaySwitch;
        ulong length = 0;
        while (lines.TryNext(out ReadOnlySpan<byte> line))
        {
            int colon = line.IndexOfAnyExcept(Token);
            if (colon <= 0 || line[colon] != ':') return false;
            ReadOnlySpan<byte> name = line[..colon], value = line[(colon + 1)..].Trim(" \t"u8);
            if (Is(name, "host"u8))
            {
                if (hasHost) return false;
                host = value;
                hasHost = true;
            }
            else if (Is(name, "content-length"u8))
            {
                bool isNumber = Utf8Parser.TryParse(value, out length, out int used) && used == value.Length && char.IsAsciiDigit((char)value[0]);
                if (hasLength || !isNumber) return false;
                hasLength = true;
            }
            else if (Is(name, "transfer-encoding"u8))
            {
                if (isChunked || !Is(value, "chunked"u8)) return false;
                isChunked = true;
            }
            else if (Is(name, "upgrade"u8))
            {
                switches = true;
            }
        }
        if (lines.IsBroken || (isChunked && (hasLength || first.IsOld)) || (!hasHost && !first.IsOld)) return false;
        if (first.IsAbsolute && hasHost && !Is(WithoutPort(host), WithoutPort(first.Authority))) return false;
        head = new HttpHead
        {
            Method = first.Method, Authority = first.Authority.IsEmpty ? host : first.Authority, Path = first.Path, IsAbsolute = first.IsAbsolute,
            Length = first.Length, MaySwitch = switches, IsOld = first.IsOld, BodyLength = length,
            Body = isChunked ? HttpBody.Chunked : length > 0 ? HttpBody.Length : HttpBody.None,
        };
        return true;
    }

    private static ReadOnlySpan<byte> WithoutPort(ReadOnlySpan<byte> authority) => authority.EndsWith(":80"u8) ? authority[..^3] : authority;

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(text, word);

    private static bool StartsWithIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => text.Length >= word.Length && Is(text[..word.Length], word);

    /// <summary>Lines that end with CRLF, and hold no other control character than the tab.</summary>
    private ref struct HttpLines(ReadOnlySpan<byte> text)
    {
        private ReadOnlySpan<byte> _rest = text;

        public bool IsBroken { get; private set; }

        public bool TryNext(out ReadOnlySpan<byte> line)
        {
            line = default;
            int end = _rest.IndexOfAny(Controls);
            if (end < 0 || _rest[end] != '\r' || end + 1 == _rest.Length || _rest[end + 1] != '\n')
            {
                IsBroken = !_rest.IsEmpty;
                return false;
            }
            line = _rest[..end];
            _rest = _rest[(end + 2)..];
            return true;
        }
    }
}
