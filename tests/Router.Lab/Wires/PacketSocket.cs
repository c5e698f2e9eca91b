using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Router.Lab.Wires;

/// <summary>An AF_PACKET socket on one interface: whole Ethernet frames in and out, packet(7). Never blocks.</summary>
internal sealed unsafe partial class PacketSocket
{
    private const int AF_PACKET = 17;
    private const int SOCK_RAW = 3;
    private const int SOCK_NONBLOCK = 0x800;
    private const int SOL_PACKET = 263;
    private const int PACKET_IGNORE_OUTGOING = 23;
    private const int PACKET_QDISC_BYPASS = 20;
    private const int SOL_SOCKET = 1;
    private const int SO_RCVBUFFORCE = 33;
    private const int SO_SNDBUFFORCE = 32;
    private const ushort ETH_P_ALL = 3;
    private const int BufferSize = 8 << 20;

    /// <param name="port">The interface's name.</param>
    /// <param name="receives">False for a socket that only sends: the kernel copies nothing to it.</param>
    public PacketSocket(string port, bool receives = true)
    {
        int index = checked((int)if_nametoindex(port));
        if (index == 0) throw Failure($"no interface {port}");
        ushort protocol = receives ? BinaryPrimitives.ReverseEndianness(ETH_P_ALL) : (ushort)0;
        Fd = socket(AF_PACKET, SOCK_RAW | (receives ? SOCK_NONBLOCK : 0), protocol);
        if (Fd < 0) throw Failure("socket AF_PACKET");
        Set(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
        Set(SOL_PACKET, PACKET_QDISC_BYPASS, 1);
        Set(SOL_SOCKET, SO_RCVBUFFORCE, BufferSize);
        Set(SOL_SOCKET, SO_SNDBUFFORCE, BufferSize);
        var address = new SockAddrLl { sll_family = AF_PACKET, sll_protocol = protocol, sll_ifindex = index };
        if (bind(Fd, &address, sizeof(SockAddrLl)) != 0) throw Failure($"bind to {port}");
    }

    public int Fd { get; }

    /// <returns>The octets of the next frame, or -1 when none waits.</returns>
    public int Receive(Span<byte> into)
    {
        fixed (byte* octets = into) return (int)recv(Fd, octets, (nuint)into.Length, 0);
    }

    /// <returns>False when the kernel did not take the frame.</returns>
    public bool Send(ReadOnlySpan<byte> frame)
    {
        fixed (byte* octets = frame) return send(Fd, octets, (nuint)frame.Length, 0) == frame.Length;
    }

    /// <summary>Waits until one of two sockets has a frame, or for <paramref name="nanoseconds"/>; below zero: without end.</summary>
    public static void WaitAny(PacketSocket left, PacketSocket right, long nanoseconds)
    {
        const short POLLIN = 1;
        PollFd* both = stackalloc PollFd[2];
        both[0] = new PollFd { fd = left.Fd, events = POLLIN };
        both[1] = new PollFd { fd = right.Fd, events = POLLIN };
        var time = new TimeSpec { tv_sec = nanoseconds / 1_000_000_000, tv_nsec = nanoseconds % 1_000_000_000 };
        _ = ppoll(both, 2, nanoseconds < 0 ? null : &time, null);
    }

    private void Set(int level, int option, int value)
    {
        if (setsockopt(Fd, level, option, &value, sizeof(int)) != 0) throw Failure($"setsockopt {level} {option}");
    }

    private static LabException Failure(string what) => new($"{what}: {Marshal.GetLastPInvokeErrorMessage()}");

    [StructLayout(LayoutKind.Sequential)]
    private struct SockAddrLl
    {
        public ushort sll_family;
        public ushort sll_protocol;
        public int sll_ifindex;
        public ushort sll_hatype;
        public byte sll_pkttype;
        public byte sll_halen;
        public ulong sll_addr;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int fd;
        public short events;
        public short revents;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long tv_sec;
        public long tv_nsec;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint if_nametoindex(string name);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int family, int kind, ushort protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(int fd, SockAddrLl* address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(int fd, int level, int option, int* value, int length);

    [LibraryImport("libc")]
    private static partial nint recv(int fd, byte* octets, nuint length, int flags);

    [LibraryImport("libc")]
    private static partial nint send(int fd, byte* octets, nuint length, int flags);

    [LibraryImport("libc")]
    private static partial int ppoll(PollFd* fds, nuint count, TimeSpec* limit, void* mask);
}
