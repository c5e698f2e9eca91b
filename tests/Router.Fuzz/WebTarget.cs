using System.Text;
using Router.Wire.Web;
using static Router.Fuzz.BrokenPromiseException;

namespace Router.Fuzz;

/// <summary>
/// The readers of web traffic. Reading octet by octet, as they come, ends with the same answer as reading all at once; an answer
/// that was given does not change when more comes; and what is read lies in what was given.
/// </summary>
internal static class WebTarget
{
    private const int Longest = 1500;

    private static readonly byte[] s_room = new byte[ClientHello.HeaderLength + ClientHello.MostOctets];
    private static readonly byte[] s_name = new byte[HostName.MostOctets];
    private static readonly StreamHead s_head = new();

    public static byte[][] Samples() =>
    [
        .. new[]
        {
            "GET /a?b HTTP/1.1\r\nHost: example.net\r\nAccept: */*\r\n\r\n",
            "\r\nPOST http://example.net:80/ HTTP/1.1\r\nhost: example.net\r\nContent-Length: 10\r\n\r\n0123456789GET / HTTP/1.1\r\n",
            "PUT / HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n",
            "CONNECT 192.0.2.1:443 HTTP/1.0\r\nUpgrade: websocket\r\n\r\n", "xn--bcher-kva.example:8080", "[2001:db8::ffff:192.0.2.1]",
        }.Select(Encoding.Latin1.GetBytes),
        SoundHello.Records("www.example.net", 10_000), SoundHello.Records("www.example.net", 40), SoundHello.Records("a.example", 3),
    ];

    public static void Feed(Span<byte> octets, Random random)
    {
        ReadOnlySpan<byte> all = octets[..Math.Min(octets.Length, Longest)];
        WebReading http = HttpHead.Read(all, out HttpHead head), tls = TlsRecords.ReadHello(all, s_room, out ClientHello hello);
        int nameLength = hello.ServerName.Length;
        Unless(http != WebReading.Whole || tls != WebReading.Whole, "nothing is two things");
        if (http == WebReading.Whole)
        {
            Unless(head.Length <= all.Length && all[..head.Length].EndsWith("\r\n\r\n"u8), "a head ends with an empty line");
            Unless(head.Authority.Length + head.Path.Length <= head.Length && head.Method.Length > 0, "what was read lies in it");
            Unless(head.Body == HttpBody.Length == (head.BodyLength > 0), "a body of a length has one");
            Look(head.Authority);
        }
        if (tls == WebReading.Whole) Look(hello.ServerName);
        Look(all[..Math.Min(all.Length, 300)]);
        int part = random.Next(all.Length + 1);
        WebReading httpBefore = HttpHead.Read(all[..part], out _), tlsBefore = TlsRecords.ReadHello(all[..part], s_room, out hello);
        Unless(httpBefore == WebReading.Incomplete || httpBefore == http, "more octets change no answer about a head");
        Unless(tlsBefore == WebReading.Incomplete || (tlsBefore == tls && hello.ServerName.Length == nameLength), "more octets change no answer about a hello");
        Chunk(all, part);
        Pieces(all, random);
    }

    private static void Look(ReadOnlySpan<byte> text)
    {
        if (!HostName.TryRead(text, s_name, out HostName host)) return;
        Unless(host.IsAddress == host.Name.IsEmpty, "a host is a name or an address");
        if (host.IsAddress) return;
        Unless(HostName.TryRead(host.Name, s_name.AsSpan(), out HostName again) && again.Name.Length == host.Name.Length, "a name that was read is read again as itself");
        Unless(!host.Name.ContainsAnyInRange((byte)'A', (byte)'Z') && host.Name[^1] != '.', "names have one form");
    }

    private static void Chunk(ReadOnlySpan<byte> all, int part)
    {
        bool isFirst = (part & 1) == 0;
        WebReading whole = HttpChunk.ReadSize(all, isFirst, out int length, out _), before = HttpChunk.ReadSize(all[..part], isFirst, out _, out _);
        Unless(whole != WebReading.Whole || length <= all.Length, "a size line lies in what was given");
        Unless(before == WebReading.Incomplete || before == whole, "more octets change no answer about a chunk");
        whole = HttpChunk.ReadTrailers(all, out length);
        Unless(whole != WebReading.Whole || (length <= all.Length && length >= 2), "trailers lie in what was given");
    }

    private static void Pieces(ReadOnlySpan<byte> all, Random random)
    {
        s_head.Clear();
        for (int i = 0; i < 12; i++)
        {
            int at = random.Next(all.Length + 1), length = random.Next(all.Length - at + 1);
            PieceFit fit = s_head.Put(at, all.Slice(at, length));
            Unless(fit is PieceFit.Fits or PieceFit.TooScattered, "pieces of one text fit together");
        }
        Unless(all.StartsWith(s_head.Octets), "what was put together is the text");
        int read = random.Next(s_head.Octets.Length + 1);
        int left = s_head.Octets.Length - read;
        s_head.RemoveFirst(read);
        Unless(s_head.Octets.Length >= left && all[read..].StartsWith(s_head.Octets), "the rest stays in order");
    }
}
