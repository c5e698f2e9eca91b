using System.Net;
using System.Net.Sockets;
using Router.Ports.Files;
using Router.Web.Listening;

namespace Router.Web.Tests.Listening;

public sealed class InheritedListenersTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>As over a restart: the first server closes its descriptor, and who comes before the next one opens waits.</summary>
    [Fact]
    public async Task WhoComesBetweenTwoServersIsServedByTheSecond()
    {
        using Socket systemd = Listening(SocketType.Stream, out int port);
        var inherited = new InheritedListeners([("router-web.socket", DescriptorPost.Duplicate((int)systemd.Handle))]);
        using (Socket first = Shared(inherited, port)) Assert.Equal(port, ((IPEndPoint)first.LocalEndPoint!).Port);

        using var visitor = new TcpClient();
        await visitor.ConnectAsync(IPAddress.Loopback, port, Cancel);
        using Socket second = Shared(inherited, port);
        using Socket served = await second.AcceptAsync(Cancel);
        served.Send("welcome"u8);

        byte[] heard = new byte[16];
        Assert.Equal("welcome".Length, await visitor.GetStream().ReadAsync(heard, Cancel));
    }

    [Fact]
    public void OtherPortsAndOtherSocketsAreNotTaken()
    {
        using Socket stream = Listening(SocketType.Stream, out int port), datagrams = Listening(SocketType.Dgram, out int other);
        var inherited = new InheritedListeners([("a", DescriptorPost.Duplicate((int)stream.Handle)), ("b", DescriptorPost.Duplicate((int)datagrams.Handle)), ("c", 12_345)]);
        Assert.False(inherited.TryShare(other, out _));
        Assert.False(inherited.TryShare(port == 1 ? 2 : 1, out _));
        Shared(inherited, port).Dispose();
    }

    private static Socket Shared(InheritedListeners inherited, int port)
    {
        Assert.True(inherited.TryShare(port, out ulong descriptor));
        return new Socket(new SafeSocketHandle((nint)descriptor, ownsHandle: true));
    }

    private static Socket Listening(SocketType type, out int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, ProtocolType.Unspecified);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (type == SocketType.Stream) socket.Listen(8);
        port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        return socket;
    }
}
