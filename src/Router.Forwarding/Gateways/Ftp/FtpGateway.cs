using Router.Forwarding.Flows;
using Router.Forwarding.Gateways.Streams;
using Router.Wire;

namespace Router.Forwarding.Gateways.Ftp;

/// <summary>
/// FTP (RFC 959, RFC 2428). Client and server talk over one connection, and for each transfer one of the two says where he waits for a
/// second one: the client with PORT or EPRT, the server with 227 or 229 when he was asked by PASV or EPSV. Whoever said so is
/// given the endpoint by which the other can reach him, and the way is opened for one connection.
///
/// A server speaks first (220, or 120). A connection in which the client does, or whose server begins otherwise, is not FTP: some
/// page has led a browser to port 21 and makes it say what looks like commands. It is read no further. An answer 227 or 229 that
/// nobody asked for is left alone too.
/// </summary>
internal sealed class FtpGateway
{
    /// <summary>How long a side may take to connect, microseconds: vsftpd waits as long.</summary>
    private const long Life = 60_000_000;

    private readonly Announcements _announcements;
    private readonly ClientReader _client;
    private readonly ServerReader _server;
    private Plan? _plan;
    private FlowId _flow;
    private long _now;

    public FtpGateway(Announcements announcements)
    {
        _announcements = announcements;
        _client = new ClientReader(this);
        _server = new ServerReader(this);
    }

    /// <summary>The connection's marks, after the reader has read.</summary>
    public WatchMarks Marks { get; private set; }

    /// <summary>Who reads a segment; null if nobody is to.</summary>
    public LineReader? Listen(Plan plan, ref Watch watch, FlowId id, Tcp tcp, bool outward, long now, bool isOn)
    {
        Greet(ref watch, tcp, outward);
        if (!isOn) watch.Marks |= WatchMarks.Deaf;
        if ((watch.Marks & WatchMarks.Deaf) != 0) return null;
        (_plan, _flow, _now, Marks) = (plan, id, now, watch.Marks);
        return outward ? _client : _server;
    }

    private static void Greet(ref Watch watch, Tcp tcp, bool outward)
    {
        if (tcp.Payload.IsEmpty || (watch.Marks & WatchMarks.Greeted) != 0) return;
        bool isGreeting = !outward && tcp.Payload[0] is (byte)'2' or (byte)'1';
        watch.Marks |= isGreeting ? WatchMarks.Greeted : WatchMarks.Deaf;
    }

    private bool TryOpen(bool byClient, Address host, ushort port, out Address shownHost, out ushort shownPort) =>
        _announcements.TryOpen(_plan!, _flow, byInside: byClient, Gateway.Ftp, Protocol.Tcp, host, port, _now, Life, out shownHost, out shownPort);

    // What stands before and behind the endpoint stays.
    private static int Compose(ReadOnlySpan<byte> line, in FtpEndpoint endpoint, ReadOnlySpan<byte> shown, Span<byte> text)
    {
        ReadOnlySpan<byte> rest = line[(endpoint.At + endpoint.Length)..];
        int length = endpoint.At + shown.Length + rest.Length;
        if (length > text.Length) return -1;
        line[..endpoint.At].CopyTo(text);
        shown.CopyTo(text[endpoint.At..]);
        rest.CopyTo(text[(endpoint.At + shown.Length)..]);
        return length;
    }

    private static bool IsBeginningOf(ReadOnlySpan<byte> octets, ReadOnlySpan<byte> verb)
    {
        int common = Math.Min(octets.Length, verb.Length);
        return System.Text.Ascii.EqualsIgnoreCase(octets[..common], verb[..common]);
    }

    /// <summary>Whom the connection was opened by.</summary>
    private sealed class ClientReader(FtpGateway ftp) : LineReader
    {
        public override bool MayBecome(ReadOnlySpan<byte> beginning) =>
            IsBeginningOf(beginning, "PORT "u8) || IsBeginningOf(beginning, "EPRT "u8)
            || IsBeginningOf(beginning, "PASV"u8) || IsBeginningOf(beginning, "EPSV"u8);

        public override int Read(ReadOnlySpan<byte> line, Span<byte> text)
        {
            if (IsBeginningOf("PASV"u8, line) || FtpText.Argument(line, "PASV"u8) > 0 || FtpText.Argument(line, "EPSV"u8) > 0)
            {
                ftp.Marks |= WatchMarks.Asked;
                return -1;
            }
            Span<byte> shown = stackalloc byte[FtpText.MostWritten];
            if (FtpText.TryReadPort(line, out FtpEndpoint endpoint))
            {
                if (!ftp.TryOpen(byClient: true, endpoint.Host, endpoint.Port, out Address host, out ushort port)) return -1;
                if (host == endpoint.Host && port == endpoint.Port) return -1;
                return Compose(line, endpoint, shown[..FtpText.WriteSix(shown, host, port)], text);
            }
            if (FtpText.TryReadEprt(line, out endpoint))
            {
                if (!ftp.TryOpen(byClient: true, endpoint.Host, endpoint.Port, out Address host, out ushort port)) return -1;
                if (host == endpoint.Host && port == endpoint.Port) return -1;
                return Compose(line, endpoint, shown[..FtpText.WriteExtended(shown, host, port)], text);
            }
            return -1;
        }
    }

    /// <summary>Whom it was opened to.</summary>
    private sealed class ServerReader(FtpGateway ftp) : LineReader
    {
        public override bool MayBecome(ReadOnlySpan<byte> beginning) =>
            (ftp.Marks & WatchMarks.Asked) != 0 && (IsBeginningOf(beginning, "227 "u8) || IsBeginningOf(beginning, "229 "u8));

        public override int Read(ReadOnlySpan<byte> line, Span<byte> text)
        {
            if ((ftp.Marks & WatchMarks.Asked) == 0) return -1;
            Span<byte> shown = stackalloc byte[FtpText.MostWritten];
            if (FtpText.TryReadPassive(line, out FtpEndpoint endpoint))
            {
                ftp.Marks &= ~WatchMarks.Asked;
                if (!ftp.TryOpen(byClient: false, endpoint.Host, endpoint.Port, out Address host, out ushort port)) return -1;
                if (host == endpoint.Host && port == endpoint.Port) return -1;
                return Compose(line, endpoint, shown[..FtpText.WriteSix(shown, host, port)], text);
            }
            if (FtpText.TryReadExtendedPassive(line, out endpoint))
            {
                ftp.Marks &= ~WatchMarks.Asked;
                if (!ftp.TryOpen(byClient: false, default, endpoint.Port, out _, out ushort port) || port == endpoint.Port) return -1;
                return Compose(line, endpoint, shown[..FtpText.WriteNumber(shown, port)], text);
            }
            return -1;
        }
    }
}
