using System.Runtime.InteropServices;

namespace Router.Ports.Linux;

/// <summary>
/// Sockets for those who write no unsafe code, which is the probes: socket(7), ip(7), icmp(7), poll(2), eventfd(2), with C's names
/// and numbers (x86-64 and arm64 agree on all of them). Addresses of memory are passed as numbers; they always point into arrays
/// from the pinned heap. `System.Net.Sockets` is not used by them, as it throws, and allocates, for each connection that is begun
/// without waiting for it.
/// </summary>
internal static partial class SocketCalls
{
    public const int AF_INET = 2, AF_INET6 = 10;
    public const int SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3, SOCK_NONBLOCK = 0x800, SOCK_CLOEXEC = 0x80000;
    public const int IPPROTO_ICMP = 1, IPPROTO_TCP = 6, IPPROTO_UDP = 17, IPPROTO_ICMPV6 = 58;
    public const int SOL_SOCKET = 1, SOL_RAW = 255, SO_ERROR = 4, SO_LINGER = 13;
    public const int ICMP_FILTER = 1, ICMP6_FILTER = 1;
    public const int MSG_DONTWAIT = 0x40;
    public const int EINPROGRESS = 115, ECONNREFUSED = 111;
    public const int EFD_NONBLOCK = 0x800, EFD_CLOEXEC = 0x80000;
    public const short POLLIN = 1, POLLOUT = 4;

    /// <summary>poll(2).</summary>
#pragma warning disable CS8981 // C's name
    [StructLayout(LayoutKind.Sequential)]
    public struct pollfd
    {
        public int fd;
        public short events;
        public short revents;
    }
#pragma warning restore CS8981

    [LibraryImport("libc", SetLastError = true)]
    public static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int bind(int fd, nint address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int connect(int fd, nint address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint sendto(int fd, nint octets, nuint length, int flags, nint address, uint addressLength);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint recvfrom(int fd, nint octets, nuint length, int flags, nint address, nint addressLength);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setsockopt(int fd, int level, int option, nint value, uint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getsockopt(int fd, int level, int option, nint value, nint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ppoll(nint fds, nuint count, nint timeout, nint signals);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int eventfd(uint value, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int fd, nint octets, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int fd, nint octets, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int fd);

    /// <summary>errno of the call just made by this thread.</summary>
    public static int Errno => Marshal.GetLastPInvokeError();

    public static nint AddressOf<T>(T[] pinned, int index = 0) => Marshal.UnsafeAddrOfPinnedArrayElement(pinned, index);
}
