using System.Net.Sockets;
using System.Text;
using Router.Daemon.Succession;
using Router.Daemon.Systemd;

namespace Router.Tests.Daemon.Succession;

/// <summary>The messages between a process and the one that takes over from it, over a real socket, with both of them in here.</summary>
public sealed class HandoverTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly string _runtime = Directory.CreateTempSubdirectory("handover").FullName;
    private readonly Notify _nobody = new(null);
    private readonly TaskCompletionSource _asked = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _nobody.Dispose();
        Directory.Delete(_runtime, recursive: true);
    }

    [Fact]
    public async Task QueuesPassAndThenTheOneBeforeSaysThatItHasLeft()
    {
        string file = Path.Combine(_runtime, "queue");
        File.WriteAllText(file, "what waits");
        using FileStream queue = File.OpenRead(file);
        Successor before = Listening(Holding("port-a", (int)queue.SafeFileHandle.DangerousGetHandle()));
        var next = new DescriptorStore(_nobody, []);
        Task<Predecessor?> giving = Task.Run(() => Predecessor.GiveWay(_runtime, next), Cancel);
        await _asked.Task.WaitAsync(s_patience, Cancel);
        Assert.False(giving.IsCompleted); // it is still forwarding

        before.LastForwarded = () => 4711;
        before.Dispose();

        Assert.Equal(new Predecessor(Environment.ProcessId, 4711), await giving.WaitAsync(s_patience, Cancel));
        Assert.True(next.TryTake("port-a", out int taken));
        Assert.NotEqual((int)queue.SafeFileHandle.DangerousGetHandle(), taken);
        queue.Dispose();
        using var inherited = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(taken, ownsHandle: true), FileAccess.Read);
        Assert.Equal("what waits", new StreamReader(inherited).ReadToEnd());
        Assert.False(File.Exists(Path.Combine(_runtime, Successor.SocketName)));
    }

    [Fact]
    public void WhereNobodyListensThereIsNobody()
    {
        Assert.Null(Predecessor.GiveWay(_runtime, Holding()));
        using var dead = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        dead.Bind(new UnixDomainSocketEndPoint(Path.Combine(_runtime, Successor.SocketName)));
        Assert.Null(Predecessor.GiveWay(_runtime, Holding()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("rea")]
    [InlineData("ready or not, here I come, with more than there is room for")]
    public async Task WhoeverIsNotReadyChangesNothing(string said)
    {
        using Successor before = Listening(Holding());
        using (var other = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified))
        {
            other.Connect(new UnixDomainSocketEndPoint(Path.Combine(_runtime, Successor.SocketName)));
            if (said.Length > 0) other.Send(Encoding.ASCII.GetBytes(said));
        }
        Task<Predecessor?> giving = Task.Run(() => Predecessor.GiveWay(_runtime, Holding()), Cancel);
        await _asked.Task.WaitAsync(s_patience, Cancel);
        before.Dispose();
        Assert.NotNull(await giving.WaitAsync(s_patience, Cancel));
    }

    [Theory]
    [InlineData(true, 12)]
    [InlineData(false, 0)] // reset before it has heard anything
    public async Task OneThatDiesOnTheWayHoldsNothingEither(bool hears, int pid)
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(Path.Combine(_runtime, Successor.SocketName)));
        other.Listen(1);
        Task<Predecessor?> giving = Task.Run(() => Predecessor.GiveWay(_runtime, Holding()), Cancel);
        using (Socket connection = await other.AcceptAsync(Cancel))
        {
            if (hears) Assert.Equal("ready".Length, connection.Receive(new byte[16]));
            if (hears) connection.Send("pid 12"u8);
        }
        Predecessor? before = await giving.WaitAsync(s_patience, Cancel);
        Assert.True(before == new Predecessor(pid, 0) || (!hears && before is null));
    }

    [Fact]
    public void TheSocketIsForRootOnly()
    {
        using Successor before = Listening(Holding());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_runtime, Successor.SocketName)));
    }

    private Successor Listening(DescriptorStore store)
    {
        var successor = new Successor(_runtime, store);
        successor.Listen(_asked.SetResult);
        return successor;
    }

    private DescriptorStore Holding(string? name = null, int descriptor = -1)
    {
        var store = new DescriptorStore(_nobody, []);
        if (name is not null) store.Keep(name, descriptor);
        return store;
    }
}
