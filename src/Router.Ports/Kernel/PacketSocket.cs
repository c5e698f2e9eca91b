using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Router.Ports.Linux;
using static Router.Ports.Linux.LinuxIfPacket;
using static Router.Ports.Linux.SysSocket;

namespace Router.Ports;

/// <summary>
/// Opens the socket of a <see cref="PacketPort"/> and asks it about its interface. The socket is made with protocol 0, so that
/// nothing arrives until bind names ETH_P_ALL: filter and options are in force for the first packet already, and nothing has to
/// be drained. ETH_P_ALL it must be, since such a socket stands before the netdev ingress hook, where nftables drops the kernel's
/// own copy; one bound to ETH_P_IP stands behind it and would see nothing.
///
/// PACKET_QDISC_BYPASS is left alone, though it is meant for such senders: past the queueing discipline the kernel drops every
/// super-packet that the card cannot cut itself (dev_direct_xmit; tried), a shaper that the administrator has put on the
/// interface would be passed over, and a full card would lose packets instead of queueing them.
/// </summary>
internal static unsafe class PacketSocket
{
    /// <exception cref="PortException">Not a name, no capability, or the kernel lacks an option.</exception>
    public static int Open(string name, PacketOptions options)
    {
        _ = InterfaceName.Request(name);
        int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0)
        {
            throw new PortException(Marshal.GetLastPInvokeError() is Errno.EPERM or Errno.EACCES
                ? $"not allowed to read packets of '{name}': run as root, or with CAP_NET_RAW in the service's AmbientCapabilities"
                : $"cannot open a packet socket for '{name}': {Marshal.GetLastPInvokeErrorMessage()}");
        }
        // The virtio header comes first: later, with a ring or a bound hook, the kernel may refuse it.
        bool set = Set(fd, SOL_PACKET, PACKET_VNET_HDR, 1) && Set(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1) &&
            PacketFilter.Attach(fd) >= 0;
        if (!set) throw Failed(fd, $"cannot set up the packet socket for '{name}'");
        // Without CAP_NET_ADMIN the limit of the system (net.core.rmem_max) is all there is; smaller buffers still work.
        _ = Set(fd, SOL_SOCKET, SO_RCVBUFFORCE, options.ReceiveBuffer) || Set(fd, SOL_SOCKET, SO_RCVBUF, options.ReceiveBuffer);
        _ = Set(fd, SOL_SOCKET, SO_SNDBUFFORCE, options.SendBuffer) || Set(fd, SOL_SOCKET, SO_SNDBUF, options.SendBuffer);
        return fd;
    }

    /// <summary>Sees whether an open descriptor is a socket as <see cref="Open"/> and <see cref="Bind"/> make it; closes nothing.</summary>
    /// <returns>The index of its interface.</returns>
    /// <exception cref="PortException">It is not, or its interface is not the one that has this name now.</exception>
    public static int Adopt(int fd, string name)
    {
        if (Get(fd, SOL_SOCKET, SO_DOMAIN) != AF_PACKET || Get(fd, SOL_SOCKET, SO_TYPE) != SOCK_RAW)
            throw new PortException($"descriptor {fd} is no packet socket");
        if (Get(fd, SOL_PACKET, PACKET_VNET_HDR) != 1 || Get(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING) != 1)
            throw new PortException($"the packet socket {fd} was opened in another manner than ours");
        NetIf.ifreq request = InterfaceName.Request(name);
        if (SysIoctl.ioctl(fd, SysIoctl.SIOCGIFINDEX, &request) < 0 || !IsBound(fd, request.ifr_ifindex))
            throw new PortException($"the packet socket {fd} is not on the interface that is '{name}' now");
        if (PacketFilter.Attach(fd) < 0) throw new PortException($"the packet socket {fd} takes no filter: {Marshal.GetLastPInvokeErrorMessage()}");
        _ = Fcntl.fcntl(fd, Fcntl.F_SETFL, Fcntl.fcntl(fd, Fcntl.F_GETFL, 0) | Fcntl.O_NONBLOCK);
        _ = Fcntl.fcntl(fd, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
        return request.ifr_ifindex;
    }

    /// <summary>The index of the interface of that name.</summary>
    /// <exception cref="PortException">There is none; the socket is closed.</exception>
    public static int IndexOf(int fd, string name)
    {
        NetIf.ifreq request = InterfaceName.Request(name);
        if (SysIoctl.ioctl(fd, SysIoctl.SIOCGIFINDEX, &request) >= 0) return request.ifr_ifindex;
        throw Failed(fd, $"there is no interface '{name}' ('ip link' lists them)");
    }

    /// <summary>Asks for kind and address of the interface.</summary>
    /// <param name="fd">Any socket.</param>
    /// <param name="name">The interface.</param>
    /// <param name="address">Its MAC as a big-endian number.</param>
    /// <returns>ARPHRD_*, or -1 where the interface is not there.</returns>
    public static int Hardware(int fd, string name, out ulong address)
    {
        address = 0;
        NetIf.ifreq request = InterfaceName.Request(name);
        if (SysIoctl.ioctl(fd, SysIoctl.SIOCGIFHWADDR, &request) < 0) return -1;
        address = BinaryPrimitives.ReadUInt64BigEndian(new ReadOnlySpan<byte>(request.ifr_hwaddr.sa_data, 8)) >> 16;
        return request.ifr_hwaddr.sa_family;
    }

    /// <summary>Starts reception of everything that the filter lets in.</summary>
    /// <exception cref="PortException">The kernel refuses it; the socket is closed.</exception>
    public static void Bind(int fd, string name, int index)
    {
        sockaddr_ll address = AddressOf(index, ETH_P_ALL);
        if (bind(fd, &address, (uint)sizeof(sockaddr_ll)) < 0) throw Failed(fd, $"cannot bind a packet socket to '{name}'");
    }

    public static sockaddr_ll AddressOf(int index, int protocol) => new()
    {
        sll_family = AF_PACKET,
        sll_protocol = BinaryPrimitives.ReverseEndianness((ushort)protocol),
        sll_ifindex = index,
    };

    /// <summary>Whether the socket's interface still exists; deleting it sets the socket's own index to -1 for ever.</summary>
    public static bool IsBound(int fd, int index)
    {
        sockaddr_ll address = default;
        uint length = (uint)sizeof(sockaddr_ll);
        return getsockname(fd, &address, &length) >= 0 && address.sll_ifindex == index;
    }

    /// <summary>Packets dropped for want of room since the last call (the kernel starts again from 0 when asked).</summary>
    public static uint TakeDrops(int fd)
    {
        tpacket_stats statistics = default;
        uint length = (uint)sizeof(tpacket_stats);
        return getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) < 0 ? 0 : statistics.tp_drops;
    }

    /// <summary>Closes the socket and says why.</summary>
    public static PortException Failed(int fd, string sentence)
    {
        string reason = Marshal.GetLastPInvokeErrorMessage();
        _ = Unistd.close(fd);
        return new PortException($"{sentence}: {reason}");
    }

    // -1 where the kernel has no answer.
    private static int Get(int fd, int level, int option)
    {
        int value = -1;
        uint length = sizeof(int);
        return getsockopt(fd, level, option, &value, &length) < 0 ? -1 : value;
    }

    private static bool Set(int fd, int level, int option, int value) => setsockopt(fd, level, option, &value, sizeof(int)) >= 0;
}
