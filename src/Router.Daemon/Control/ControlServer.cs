using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Router.Daemon.Systemd;

namespace Router.Daemon.Control;

/// <summary>
/// A socket of the daemon: HTTP/1.1 over a Unix socket. There are two: the control socket, spoken by routerctl, and the portal's, spoken
/// by router-web. curl speaks it too:
///
///     curl --unix-socket /run/routerd/control.sock http://routerd/v1/status
///
/// Kestrel is used by itself, without host, container, routing or logging: one listener, one function from request to answer
/// (<see cref="SocketRequests"/>), no signal handlers, no configuration read from the environment. Loading it costs some
/// 100 ms of one core, so <see cref="StartAsync"/> does everything on the thread pool; the daemon forwards meanwhile.
///
/// Who may ask: whoever may open the socket, by its mode 0660 and its group, which is the daemon's, or the directory's where that has
/// its set-group-ID bit. It has that mode before it accepts the first
/// connection: it is set between bind and listen, and a socket that does not listen refuses.
///
/// A socket that a killed daemon left behind is replaced, one that answers is not: then another routerd runs here, and two
/// would fight for the same packets.
/// </summary>
internal sealed class ControlServer : IAsyncDisposable
{
    /// <summary>Longest body of a request.</summary>
    public const int MostBodyOctets = 64 * 1024;

    private const int MostConnections = 64;
    private const int MostHeaderOctets = 16 * 1024;
    private const int MostLineOctets = 8 * 1024;

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly SocketRequests _requests;
    private readonly KestrelServer _server;

    /// <param name="path">Where to listen; its directory must exist.</param>
    /// <param name="requests">What can be asked; disposed with the server.</param>
    public ControlServer(string path, SocketRequests requests)
    {
        _path = Path.GetFullPath(path);
        _requests = requests;
        _server = new KestrelServer(
            Options.Create(Limits()),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions { CreateBoundListenSocket = Bind }), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
    }

    /// <summary>Listens. Returns at once; the task ends when requests are accepted.</summary>
    /// <exception cref="ControlSocketTaken">Another daemon answers on the socket.</exception>
    /// <exception cref="IOException">The socket cannot be made there.</exception>
    public Task StartAsync(CancellationToken cancel) => Task.Run(
        async () =>
        {
            try
            {
                await RemoveStaleAsync(cancel);
                await _server.StartAsync(_requests, cancel);
            }
            catch (Exception refused) when (refused is SocketException or UnauthorizedAccessException)
            {
                throw new IOException($"the socket {_path} cannot be made ({refused.Message}): its directory must exist and be ours", refused);
            }
        },
        cancel);

    /// <summary>Stops listening, gives running requests a second, and removes the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopPatience);
        await _server.StopAsync(patience.Token);
        _server.Dispose();
        _requests.Dispose();
    }

    private KestrelServerOptions Limits()
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = MostConnections;
        options.Limits.MaxRequestBodySize = MostBodyOctets;
        options.Limits.MaxRequestHeadersTotalSize = MostHeaderOctets;
        options.Limits.MaxRequestLineSize = MostLineOctets;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        options.ListenUnixSocket(_path, listen => listen.Protocols = HttpProtocols.Http1);
        return options;
    }

    /// <summary>A bound socket that already has its mode; Kestrel makes it listen.</summary>
    private Socket Bind(EndPoint endPoint)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(endPoint);
            File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task RemoveStaleAsync(CancellationToken cancel)
    {
        var left = new FileInfo(_path);
        if (!left.Exists) return;
        if (left.Length > 0) throw new IOException($"{_path} is a file with content, not a socket: move it away");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await probe.ConnectAsync(new UnixDomainSocketEndPoint(_path), cancel);
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(_path);
            return;
        }
        throw new ControlSocketTaken(_path);
    }
}
