using System.Runtime.InteropServices;
using Router.Ports.Linux;
using static Router.Ports.Linux.LinuxIfTun;

namespace Router.Ports;

/// <summary>
/// One queue of a TUN device: what the kernel routes into the device is received here, what is sent here the kernel takes as
/// received from the device. Each read and each write is one packet, bare IP, with a virtio header in front (IFF_VNET_HDR), so
/// that a TCP super-packet of 64 KiB with an unfinished checksum passes as one:
///
///     slot: ... | virtio header, 10 octets | IP packet
///                 ^ read and write           ^ Batch.Base
///
/// The descriptor never blocks. A receive ends at EAGAIN, at a full batch, or after 256 KiB: more would push the first packets
/// out of the second-level cache before they are walked. What the kernel refuses to take is counted in SendRefused, never thrown:
/// EINVAL (a header that contradicts the packet), EIO (the device is down), EAGAIN (a queue is full). EBADFD means that the
/// device was deleted: the port is gone. A device that is down is not gone.
///
/// Why one call a packet: io_uring was tried (kernel 6.18, a queue of 64 calls handed over at once, CPU time of the thread). 64
/// reads cost as much as by read() (1.05 us each at 60 octets), 64 writes about a tenth less (2.2 against 2.5 us at 60 octets, 7.4
/// against 8.2 us at 60 KB): the kernel's own work outweighs the calls. That is too little for a second way of doing it, which
/// hardened systems forbid (kernel.io_uring_disabled).
///
/// One process owns a queue; opening a device whose only queue is taken fails at once (EBUSY). A queue that was kept open by
/// systemd over a restart is taken over with <see cref="Adopt"/>, as it cannot be opened a second time.
/// </summary>
public sealed unsafe class TunPort : Port
{
    private const int ReceiveBudget = 256 * 1024;

    /// <summary>From the most we can use down to nothing; the kernel takes a set as a whole or refuses it.</summary>
    private static readonly uint[] OffloadSets =
    [
        TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN | TUN_F_USO4 | TUN_F_USO6,
        TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN,
        TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6,
        TUN_F_CSUM,
        0,
    ];

    private int _fd;

    private TunPort(int fd, string name) : base(name) => _fd = fd;

    public override int Descriptor => _fd;

    /// <summary>The TUN_F_* flags in force; 0 for an adopted queue, whose device keeps what was agreed before.</summary>
    internal uint Offloads { get; private set; }

    /// <summary>Opens a queue of the device of that name, and makes the device where it is missing. It is left down, without addresses.</summary>
    /// <exception cref="PortException">No tun driver, no capability, the name is taken, or not a name.</exception>
    public static TunPort Open(string name, TunOptions? options = null)
    {
        options ??= new TunOptions();
        NetIf.ifreq request = InterfaceName.Request(name);
        TunPort port = new(OpenDriver(), name);
        try
        {
            port.Attach(request, options.MultiQueue);
            port.Agree(options);
            return port;
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    /// <summary>Takes over a queue that is open already. The port owns the descriptor from then on, except when this throws.</summary>
    /// <exception cref="PortException">The descriptor is no TUN queue, of another device, or without a virtio header.</exception>
    public static TunPort Adopt(int fd, string name)
    {
        NetIf.ifreq request = default;
        if (SysIoctl.ioctl(fd, TUNGETIFF, &request) < 0)
            throw new PortException($"descriptor {fd} is no queue of a TUN device: {Marshal.GetLastPInvokeErrorMessage()}");
        string found = InterfaceName.Of(request);
        if (found != name) throw new PortException($"descriptor {fd} is a queue of '{found}', not of '{name}'");
        int size = 0;
        _ = SysIoctl.ioctl(fd, TUNGETVNETHDRSZ, &size);
        const int wanted = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
        if ((request.ifr_flags & (wanted | IFF_TAP)) != wanted || size != VirtioFraming.Size)
            throw new PortException($"the queue of '{name}' was opened in another manner than ours; delete the device and start again");
        _ = Fcntl.fcntl(fd, Fcntl.F_SETFL, Fcntl.fcntl(fd, Fcntl.F_GETFL, 0) | Fcntl.O_NONBLOCK);
        _ = Fcntl.fcntl(fd, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
        return new TunPort(fd, name);
    }

    public override int Receive(Batch batch)
    {
        int count = 0;
        nint octets = 0;
        nuint most = (nuint)(batch.Room + VirtioFraming.Size);
        while (count < batch.Capacity && octets < ReceiveBudget)
        {
            byte* header = batch.Base(count) - VirtioFraming.Size;
            nint got = Unistd.read(_fd, header, most);
            if (got < VirtioFraming.Size)
            {
                if (got < 0) Note(Marshal.GetLastPInvokeError());
                break;
            }
            ref PacketMeta meta = ref batch[count++];
            meta.Length = (int)got - VirtioFraming.Size;
            meta.NextHop = 0;
            VirtioFraming.Read(header, 0, out meta.Offload);
            octets += got;
        }
        batch.Fill(count);
        return count;
    }

    public override int Send(Batch batch, ReadOnlySpan<int> slots)
    {
        int sent = 0;
        foreach (int slot in slots)
        {
            ref PacketMeta meta = ref batch[slot];
            byte* header = batch.Base(slot) - VirtioFraming.Size;
            VirtioFraming.Write(header, 0, meta.Offload);
            if (Unistd.write(_fd, header, (nuint)(meta.Length + VirtioFraming.Size)) >= 0)
            {
                sent++;
                continue;
            }
            Note(Marshal.GetLastPInvokeError());
            RefusedOctets += meta.Length;
        }
        SendRefused += slots.Length - sent;
        return sent;
    }

    protected override void Dispose(bool disposing)
    {
        if (_fd >= 0) _ = Unistd.close(_fd);
        _fd = -1;
        base.Dispose(disposing);
    }

    private void Note(int errno)
    {
        if (errno is Errno.EBADFD or Errno.EBADF) IsGone = true;
    }

    private static int OpenDriver()
    {
        int fd;
        fixed (byte* path = "/dev/net/tun"u8) fd = Fcntl.open(path, Fcntl.O_RDWR | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC);
        if (fd >= 0) return fd;
        throw new PortException(Marshal.GetLastPInvokeError() switch
        {
            Errno.ENOENT or Errno.ENODEV or Errno.ENXIO =>
                "there is no /dev/net/tun: load the driver with 'modprobe tun', or let the container have that device",
            Errno.EPERM or Errno.EACCES => "no permission to open /dev/net/tun: run as root, or let the service or container have that device",
            _ => $"cannot open /dev/net/tun: {Marshal.GetLastPInvokeErrorMessage()}",
        });
    }

    private void Attach(NetIf.ifreq request, bool multiQueue)
    {
        request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
        if (multiQueue) request.ifr_flags |= IFF_MULTI_QUEUE;
        if (SysIoctl.ioctl(_fd, TUNSETIFF, &request) >= 0) return;
        throw new PortException(Marshal.GetLastPInvokeError() switch
        {
            Errno.EBUSY => $"the TUN device '{Name}' is in use by another process: end that one ('fuser -v /dev/net/tun' names it), or choose another name",
            Errno.EPERM => $"not allowed to use the TUN device '{Name}': run as root, or with CAP_NET_ADMIN in the service's AmbientCapabilities",
            Errno.EINVAL => $"an interface '{Name}' exists, but is no TUN device {(multiQueue ? "with several queues" : "with one queue")}: " +
                $"remove it with 'ip link delete {Name}', or choose another name",
            _ => $"cannot make the TUN device '{Name}': {Marshal.GetLastPInvokeErrorMessage()}",
        });
    }

    private void Agree(TunOptions options)
    {
        int size = VirtioFraming.Size;
        if (SysIoctl.ioctl(_fd, TUNSETVNETHDRSZ, &size) < 0 || SysIoctl.ioctl(_fd, TUNSETPERSIST, options.Persist ? 1 : 0) < 0)
            throw new PortException($"cannot set up the TUN device '{Name}': {Marshal.GetLastPInvokeErrorMessage()}");
        foreach (uint set in options.Offloads ? OffloadSets : [0])
        {
            Offloads = set;
            if (SysIoctl.ioctl(_fd, TUNSETOFFLOAD, (nint)set) >= 0) return;
        }
        throw new PortException($"the TUN device '{Name}' takes no offload setting: {Marshal.GetLastPInvokeErrorMessage()}");
    }
}
