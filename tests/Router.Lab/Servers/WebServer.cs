using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

using Router.Lab.Kernel;

namespace Router.Lab.Servers;

/// <summary>One request, as the server saw it.</summary>
/// <param name="Offset">Where the client wants to go on ("Range: bytes=N-", RFC 9110 14.2); 0 from the beginning.</param>
internal sealed record Visit(IPEndPoint Client, IPEndPoint Server, string Path, long Offset);

/// <summary>
/// A web server in a namespace of the lab, on port 80 of every address there. It answers
///     /          with the client's address as the server sees it,
///     /bytes/N   with N octets of known content, sent from a file by the kernel (sendfile), or the rest of them (Range),
///     /drip/N    with a line each 100 ms, N of them, for connections that must be seen to live on,
///     /generate_204, /hotspot-detect.html, /connecttest.txt
///                as Google's, Apple's and Microsoft's servers answer systems that look for a portal in their way.
/// Every request is a <see cref="Visit"/>. The content repeats a random file of 16 MiB, so its SHA-256 is known for any length.
/// </summary>
internal sealed class WebServer : IDisposable
{
    private const int FileSize = 16 << 20;

    private readonly Socket _listener;
    private readonly string _file;
    private readonly ConcurrentQueue<Visit> _visits = new();
    private readonly CancellationTokenSource _stop = new();

    private WebServer(Socket listener, string file)
    {
        _listener = listener;
        _file = file;
    }

    public IReadOnlyCollection<Visit> Visits => _visits;

    public static WebServer Start(NetworkNamespace space, string directory, int port = 80)
    {
        Socket listener = space.On(() => Listen(port));
        string file = Path.Combine(directory, $"{space.Name}-{port}.content");
        byte[] content = new byte[FileSize];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(file, content);
        var server = new WebServer(listener, file);
        _ = server.AcceptAll();
        return server;
    }

    /// <summary>The SHA-256 of the first <paramref name="length"/> octets of the content, in small hexadecimal digits.</summary>
    public string Checksum(long length)
    {
        byte[] content = File.ReadAllBytes(_file);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long rest = length; rest > 0; rest -= FileSize) hash.AppendData(content, 0, (int)Math.Min(rest, FileSize));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private static Socket Listen(int port)
    {
        var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        listener.Listen(4096);
        return listener;
    }

    private async Task AcceptAll()
    {
        try
        {
            while (true) _ = Serve(await _listener.AcceptAsync(_stop.Token));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server was disposed.
        }
    }

    private async Task Serve(Socket client)
    {
        using Socket _ = client;
        try
        {
            var from = (IPEndPoint)client.RemoteEndPoint!;
            var here = (IPEndPoint)client.LocalEndPoint!;
            (string path, long offset) = ParseRequest(await ReadRequest(client));
            var visit = new Visit(Plain(from), Plain(here), path, offset);
            _visits.Enqueue(visit);
            await Answer(client, visit);
            client.Shutdown(SocketShutdown.Send);
            while (await client.ReceiveAsync(new byte[1024], _stop.Token) > 0) { }
        }
        catch (Exception end) when (end is SocketException or OperationCanceledException or LabException or ObjectDisposedException)
        {
            // The client went away, which some tests are about.
        }
    }

    private async Task Answer(Socket client, Visit visit)
    {
        string[] parts = visit.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        switch (parts)
        {
            case ["bytes", string count]:
                await SendContent(client, visit.Offset, long.Parse(count, CultureInfo.InvariantCulture));
                break;
            case ["drip", string count]:
                await Drip(client, int.Parse(count, CultureInfo.InvariantCulture));
                break;
            case ["generate_204"]:
                await Say(client, "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                break;
            case ["hotspot-detect.html"]:
                await Say(client, Page("<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>"));
                break;
            case ["connecttest.txt"]:
                await Say(client, Page("Microsoft Connect Test"));
                break;
            default:
                string text = visit.Client.Address + "\n";
                await Say(client, Page(text));
                break;
        }
    }

    private static string Page(string text) => $"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}";

    private async Task SendContent(Socket client, long offset, long length)
    {
        string status = offset == 0 ? "200 OK" : $"206 Partial Content\r\nContent-Range: bytes {offset}-{length - 1}/{length}";
        await Say(client, $"HTTP/1.1 {status}\r\nContent-Length: {length - offset}\r\nConnection: close\r\n\r\n");
        if (offset % FileSize != 0)
        {
            long part = Math.Min(length - offset, FileSize - (offset % FileSize));
            await SendPart(client, offset % FileSize, part);
            offset += part;
        }
        for (; length - offset >= FileSize; offset += FileSize) await client.SendFileAsync(_file, _stop.Token);
        if (offset < length) await SendPart(client, 0, length - offset);
    }

    private async Task SendPart(Socket client, long offset, long length)
    {
        byte[] content = await File.ReadAllBytesAsync(_file, _stop.Token);
        await SendAll(client, content.AsMemory((int)offset, (int)length));
    }

    private async Task Drip(Socket client, int lines)
    {
        await Say(client, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        for (int i = 0; i < lines; i++)
        {
            await Say(client, $"{i}\n");
            await Task.Delay(100, _stop.Token);
        }
    }

    private Task Say(Socket client, string text) => SendAll(client, Encoding.ASCII.GetBytes(text));

    private async Task SendAll(Socket client, ReadOnlyMemory<byte> octets)
    {
        while (octets.Length > 0) octets = octets[await client.SendAsync(octets, _stop.Token)..];
    }

    private async Task<string> ReadRequest(Socket client)
    {
        byte[] buffer = new byte[8192];
        int length = 0;
        while (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            int read = await client.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
            if (read == 0) throw new LabException("the client closed before it asked");
            length += read;
        }
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    private static (string Path, long Offset) ParseRequest(string text)
    {
        string[] lines = text.Split("\r\n");
        if (lines[0].Split(' ') is not [_, string path, ..]) throw new LabException($"no request: {lines[0]}");
        string? range = lines.FirstOrDefault(line => line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase));
        return (path, range is null ? 0 : long.Parse(range["Range: bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture));
    }

    private static IPEndPoint Plain(IPEndPoint end) => end.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(end.Address.MapToIPv4(), end.Port) : end;
}
