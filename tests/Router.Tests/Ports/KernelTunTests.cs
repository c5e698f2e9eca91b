using System.Net;
using System.Net.Sockets;
using Router.Ports;
using Router.Ports.Linux;

namespace Router.Tests.Ports;

/// <summary>TUN queues against the real kernel, in network namespaces of their own.</summary>
public class KernelTunTests
{
    public KernelTunTests() => Assert.SkipUnless(NetworkSpace.Possible, NetworkSpace.Impossible);

    [Fact]
    public void ADatagramGoesInAndComesOut()
    {
        using NetworkSpace space = new();
        using TunPort port = Raised(space);
        using Batch batch = new(8);
        using Socket socket = space.Run(() => Bound(SocketType.Dgram, 2000));
        Inject(port, batch, Packets.V4([1, 2, 3]));
        byte[] got = new byte[10];
        Assert.Equal(3, socket.Receive(got));
        Assert.Equal([1, 2, 3], got[..3]);

        socket.SendTo([4, 5], new IPEndPoint(IPAddress.Parse("10.9.0.2"), 1000));
        Assert.Equal(1, Await(port, batch));
        Span<byte> packet = batch.Octets(0);
        Assert.Equal(30, packet.Length);
        Assert.Equal(0x45, packet[0]);
        Assert.Equal([4, 5], packet[28..].ToArray());
        Assert.True(batch[0].Offload.ChecksumUnfinished);
        Assert.Equal(20, batch[0].Offload.ChecksumStart);
        Assert.Equal(6, batch[0].Offload.ChecksumOffset);
        Assert.False(batch[0].Offload.IsSuper);
    }

    [Fact]
    public void WithoutOffloadsTheKernelFinishesEveryPacket()
    {
        using NetworkSpace space = new();
        using TunPort port = Raised(space, new TunOptions { Offloads = false });
        Assert.Equal(0u, port.Offloads);
        using Batch batch = new(8);
        using Socket socket = space.Run(() => Bound(SocketType.Dgram, 2000));
        socket.SendTo([4, 5], new IPEndPoint(IPAddress.Parse("10.9.0.2"), 1000));
        Assert.Equal(1, Await(port, batch));
        Assert.Equal(default, batch[0].Offload);
    }

    [Fact]
    public void EveryOffloadOfThisKernelIsAgreed()
    {
        using NetworkSpace space = new();
        using TunPort port = space.Run(() => TunPort.Open("t0"));
        Assert.Equal(0x6fu, port.Offloads);
    }

    [Fact]
    public void ABusyNameIsExplained()
    {
        using NetworkSpace space = new();
        using TunPort port = space.Run(() => TunPort.Open("t0"));
        PortException thrown = Assert.Throws<PortException>(() => space.Run(() => TunPort.Open("t0")));
        Assert.StartsWith("the TUN device 't0' is in use by another process: end that one", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ANameOfAnotherKindIsExplained()
    {
        using NetworkSpace space = new();
        space.Ip("link add t0 type veth peer name t1");
        PortException thrown = Assert.Throws<PortException>(() => space.Run(() => TunPort.Open("t0")));
        Assert.Contains("'t0' exists, but is no TUN device", thrown.Message, StringComparison.Ordinal);
        Assert.Throws<PortException>(() => TunPort.Open("a-name-of-16-oct"));
        Assert.Throws<PortException>(() => TunPort.Open("a b"));
        Assert.Throws<PortException>(() => TunPort.Open("tun%d"));
        Assert.Throws<PortException>(() => TunPort.Open(""));
    }

    [Fact]
    public void SeveralQueuesShareADevice()
    {
        using NetworkSpace space = new();
        TunOptions options = new() { MultiQueue = true };
        using TunPort first = Raised(space, options);
        using TunPort second = space.Run(() => TunPort.Open("t0", options));
        using Batch batch = new(8);
        Inject(first, batch, Packets.V4([1]));
        Inject(second, batch, Packets.V4([1]));
        Assert.Throws<PortException>(() => space.Run(() => TunPort.Open("t0")));
    }

    [Fact]
    public void APersistentDeviceOutlivesItsPort()
    {
        using NetworkSpace space = new();
        TunOptions options = new() { Persist = true };
        space.Run(() => TunPort.Open("t0", options)).Dispose();
        Assert.Contains("t0", space.Command("ip", "-o link show t0"), StringComparison.Ordinal);
        space.Run(() => TunPort.Open("t0", new TunOptions())).Dispose();
        Assert.Throws<InvalidOperationException>(() => space.Ip("link show t0"));
    }

    [Fact]
    public void AnOpenQueueIsAdopted()
    {
        using NetworkSpace space = new();
        TunPort former = Raised(space);
        int kept = Fcntl.fcntl(former.Descriptor, 0, 0);
        former.Dispose();
        Assert.Throws<PortException>(() => TunPort.Adopt(kept, "t1"));
        Assert.Throws<PortException>(() => TunPort.Adopt(0, "t0"));
        using TunPort port = TunPort.Adopt(kept, "t0");
        using Batch batch = new(8);
        using Socket socket = space.Run(() => Bound(SocketType.Dgram, 2000));
        Inject(port, batch, Packets.V4([9]));
        Assert.Equal(1, socket.Receive(new byte[10]));
        Assert.Equal(0, port.Receive(batch));
    }

    [Fact]
    public void WhatTheKernelRefusesIsCounted()
    {
        using NetworkSpace space = new();
        using TunPort port = Raised(space);
        using Batch batch = new(8);
        int slot = Fill(batch, Packets.V4(new byte[100]));
        batch[slot].Offload = new Offload { Segmentation = 99, SegmentSize = 50 };
        Assert.Equal(0, port.Send(batch, [slot]));
        batch[slot].Offload = new Offload { Flags = 1, ChecksumStart = 4000, ChecksumOffset = 2 };
        Assert.Equal(0, port.Send(batch, [slot]));
        Assert.Equal(2, port.SendRefused);
        batch[slot].Offload = default;
        Assert.Equal(2, port.Send(batch, [slot, slot]));
        Assert.False(port.IsGone);
    }

    [Fact]
    public void ADeviceThatIsDownIsNotGoneButADeletedOneIs()
    {
        using NetworkSpace space = new();
        using TunPort port = Raised(space);
        using Batch batch = new(8);
        int slot = Fill(batch, Packets.V4([1]));
        space.Ip("link set t0 down");
        Assert.Equal(0, port.Send(batch, [slot]));
        Assert.Equal(1, port.SendRefused);
        using Batch other = new(8);
        Assert.Equal(0, port.Receive(other));
        Assert.False(port.IsGone);
        using Poller poller = new();
        poller.Add(port.Descriptor, 0);
        Assert.Equal(0, poller.Wait(new int[1], 0));
        space.Ip("link set t0 up");
        Assert.Equal(1, port.Send(batch, [slot]));
        space.Ip("link delete t0");
        Assert.Equal(1, poller.Wait(new int[1], 0));
        Assert.Equal(0, port.Receive(other));
        Assert.True(port.IsGone);
        Assert.Equal(0, port.Send(batch, [slot]));
    }

    [Fact]
    public void ABatchEndsWhenItIsFull()
    {
        using NetworkSpace space = new();
        using TunPort port = Raised(space);
        using Batch batch = new(4, 200);
        using Socket socket = space.Run(() => Bound(SocketType.Dgram, 2000));
        IPEndPoint peer = new(IPAddress.Parse("10.9.0.2"), 1000);
        for (int i = 0; i < 6; i++) socket.SendTo([1], peer);
        Assert.Equal(4, Await(port, batch));
        Assert.Equal(2, port.Receive(batch));
        Assert.Equal(0, port.Receive(batch));
    }

    [Fact]
    public void WarmBatchesAllocateNothing()
    {
        using NetworkSpace space = new();
        using TunPort port = Raised(space);
        using Batch incoming = new(8);
        using Batch outgoing = new(8);
        using Socket socket = space.Run(() => Bound(SocketType.Dgram, 2000));
        IPEndPoint peer = new(IPAddress.Parse("10.9.0.2"), 1000);
        int[] slots = [Fill(outgoing, Packets.V4([1]))];
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 400; i++) socket.SendTo([1], peer);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 60; i++)
            {
                port.Receive(incoming);
                port.Send(outgoing, slots);
            }
            if (round == 1) Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    private static TunPort Raised(NetworkSpace space, TunOptions? options = null)
    {
        TunPort port = space.Run(() => TunPort.Open("t0", options));
        space.Command("sysctl", "-qw net.ipv6.conf.t0.disable_ipv6=1");
        space.Ip("addr add 10.9.0.1/24 dev t0");
        space.Ip("link set t0 up");
        return port;
    }

    private static Socket Bound(SocketType type, int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, type, type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp) { ReceiveTimeout = 5000 };
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        return socket;
    }

    private static int Fill(Batch batch, ReadOnlySpan<byte> packet)
    {
        batch.Clear();
        int slot = batch.Add();
        packet.CopyTo(batch.Space(slot));
        batch[slot].Length = packet.Length;
        return slot;
    }

    private static void Inject(TunPort port, Batch batch, ReadOnlySpan<byte> packet) => Assert.Equal(1, port.Send(batch, [Fill(batch, packet)]));

    private static int Await(Port port, Batch batch)
    {
        using Poller poller = new();
        poller.Add(port.Descriptor, 0);
        Assert.Equal(1, poller.Wait(new int[1], 5000));
        return port.Receive(batch);
    }
}
