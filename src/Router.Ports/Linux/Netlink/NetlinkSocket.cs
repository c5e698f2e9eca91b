using System.Runtime.InteropServices;
using static Router.Ports.Linux.Errno;
using static Router.Ports.Linux.Netlink.LinuxNetlink;
using static Router.Ports.Linux.SysSocket;

namespace Router.Ports.Linux.Netlink;

/// <summary>
/// A NETLINK_ROUTE socket in the network namespace of the thread that opens it. One thread reads and writes. The kernel answers
/// and tells nothing but what was asked or subscribed to; only it (or a process with CAP_NET_ADMIN) can send to such a socket,
/// therefore senders are not checked.
/// </summary>
public sealed unsafe class NetlinkSocket : IDisposable
{
    private NetlinkSocket(int descriptor) => Descriptor = descriptor;

    /// <summary>What to wait on for readability; -1 once disposed.</summary>
    public int Descriptor { get; private set; }

    /// <summary>Opens a socket that is told of these multicast groups (RTNLGRP_*), or one to ask with when there are none.</summary>
    /// <param name="receiveBuffer">Octets that may wait in the kernel before it tells us that it had to drop some.</param>
    /// <exception cref="PortException">The kernel refuses.</exception>
    public static NetlinkSocket Open(ReadOnlySpan<int> groups, int receiveBuffer)
    {
        var opened = new NetlinkSocket(Check(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), "socket(AF_NETLINK)"));
        try
        {
            var address = new sockaddr_nl { nl_family = AF_NETLINK };
            Check(bind(opened.Descriptor, &address, (uint)sizeof(sockaddr_nl)), "bind(AF_NETLINK)");
            // Beyond the system's limit it needs CAP_NET_ADMIN; without it, that limit is what we get.
            if (opened.Set(SOL_SOCKET, SO_RCVBUFFORCE, receiveBuffer) < 0) opened.Set(SOL_SOCKET, SO_RCVBUF, receiveBuffer);
            opened.Set(SOL_NETLINK, NETLINK_EXT_ACK, 1);
            opened.Set(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
            foreach (int group in groups) Check(opened.Set(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group), "netlink group");
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Sends one request.</summary>
    /// <exception cref="IOException">The kernel does not take it at all; what it thinks of it comes as an answer.</exception>
    public void Send(ReadOnlySpan<byte> request)
    {
        fixed (byte* octets = request)
        {
            while (Unistd.write(Descriptor, octets, (nuint)request.Length) < 0)
            {
                if (Marshal.GetLastPInvokeError() != EINTR) throw Failed("asked", Marshal.GetLastPInvokeError());
            }
        }
    }

    /// <summary>Waits for one datagram.</summary>
    /// <returns>Its length; more than the buffer's if it was cut.</returns>
    public int Receive(Span<byte> buffer)
    {
        int length = Receive(buffer, 0, out int error);
        return length >= 0 ? length : throw Failed("heard", error);
    }

    /// <summary>Reads one datagram if one waits.</summary>
    /// <param name="overrun">The kernel had to drop messages (ENOBUFS): what we know may be out of date.</param>
    /// <returns>Its length, more than the buffer's if it was cut; -1 when nothing waits.</returns>
    public int TryReceive(Span<byte> buffer, out bool overrun)
    {
        int length = Receive(buffer, MSG_DONTWAIT, out int error);
        overrun = length < 0 && error == ENOBUFS;
        if (length < 0 && error is not (EAGAIN or ENOBUFS)) throw Failed("heard", error);
        return length;
    }

    public void Dispose()
    {
        if (Descriptor < 0) return;
        _ = Unistd.close(Descriptor);
        Descriptor = -1;
    }

    private int Receive(Span<byte> buffer, int flags, out int error)
    {
        fixed (byte* octets = buffer)
        {
            nint length;
            do
            {
                length = recv(Descriptor, octets, (nuint)buffer.Length, flags | MSG_TRUNC);
                error = length < 0 ? Marshal.GetLastPInvokeError() : 0;
            }
            while (error == EINTR);
            return (int)length;
        }
    }

    private int Set(int level, int option, int value) => setsockopt(Descriptor, level, option, &value, sizeof(int));

    private static IOException Failed(string how, int error) =>
        new($"the kernel's routing tables cannot be {how}: {Marshal.GetPInvokeErrorMessage(error)}");

    private static int Check(int result, string what)
    {
        if (result >= 0) return result;
        string remedy = Marshal.GetLastPInvokeError() is EMFILE or ENFILE
            ? "allow more open files (LimitNOFILE= of the service)"
            : "see that nothing forbids it (RestrictAddressFamilies= of the service must name AF_NETLINK)";
        throw new PortException($"the kernel's routing tables cannot be reached ({what}: {Marshal.GetLastPInvokeErrorMessage()}): {remedy}");
    }
}
