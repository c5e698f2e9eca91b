using System.Buffers.Text;
using Router.Wire;

namespace Router.Forwarding.Answers;

/// <summary>
/// The answer `302 Found` (RFC 9110 15.4.3) that leads a browser to a page of ours, or elsewhere. Whatever a stranger has written into
/// his request goes into it percent-encoded (RFC 3986 2.1), so that it can neither end the line nor the parameter. It fits into one
/// segment wherever IPv6 does: of a request with a very long URL only the host is told.
/// </summary>
internal static class HttpRedirect
{
    /// <summary>Octets at the most.</summary>
    public const int MaxLength = 1200;

    private const int MostWanted = 800;

    /// <summary>To the portal, with the reason and what was wanted.</summary>
    /// <param name="to">At least <see cref="MaxLength"/> octets.</param>
    /// <param name="portal">The box's own address in the visitor's zone.</param>
    /// <param name="port">Where the portal listens there for plain HTTP.</param>
    /// <param name="why">`login`, `welcome`, `licence`, `ended` or `web`.</param>
    /// <param name="rule">The web rule's place in the list, from 1; 0 for none.</param>
    /// <param name="authority">The host that was wanted, as it was sent.</param>
    /// <param name="path">Its path, as it was sent.</param>
    /// <returns>Octets written.</returns>
    public static int ToPortal(Span<byte> to, Address portal, ushort port, ReadOnlySpan<byte> why, int rule, ReadOnlySpan<byte> authority, ReadOnlySpan<byte> path)
    {
        var text = new Writer(to[..MaxLength]);
        Begin(ref text);
        text.Add("http://"u8);
        text.Add(portal);
        text.Add(":"u8);
        text.Add(port);
        text.Add("/go?why="u8);
        text.Add(why);
        if (rule > 0)
        {
            text.Add("&rule="u8);
            text.Add(rule);
        }
        text.Add("&to=http%3A%2F%2F"u8);
        if (path.IsEmpty || path[0] != '/' || Writer.Encoded(authority) + Writer.Encoded(path) > MostWanted) path = "/"u8;
        if (Writer.Encoded(authority) <= MostWanted) text.AddEncoded(authority);
        text.AddEncoded(path);
        return End(ref text);
    }

    /// <summary>To a URL that the configuration names, which is as it must be.</summary>
    public static int ToUrl(Span<byte> to, ReadOnlySpan<byte> url)
    {
        var text = new Writer(to[..MaxLength]);
        Begin(ref text);
        text.Add(url);
        return End(ref text);
    }

    private static void Begin(ref Writer text) => text.Add("HTTP/1.1 302 Found\r\nLocation: "u8);

    private static int End(ref Writer text)
    {
        text.Add("\r\nCache-Control: no-store\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8);
        return text.Length;
    }

    /// <summary>Text in a span that is large enough for it.</summary>
    private ref struct Writer(Span<byte> room)
    {
        private readonly Span<byte> _room = room;

        public int Length { get; private set; }

        public void Add(ReadOnlySpan<byte> text)
        {
            text.CopyTo(_room[Length..]);
            Length += text.Length;
        }

        public void Add(int number)
        {
            Utf8Formatter.TryFormat(number, _room[Length..], out int written);
            Length += written;
        }

        public void Add(Address address)
        {
            if (address.IsV4)
            {
                for (int shift = 24; shift >= 0; shift -= 8)
                {
                    Add((int)(address.V4 >> shift & 255));
                    if (shift > 0) Add("."u8);
                }
                return;
            }
            Add("["u8);
            for (int shift = 112; shift >= 0; shift -= 16)
            {
                ushort group = (ushort)((shift >= 64 ? address.High >> shift - 64 : address.Low >> shift) & 0xffff);
                Utf8Formatter.TryFormat(group, _room[Length..], out int written, new System.Buffers.StandardFormat('x'));
                Length += written;
                if (shift > 0) Add(":"u8);
            }
            Add("]"u8);
        }

        public void AddEncoded(ReadOnlySpan<byte> text)
        {
            foreach (byte letter in text)
            {
                if (IsPlain(letter))
                {
                    _room[Length++] = letter;
                    continue;
                }
                _room[Length++] = (byte)'%';
                _room[Length++] = "0123456789ABCDEF"u8[letter >> 4];
                _room[Length++] = "0123456789ABCDEF"u8[letter & 15];
            }
        }

        /// <summary>How long a text is once it is encoded.</summary>
        public static int Encoded(ReadOnlySpan<byte> text)
        {
            int length = 0;
            foreach (byte letter in text) length += IsPlain(letter) ? 1 : 3;
            return length;
        }

        private static bool IsPlain(byte letter) => char.IsAsciiLetterOrDigit((char)letter) || letter is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~';
    }
}
