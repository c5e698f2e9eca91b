using System.Net;
using System.Net.Sockets;

using Router.Lab.Kernel;

namespace Router.Lab.Clients;

/// <summary>A host that opens connections to several servers, one after the other without waiting for any, as a browser does; until it is disposed.</summary>
internal sealed class Knocking : IDisposable
{
    private const int EveryMilliseconds = 20;

    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private int _opened;

    private Knocking(NetworkNamespace host, IPEndPoint[] servers) => _thread = new Thread(() => Run(host, servers)) { IsBackground = true };

    public int Opened => Volatile.Read(ref _opened);

    public static Knocking Start(NetworkNamespace host, params IPEndPoint[] servers)
    {
        var knocking = new Knocking(host, servers);
        knocking._thread.Start();
        return knocking;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
    }

    private void Run(NetworkNamespace host, IPEndPoint[] servers)
    {
        for (int i = 0; !_stop.IsCancellationRequested; i++)
        {
            Socket socket = host.On(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            _ = Knock(socket, servers[i % servers.Length]);
            _stop.Token.WaitHandle.WaitOne(EveryMilliseconds);
        }
    }

    private async Task Knock(Socket socket, IPEndPoint server)
    {
        using Socket _ = socket;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(TimeSpan.FromSeconds(3));
        try
        {
            await socket.ConnectAsync(server, limit.Token);
            Interlocked.Increment(ref _opened);
        }
        catch (Exception failed) when (failed is SocketException or OperationCanceledException)
        {
            // Nobody opened.
        }
    }
}
