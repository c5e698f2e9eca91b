using System.Net.Sockets;
using System.Text.Json;
using Router.Api;
using Router.Daemon.Control;
using Router.Daemon.Systemd;
using Router.Tests.Api;

namespace Router.Tests.Daemon.Control;

/// <summary>A control server on a socket of its own, answering with <see cref="Samples"/> unless told otherwise.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    public static readonly ControlVerbs Sample = new()
    {
        Status = () => Samples.Status,
        Links = () => [Samples.Fiber, Samples.Dsl],
        Flows = _ => [Samples.Flow],
        KillFlows = _ => new KillReport { Killed = 2 },
        Hosts = _ => [Samples.Host],
        Top = _ => Samples.Top,
        MoveHost = query => Samples.Move with { Host = query.Host, Link = query.Link, FlowsKept = query.Flows ? 0 : 3 },
        Rules = () => [Samples.Rule],
        Web = () => Samples.Web,
        License = () => Samples.License,
        FreePlace = device => Samples.Freed with { Device = device },
        Users = () => Samples.Users,
        Login = query => new LoginChange { Logins = query.User == "tony" ? 1 : 0, Refusal = query.User == "tony" ? null : "there is no account" },
        Logout = _ => new LoginChange { Logins = 2 },
        Check = () => Samples.Check,
        CheckFiles = files => new CheckReport { File = files[0].Name },
        Reload = () => Samples.Reload,
        Apply = (_, _) => Samples.Reload,
        Diff = (_, _) => Samples.Diff,
        Kept = () => [Samples.Kept],
        KeptFiles = _ => [new CheckedFile { Name = "/etc/routerd/router.yaml", Text = "links: {}\n" }],
        Rollback = _ => Samples.Reload,
        Confirm = () => true,
        Explain = _ => Samples.Explain,
        Capture = _ => (output, cancel) => output.WriteAsync(Samples.Capture(), cancel).AsTask(),
        Why = _ => [Samples.Why],
        Drill = _ => Samples.Drill,
        LastDrill = () => Samples.Drill,
        StopDrill = () => Samples.Drill,
        Events = _ => [Samples.Event],
        FollowEvents = _ => (output, cancel) => output.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(Samples.Event, ControlJson.Wire.EventReport), cancel).AsTask(),
        Past = _ => [Samples.Past],
    };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("routerd-control-");
    private readonly MemoryStream _journalLines = new();
    private readonly ControlServer _server;
    private readonly HttpClient _http;

    private RunningServer(ControlVerbs verbs)
    {
        SocketPath = Path.Combine(_directory.FullName, "control.sock");
        Journal = new Journal(null, Stream.Synchronized(_journalLines), TimeProvider.System);
        _server = new ControlServer(SocketPath, new ControlRequests(verbs, Journal));
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) => new NetworkStream(await ConnectAsync(cancel), ownsSocket: true),
        })
        { BaseAddress = new Uri("http://routerd") };
    }

    public string SocketPath { get; }

    public Journal Journal { get; }

    public string JournalText => System.Text.Encoding.UTF8.GetString(_journalLines.ToArray());

    public HttpClient Http => _http;

    public static async Task<RunningServer> StartAsync(ControlVerbs? verbs = null)
    {
        var running = new RunningServer(verbs ?? Sample);
        await running._server.StartAsync(TestContext.Current.CancellationToken);
        return running;
    }

    /// <summary>A bare connection, for what an HTTP client would not send.</summary>
    public async Task<Socket> ConnectAsync(CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancel);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        Journal.Dispose();
        _directory.Delete(recursive: true);
    }
}
