using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Router.Daemon.Plumbing;
using Router.Forwarding;
using Router.Wire;

namespace Router.Tests.Daemon.Plumbing;

/// <summary>
/// Three namespaces: a LAN host (10.0.0.5), the box (10.0.0.1 on lan0, 192.0.2.2 on wan0) and a provider (192.0.2.1), both families.
/// The box's TUN devices are made and read here, in the place of routerd.
/// </summary>
internal sealed class Bench : IDisposable
{
    public readonly NetworkNamespace Box = new("box"), Lan = new("lan"), Isp = new("isp");
    public readonly string RuntimeDirectory = Directory.CreateTempSubdirectory("rk_").FullName;

    public Bench()
    {
        Box.Ip($"link add lan0 type veth peer name eth0 netns {Lan.Name}");
        Box.Ip($"link add wan0 type veth peer name eth0 netns {Isp.Name}");
        foreach ((NetworkNamespace where, string name, string v4, string v6) in new[]
        {
            (Box, "lan0", "10.0.0.1/24", "2001:db8:a::1/64"), (Box, "wan0", "192.0.2.2/24", "2001:db8:1::2/64"),
            (Lan, "eth0", "10.0.0.5/24", "2001:db8:a::5/64"), (Isp, "eth0", "192.0.2.1/24", "2001:db8:1::1/64"),
        })
        {
            where.Exec($"sysctl -q -w net.ipv6.conf.{name}.accept_dad=0");
            where.Ip($"addr add {v4} dev {name}");
            where.Ip($"addr add {v6} dev {name} nodad");
            where.Ip($"link set {name} up");
        }
        Lan.Ip("route add default via 10.0.0.1");
        Lan.Ip("-6 route add default via 2001:db8:a::1");
        Box.Ip("route add default via 192.0.2.1");
        Box.Ip("-6 route add default via 2001:db8:1::1");
    }

    public static PlumbingPlan Plan => new()
    {
        Zones = [new ZonePlan(new PortId(1), "trusted", ["lan0"], 1500)],
        Links = [new LinkPlan("fiber", "wan0", [Address.Parse("192.0.2.2"), Address.Parse("2001:db8:1::2")], [Address.Parse("192.0.2.1"), Address.Parse("2001:db8:1::1")])],
    };

    /// <summary>Applies a plan on a thread inside the box.</summary>
    public PlumbingResult Apply(PlumbingPlan plan)
    {
        PlumbingResult result = null!;
        Box.Run(() =>
        {
            using var plumber = new Plumber(RuntimeDirectory);
            result = plumber.Apply(plan);
        });
        return result;
    }

    public void Teardown() => Box.Run(() =>
    {
        using var plumber = new Plumber(RuntimeDirectory);
        plumber.Teardown();
    });

    public TunReader OpenTun(string name)
    {
        TunReader reader = null!;
        Box.Run(() => reader = new TunReader(name));
        return reader;
    }

    public void Dispose()
    {
        Lan.Dispose();
        Isp.Dispose();
        Box.Dispose();
        Directory.Delete(RuntimeDirectory, recursive: true);
    }
}

/// <summary>A queue of a persistent TUN device: keeps what the kernel sends, and can write back.</summary>
internal sealed unsafe partial class TunReader : IDisposable
{
    private readonly int _descriptor;
    private const int EBADFD = 77;
    private readonly Thread _thread;
    private volatile bool _ended;

    public TunReader(string name)
    {
        _descriptor = open("/dev/net/tun", 2);
        byte* request = stackalloc byte[40];
        for (int i = 0; i < name.Length; i++) request[i] = (byte)name[i];
        *(short*)(request + 16) = 0x1001; // IFF_TUN | IFF_NO_PI
        const nuint TUNSETIFF = 0x400454ca, TUNSETPERSIST = 0x400454cb;
        if (ioctl(_descriptor, TUNSETIFF, request) != 0 || ioctl(_descriptor, TUNSETPERSIST, (byte*)1) != 0) throw new InvalidOperationException("no TUN");
        _thread = new Thread(Read) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Packets in the order in which they came.</summary>
    public BlockingCollection<byte[]> Packets { get; } = [];

    /// <summary>The first packet that fits, within two seconds.</summary>
    public byte[] Await(Func<byte[], bool> fits)
    {
        using var patience = new CancellationTokenSource(2000);
        while (true)
        {
            byte[] packet = Packets.Take(patience.Token);
            if (fits(packet)) return packet;
        }
    }

    public void Write(byte[] packet)
    {
        fixed (byte* octets = packet) Assert.Equal(packet.Length, write(_descriptor, octets, (nuint)packet.Length));
    }

    public void Dispose()
    {
        _ended = true;
        _thread.Join();
        _ = close(_descriptor);
    }

    /// <summary>Waits 50 ms at most at a time, since closing a descriptor does not end a read of it.</summary>
    private void Read()
    {
        byte* buffer = stackalloc byte[65536];
        while (!_ended)
        {
            long waiting = (uint)_descriptor | 1L << 32; // struct pollfd: fd, events = POLLIN
            if (poll(&waiting, 1, 50) <= 0) continue;
            nint length = read(_descriptor, buffer, 65536);
            if (length > 0) Packets.Add(new Span<byte>(buffer, (int)length).ToArray());
            else if (Marshal.GetLastPInvokeError() == EBADFD) return; // the device was deleted
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int ioctl(int descriptor, nuint request, byte* argument);

    [LibraryImport("libc")]
    private static partial int poll(long* entries, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc")]
    private static partial nint write(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
