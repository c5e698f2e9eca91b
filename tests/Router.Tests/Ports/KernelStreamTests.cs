using System.Net;
using System.Net.Sockets;
using Router.Ports;

namespace Router.Tests.Ports;

/// <summary>
/// Real TCP through a TUN port and a packet port, in both directions, with every mixture of offloads: a client behind a TUN
/// device in one namespace, the wire in a second, the server at its other end in a third.
/// </summary>
public sealed class KernelStreamTests : IDisposable
{
    private const ulong ServerMac = 0x02_00_00_00_00_0b;
    private const int Octets = 4 << 20;

    private readonly NetworkSpace? _client;
    private readonly NetworkSpace? _middle;
    private readonly NetworkSpace? _server;

    public KernelStreamTests()
    {
        Assert.SkipUnless(NetworkSpace.Possible, NetworkSpace.Impossible);
        (_client, _middle, _server) = (new NetworkSpace(), new NetworkSpace(), new NetworkSpace());
    }

    [Theory]
    [InlineData(true, true, 4)]
    [InlineData(true, true, 6)]
    [InlineData(true, false, 4)]
    [InlineData(true, false, 6)]
    [InlineData(false, true, 4)]
    [InlineData(false, true, 6)]
    [InlineData(false, false, 4)]
    [InlineData(false, false, 6)]
    public async Task AStreamArrivesWhole(bool tunOffloads, bool wireOffloads, int family)
    {
        using TunPort tun = Tun(tunOffloads);
        using PacketPort wire = Wire(wireOffloads);
        string server = family == 4 ? "10.9.0.2" : "fd09::2";
        Junction junction = new(tun, wire, ServerMac);
        using (junction)
        {
            byte[] up = Pattern(1);
            byte[] down = Pattern(2);
            using Socket listener = _server!.Run(() => Listening(IPAddress.Parse(server)));
            Task<byte[]> echo = Task.Run(() => Serve(listener, down));
            using Socket client = _client!.Run(() => new Socket(IPAddress.Parse(server).AddressFamily, SocketType.Stream, ProtocolType.Tcp));
            client.ReceiveTimeout = client.SendTimeout = 10_000;
            client.Connect(new IPEndPoint(IPAddress.Parse(server), 5000));
            client.Send(up);
            client.Shutdown(SocketShutdown.Send);
            Assert.Equal(down, ReadAll(client));
            Assert.Equal(up, await echo);
        }
        Assert.Equal(tunOffloads || wireOffloads, junction.Supers > 0);
        Assert.Equal(tunOffloads || wireOffloads, junction.Unfinished > 0);
        if (tunOffloads && wireOffloads) Assert.InRange(junction.Largest, 30_000, Batch.MaxPacket);
        if (!tunOffloads && !wireOffloads) Assert.Equal(1500, junction.Largest);
        Assert.Equal(0, tun.SendRefused);
        Assert.Equal(0, wire.SendRefused);
    }

    public void Dispose()
    {
        _client?.Dispose();
        _middle?.Dispose();
        _server?.Dispose();
    }

    private TunPort Tun(bool offloads)
    {
        TunPort tun = _client!.Run(() => TunPort.Open("t0", new TunOptions { Offloads = offloads }));
        _client.Ip("addr add 10.9.0.1/24 dev t0");
        _client.Ip("addr add fd09::1/64 dev t0 nodad");
        _client.Ip("link set t0 up");
        return tun;
    }

    private PacketPort Wire(bool offloads)
    {
        _middle!.Ip("link add wa address 02:00:00:00:00:0a type veth peer name wb address 02:00:00:00:00:0b");
        _middle.Ip($"link set wb netns {_server!.Id}");
        _middle.Command("sysctl", "-qw net.ipv6.conf.wa.disable_ipv6=1");
        if (!offloads)
        {
            _middle.Command("ethtool", "-K wa tso off gso off gro off tx off");
            _server.Command("ethtool", "-K wb tso off gso off gro off tx off");
        }
        _server.Ip("addr add 10.9.0.2/24 dev wb");
        _server.Ip("addr add fd09::2/64 dev wb nodad");
        _server.Ip("link set wb up");
        _middle.Ip("link set wa up");
        _server.Ip("neigh replace 10.9.0.1 lladdr 02:00:00:00:00:0a dev wb nud permanent");
        _server.Ip("neigh replace fd09::1 lladdr 02:00:00:00:00:0a dev wb nud permanent");
        return _middle.Run(() => PacketPort.Open("wa"));
    }

    private static Socket Listening(IPAddress address)
    {
        Socket listener = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, 5000));
        listener.Listen();
        return listener;
    }

    private static byte[] Serve(Socket listener, byte[] answer)
    {
        using Socket client = listener.Accept();
        client.ReceiveTimeout = client.SendTimeout = 10_000;
        byte[] got = ReadAll(client);
        client.Send(answer);
        return got;
    }

    private static byte[] ReadAll(Socket socket)
    {
        byte[] all = new byte[Octets + 1];
        int length = 0;
        for (int got = -1; got != 0; length += got) got = socket.Receive(all.AsSpan(length));
        return all[..length];
    }

    private static byte[] Pattern(int seed)
    {
        byte[] octets = new byte[Octets];
        new Random(seed).NextBytes(octets);
        return octets;
    }
}
