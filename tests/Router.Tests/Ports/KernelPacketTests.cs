using Router.Ports;
using Router.Ports.Linux;
using Router.Tests.Tables;

namespace Router.Tests.Ports;

/// <summary>Packet sockets against the real kernel: two ends of a veth pair, and a TUN device as an interface without link header.</summary>
public class KernelPacketTests
{
    private const ulong MacA = 0x02_00_00_00_00_0a;
    private const ulong MacB = 0x02_00_00_00_00_0b;

    public KernelPacketTests() => Assert.SkipUnless(NetworkSpace.Possible, NetworkSpace.Impossible);

    [Fact]
    public void BothFamiliesCrossAWire()
    {
        using NetworkSpace space = Wired();
        using PacketPort a = space.Run(() => PacketPort.Open("wa"));
        using PacketPort b = space.Run(() => PacketPort.Open("wb"));
        Assert.True(a.HasLinkHeader);
        Assert.Equal(MacA, a.OwnAddress);
        using Batch batch = new(8);
        Assert.Equal(2, a.Send(batch, [Fill(batch, Packets.V4([1, 2]), MacB), Fill(batch, Packets.V6([3]), MacB)]));
        using Batch got = new(8);
        Assert.Equal(2, Await(b, got));
        Assert.Equal(Packets.V4([1, 2]), got.Octets(0).ToArray());
        Assert.Equal(Packets.V6([3]), got.Octets(1).ToArray());
        Assert.Equal(0, a.Receive(got));
    }

    [Fact]
    public void AnOpenSocketIsAdoptedWithWhatWaitsInIt()
    {
        using NetworkSpace space = Wired();
        using PacketPort a = space.Run(() => PacketPort.Open("wa"));
        PacketPort former = space.Run(() => PacketPort.Open("wb"));
        int kept = Fcntl.fcntl(former.Descriptor, 0, 0);
        former.Dispose();
        using Batch batch = new(8);
        a.Send(batch, [Fill(batch, Packets.V4([7]), MacB)]);
        using PacketPort b = PacketPort.Adopt(kept, "wb");
        Assert.Equal(MacB, b.OwnAddress);
        using Batch got = new(8);
        Assert.Equal(1, Await(b, got));
        Assert.Equal(Packets.V4([7]), got.Octets(0).ToArray());
        b.Send(batch, [Fill(batch, Packets.V4([8]), MacA)]);
        Assert.Equal(1, Await(a, got));
    }

    [Fact]
    public void WhatIsNoSocketOfThatInterfaceIsRefusedAndLeftOpen()
    {
        using NetworkSpace space = Wired();
        using PacketPort a = space.Run(() => PacketPort.Open("wa"));
        Assert.Contains("not on the interface that is 'wb' now", Refused(a.Descriptor, "wb"), StringComparison.Ordinal);
        Assert.Contains("not on the interface", Refused(a.Descriptor, "nowhere"), StringComparison.Ordinal);
        Assert.Contains("no packet socket", Refused(0, "wa"), StringComparison.Ordinal);
        int plain = space.Run(() => SysSocket.socket(SysSocket.AF_PACKET, SysSocket.SOCK_RAW, 0));
        Assert.Contains("in another manner", Refused(plain, "wa"), StringComparison.Ordinal);
        _ = Unistd.close(plain);
        // Made again, it has the name and another index.
        space.Ip("link del wa");
        space.Ip("link add wa type veth peer name wb");
        Assert.Contains("not on the interface that is 'wa' now", Refused(a.Descriptor, "wa"), StringComparison.Ordinal);
        Assert.True(Fcntl.fcntl(a.Descriptor, Fcntl.F_GETFL, 0) >= 0);
    }

    private static string Refused(int fd, string name) => Assert.Throws<PortException>(() => PacketPort.Adopt(fd, name)).Message;

    [Fact]
    public void OnlyFramesForThisStationArrive()
    {
        using NetworkSpace space = Wired();
        using PacketPort a = space.Run(() => PacketPort.Open("wa"));
        using PacketPort b = space.Run(() => PacketPort.Open("wb"));
        using Batch batch = new(8);
        a.Send(batch, [
            Fill(batch, Packets.V4([1]), 0x02_00_00_00_00_0c), Fill(batch, Packets.V4([2]), 0xffff_ffff_ffff), Fill(batch, Packets.V4([3]), MacB)]);
        using Batch got = new(8);
        Assert.Equal(1, Await(b, got));
        Assert.Equal(3, got.Octets(0)[28]);
    }

    /// <summary>A tagged frame is another network's, a priority tag is not; ARP and the like are the kernel's.</summary>
    [Fact]
    public void TaggedAndForeignFramesStayOut()
    {
        using NetworkSpace space = Wired();
        using PacketPort b = space.Run(() => PacketPort.Open("wb"));
        byte[] ip = Packets.V4([7]);
        SendFrame(space, "8100000A0800", ip);
        SendFrame(space, "0806", ip);
        SendFrame(space, "88CC", ip);
        SendFrame(space, "8100A0000800", ip);
        using Batch got = new(8);
        Assert.Equal(1, Await(b, got));
        Assert.Equal(ip, got.Octets(0).ToArray());
        Assert.Equal(0, b.Receive(got));
    }

    [Fact]
    public void EthernetPaddingIsCut()
    {
        using NetworkSpace space = Wired();
        using PacketPort b = space.Run(() => PacketPort.Open("wb"));
        byte[] ip = Packets.V4([7]);
        SendFrame(space, "0800", [.. ip, .. new byte[46 - ip.Length]]);
        using Batch got = new(8);
        Assert.Equal(1, Await(b, got));
        Assert.Equal(ip, got.Octets(0).ToArray());
    }

    [Fact]
    public void ItSeesWhatTheIngressHookDrops()
    {
        using NetworkSpace space = Wired();
        space.Command("nft", "add table netdev f");
        space.Command("nft", "add chain netdev f c { type filter hook ingress device wb priority 0 ; policy drop ; }");
        using PacketPort a = space.Run(() => PacketPort.Open("wa"));
        using PacketPort b = space.Run(() => PacketPort.Open("wb"));
        using Batch batch = new(8);
        a.Send(batch, [Fill(batch, Packets.V4([1]), MacB)]);
        using Batch got = new(8);
        Assert.Equal(1, Await(b, got));
    }

    [Fact]
    public void APacketBeyondTheMtuIsCountedAndTheOnesBehindItGo()
    {
        using NetworkSpace space = Wired();
        using PacketPort a = space.Run(() => PacketPort.Open("wa"));
        using PacketPort b = space.Run(() => PacketPort.Open("wb"));
        using Batch batch = new(8);
        int large = Fill(batch, Packets.V4(new byte[2000]), MacB);
        int wrong = Fill(batch, Packets.V4(new byte[200]), MacB);
        batch[wrong].Offload = new Offload { Segmentation = 77, SegmentSize = 100 };
        int good = Fill(batch, Packets.V4([1]), MacB);
        Assert.Equal(3, a.Send(batch, [good, large, good, wrong, large, good]));
        Assert.Equal(3, a.SendRefused);
        using Batch got = new(8);
        Assert.Equal(3, Await(b, got));
    }

    [Fact]
    public void AnInterfaceThatIsDownComesBack()
    {
        using NetworkSpace space = Wired();
        using PacketPort a = space.Run(() => PacketPort.Open("wa"));
        using PacketPort b = space.Run(() => PacketPort.Open("wb"));
        using Batch batch = new(8);
        using Batch got = new(8);
        int good = Fill(batch, Packets.V4([1]), MacB);
        space.Ip("link set wa down");
        Assert.Equal(0, a.Receive(got));
        Assert.Equal(0, a.Send(batch, [good, good]));
        Assert.Equal(2, a.SendRefused);
        Assert.False(a.IsGone);
        space.Ip("link set wa up");
        Settle(space);
        b.Receive(got);
        Assert.Equal(2, a.Send(batch, [good, good]));
        Assert.Equal(2, Await(b, got));
        Assert.False(a.IsGone);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ADeletedInterfaceIsGone(bool downFirst)
    {
        using NetworkSpace space = Wired();
        using PacketPort a = space.Run(() => PacketPort.Open("wa"));
        using PacketPort b = space.Run(() => PacketPort.Open("wb"));
        using Batch batch = new(8);
        int good = Fill(batch, Packets.V4([1]), MacA);
        if (downFirst)
        {
            space.Ip("link set wa down");
            using Batch idle = new(8);
            a.Receive(idle);
            Assert.False(a.IsGone);
        }
        space.Ip("link delete wa");
        Assert.Equal(0, b.Send(batch, [good]));
        Assert.Equal(0, b.Send(batch, [good]));
        Assert.True(b.IsGone);
        Assert.Equal(0, a.Receive(batch));
        Assert.True(a.IsGone);
    }

    [Fact]
    public void AnInterfaceWithoutLinkHeaderCarriesBarePackets()
    {
        using NetworkSpace space = new();
        using TunPort tun = space.Run(() => TunPort.Open("t0"));
        space.Command("sysctl", "-qw net.ipv6.conf.t0.disable_ipv6=1");
        space.Ip("link set t0 up");
        using PacketPort port = space.Run(() => PacketPort.Open("t0"));
        Assert.False(port.HasLinkHeader);
        using Batch batch = new(8);
        using Batch got = new(8);
        Assert.Equal(2, port.Send(batch, [Fill(batch, Packets.V4([1]), 0), Fill(batch, Packets.V6([2]), 0)]));
        Assert.Equal(2, Await(tun, got));
        Assert.Equal(Packets.V4([1]), got.Octets(0).ToArray());
        Assert.Equal(Packets.V6([2]), got.Octets(1).ToArray());
        batch.Clear();
        Assert.Equal(2, tun.Send(batch, [Fill(batch, Packets.V6([3]), 0), Fill(batch, Packets.V4([4]), 0)]));
        Assert.Equal(2, Await(port, got));
        Assert.Equal(Packets.V6([3]), got.Octets(0).ToArray());
        Assert.Equal(Packets.V4([4]), got.Octets(1).ToArray());
    }

    [Fact]
    public void WhatDidNotFitIsTold()
    {
        using NetworkSpace space = Wired();
        using PacketPort a = space.Run(() => PacketPort.Open("wa"));
        using PacketPort b = space.Run(() => PacketPort.Open("wb", new PacketOptions { ReceiveBuffer = 4096 }));
        Assert.Equal(0, b.ReceiveMissed);
        using Batch batch = new(8);
        int good = Fill(batch, Packets.V4(new byte[1000]), MacB);
        for (int i = 0; i < 100; i++) a.Send(batch, [good]);
        long missed = b.ReceiveMissed;
        Assert.InRange(missed, 50, 99);
        Assert.Equal(missed, b.ReceiveMissed);
        using Batch got = new(100, 2000);
        Assert.Equal(100 - missed, Await(b, got));
    }

    [Fact]
    public void AMissingInterfaceIsExplained()
    {
        PortException thrown = Assert.Throws<PortException>(() => PacketPort.Open("nosuch0"));
        Assert.StartsWith("there is no interface 'nosuch0'", thrown.Message, StringComparison.Ordinal);
        Assert.Throws<PortException>(() => PacketPort.Open("much-too-long-a-name"));
    }

    [Fact]
    public void WarmBatchesAllocateNothing()
    {
        using NetworkSpace space = Wired();
        using PacketPort a = space.Run(() => PacketPort.Open("wa"));
        using PacketPort b = space.Run(() => PacketPort.Open("wb"));
        using Batch batch = new(8);
        using Batch got = new(8);
        int good = Fill(batch, Packets.V4([1]), MacB);
        int large = Fill(batch, Packets.V4(new byte[2000]), MacB);
        int[] slots = [good, large, good, good];
        int received = 0;
        Assert.Equal(0, Seeded.Allocated(() =>
        {
            received = 0;
            for (int i = 0; i < 100; i++)
            {
                a.Send(batch, slots);
                received += b.Receive(got);
            }
        }));
        Assert.Equal(300, received);
    }

    private static NetworkSpace Wired()
    {
        NetworkSpace space = new();
        space.Ip("link add wa address 02:00:00:00:00:0a type veth peer name wb address 02:00:00:00:00:0b");
        foreach (string name in new[] { "wa", "wb" })
        {
            space.Command("sysctl", $"-qw net.ipv6.conf.{name}.disable_ipv6=1");
            space.Ip($"link set {name} up");
        }
        Settle(space);
        return space;
    }

    /// <summary>
    /// Until the kernel's link watch has run, an interface just raised has a queue that swallows everything; so a packet
    /// is sent until one arrives at the other end.
    /// </summary>
    private static void Settle(NetworkSpace space)
    {
        using PacketPort a = space.Run(() => PacketPort.Open("wa"));
        using PacketPort b = space.Run(() => PacketPort.Open("wb"));
        using Batch batch = new(1, 100);
        using Batch got = new(1, 100);
        int slot = Fill(batch, Packets.V4([0]), MacB);
        for (int tries = 0; got.Count == 0 && tries < 200; tries++)
        {
            a.Send(batch, [slot]);
            Readable(b, 25);
            b.Receive(got);
        }
        Assert.Equal(1, got.Count);
    }

    private static int Fill(Batch batch, ReadOnlySpan<byte> packet, ulong to)
    {
        int slot = batch.Add();
        packet.CopyTo(batch.Space(slot));
        batch[slot].Length = packet.Length;
        batch[slot].NextHop = to;
        return slot;
    }

    /// <summary>Sends a frame with the given type octets from a to b, past our own code.</summary>
    private static void SendFrame(NetworkSpace space, string type, byte[] rest)
    {
        string frame = "02000000000B02000000000A" + type + Convert.ToHexString(rest);
        space.Command("/usr/bin/python3", "-c \"import socket;s=socket.socket(socket.AF_PACKET,socket.SOCK_RAW);s.bind(('wa',0));" +
            $"s.send(bytes.fromhex('{frame}'))\"");
    }

    private static int Await(Port port, Batch batch)
    {
        Assert.True(Readable(port, 5000));
        return port.Receive(batch);
    }

    private static bool Readable(Port port, int milliseconds)
    {
        using Poller poller = new();
        poller.Add(port.Descriptor, 0);
        return poller.Wait(new int[1], milliseconds) == 1;
    }
}
