using System.ComponentModel;
using System.Runtime.InteropServices;

#pragma warning disable CS8981 // C's names are kept in bindings (style.md 18).

namespace Router.Ports.Linux.Netlink;

/// <summary>
/// A NETLINK_ROUTE socket in the network namespace of the thread that opens it. One thread reads and writes; <see cref="Wake"/>
/// alone may be called from any thread. The kernel answers and tells nothing but what was asked or subscribed to; only it (or a
/// process with CAP_NET_ADMIN) can send to such a socket, therefore senders are not checked.
/// </summary>
public sealed unsafe partial class NetlinkSocket : IDisposable
{
    private const int SOCK_RAW = 3, SOCK_CLOEXEC = 0x80000, SOCK_NONBLOCK = 0x800;
    private const int SOL_SOCKET = 1, SO_RCVBUF = 8, SO_RCVBUFFORCE = 33;
    private const int MSG_TRUNC = 0x20, MSG_DONTWAIT = 0x40;
    private const short POLLIN = 1;
    private const int EFD_CLOEXEC = 0x80000, EFD_NONBLOCK = 0x800;
    private const int EINTR = 4, EAGAIN = 11, ENOBUFS = 105;

    private readonly int _socket;
    private readonly int _wake;

    private NetlinkSocket(int socket, int wake)
    {
        _socket = socket;
        _wake = wake;
    }

    /// <summary>Opens a socket that is told of these multicast groups (RTNLGRP_*), or one to ask with when there are none.</summary>
    /// <param name="receiveBuffer">Octets that may wait in the kernel before it tells us that it had to drop some.</param>
    /// <exception cref="Win32Exception">The kernel refuses.</exception>
    public static NetlinkSocket Open(ReadOnlySpan<int> groups, int receiveBuffer)
    {
        int descriptor = Check(socket(LinuxNetlink.AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, LinuxNetlink.NETLINK_ROUTE), "socket(AF_NETLINK)");
        var opened = new NetlinkSocket(descriptor, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        try
        {
            Check(opened._wake, "eventfd");
            var address = new sockaddr_nl { nl_family = LinuxNetlink.AF_NETLINK };
            Check(bind(descriptor, &address, (uint)sizeof(sockaddr_nl)), "bind(AF_NETLINK)");
            // The limit needs CAP_NET_ADMIN to pass; without it the kernel's own maximum is what we get.
            if (opened.Set(SOL_SOCKET, SO_RCVBUFFORCE, receiveBuffer) < 0) opened.Set(SOL_SOCKET, SO_RCVBUF, receiveBuffer);
            opened.Set(LinuxNetlink.SOL_NETLINK, LinuxNetlink.NETLINK_EXT_ACK, 1);
            opened.Set(LinuxNetlink.SOL_NETLINK, LinuxNetlink.NETLINK_GET_STRICT_CHK, 1);
            foreach (int group in groups)
            {
                Check(opened.Set(LinuxNetlink.SOL_NETLINK, LinuxNetlink.NETLINK_ADD_MEMBERSHIP, group), "netlink group");
            }
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Sends one request.</summary>
    public void Send(ReadOnlySpan<byte> request)
    {
        fixed (byte* octets = request)
        {
            while (send(_socket, octets, (nuint)request.Length, 0) < 0)
            {
                if (Marshal.GetLastPInvokeError() != EINTR) throw new Win32Exception(Marshal.GetLastPInvokeError(), "netlink send failed");
            }
        }
    }

    /// <summary>Waits for one datagram.</summary>
    /// <returns>Its length; more than the buffer's if it was cut.</returns>
    public int Receive(Span<byte> buffer)
    {
        int length = Receive(buffer, 0, out _);
        return length >= 0 ? length : throw new Win32Exception(Marshal.GetLastPInvokeError(), "netlink receive failed");
    }

    /// <summary>Reads one datagram if one waits.</summary>
    /// <param name="overrun">The kernel had to drop messages (ENOBUFS): what we know may be out of date.</param>
    /// <returns>Its length, more than the buffer's if it was cut; -1 when nothing waits.</returns>
    public int TryReceive(Span<byte> buffer, out bool overrun)
    {
        int length = Receive(buffer, MSG_DONTWAIT, out int error);
        overrun = length < 0 && error == ENOBUFS;
        if (length < 0 && error is not (EAGAIN or ENOBUFS)) throw new Win32Exception(error, "netlink receive failed");
        return length;
    }

    /// <summary>Waits until a datagram is there or somebody calls <see cref="Wake"/>.</summary>
    public void Wait()
    {
        pollfd* entries = stackalloc pollfd[2] { new() { fd = _socket, events = POLLIN }, new() { fd = _wake, events = POLLIN } };
        while (poll(entries, 2, -1) < 0)
        {
            if (Marshal.GetLastPInvokeError() != EINTR) throw new Win32Exception(Marshal.GetLastPInvokeError(), "poll failed");
        }
        ulong count;
        _ = read(_wake, &count, sizeof(ulong));
    }

    /// <summary>Ends a <see cref="Wait"/>, the present one or the next.</summary>
    public void Wake()
    {
        ulong one = 1;
        _ = write(_wake, &one, sizeof(ulong));
    }

    public void Dispose()
    {
        _ = close(_socket);
        if (_wake >= 0) _ = close(_wake);
    }

    private int Receive(Span<byte> buffer, int flags, out int error)
    {
        fixed (byte* octets = buffer)
        {
            nint length;
            do
            {
                length = recv(_socket, octets, (nuint)buffer.Length, flags | MSG_TRUNC);
                error = length < 0 ? Marshal.GetLastPInvokeError() : 0;
            }
            while (error == EINTR);
            return (int)length;
        }
    }

    private int Set(int level, int option, int value) => setsockopt(_socket, level, option, &value, sizeof(int));

    private static int Check(int result, string what) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{what} failed");

    [StructLayout(LayoutKind.Sequential)]
    private struct pollfd
    {
        public int fd;
        public short events;
        public short revents;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(int descriptor, sockaddr_nl* address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(int descriptor, int level, int option, int* value, uint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int descriptor, byte* octets, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int descriptor, byte* octets, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(pollfd* entries, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, ulong* count, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, ulong* count, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
