using System.Runtime.InteropServices;
using Router.Ports.Linux;
using static Router.Ports.Linux.SysSocket;

namespace Router.Ports.Files;

/// <summary>
/// Hands an open descriptor to another process, beside a text (SCM_RIGHTS, unix(7)). The other end gets a descriptor of its own for the
/// same open file: what waits in a queue stays there when we close ours.
/// </summary>
public static unsafe class DescriptorPost
{
    /// <summary>Sends one datagram, without allocating. Without a descriptor it does not wait; with one, as long as the socket's send timeout.</summary>
    /// <param name="socket">A Unix datagram socket, or one of sequenced packets.</param>
    /// <param name="address">To whom, as struct sockaddr_un; empty where the socket is connected.</param>
    /// <param name="text">At least one octet.</param>
    /// <param name="descriptor">What goes with it, and stays open here; -1 for nothing.</param>
    /// <returns>0 when it is on its way, errno when not.</returns>
    public static int Send(int socket, ReadOnlySpan<byte> address, ReadOnlySpan<byte> text, int descriptor = -1)
    {
        Rights rights = new()
        {
            Header = new cmsghdr { cmsg_len = (nuint)(sizeof(cmsghdr) + sizeof(int)), cmsg_level = SOL_SOCKET, cmsg_type = SCM_RIGHTS },
            Descriptor = descriptor,
        };
        fixed (byte* name = address, octets = text)
        {
            SysUio.iovec piece = new() { iov_base = octets, iov_len = (nuint)text.Length };
            msghdr message = new() { msg_name = name, msg_namelen = (uint)address.Length, msg_iov = &piece, msg_iovlen = 1 };
            if (descriptor >= 0)
            {
                message.msg_control = &rights;
                message.msg_controllen = (nuint)sizeof(Rights);
            }
            return sendmsg(socket, &message, descriptor < 0 ? MSG_DONTWAIT | MSG_NOSIGNAL : MSG_NOSIGNAL) >= 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Takes one datagram, and waits for it as long as the socket's receive timeout.</summary>
    /// <param name="socket">A connected Unix socket of sequenced packets.</param>
    /// <param name="text">Where its octets go; what is longer is cut.</param>
    /// <param name="descriptor">What came with it, which the programs that this process starts do not inherit; -1 for nothing.</param>
    /// <returns>How many octets there are, 0 when the other end has closed, or -errno.</returns>
    public static int Receive(int socket, Span<byte> text, out int descriptor)
    {
        Rights rights = default;
        fixed (byte* octets = text)
        {
            SysUio.iovec piece = new() { iov_base = octets, iov_len = (nuint)text.Length };
            msghdr message = new() { msg_iov = &piece, msg_iovlen = 1, msg_control = &rights, msg_controllen = (nuint)sizeof(Rights) };
            nint got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
            bool brought = got > 0 && message.msg_controllen >= (nuint)(sizeof(cmsghdr) + sizeof(int)) && rights.Header is { cmsg_level: SOL_SOCKET, cmsg_type: SCM_RIGHTS };
            descriptor = brought ? rights.Descriptor : -1;
            return got >= 0 ? (int)got : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Closes a descriptor that no port has taken.</summary>
    public static void Close(int descriptor) => _ = Unistd.close(descriptor);

    /// <summary>Another descriptor of the same open file, which the programs that this process starts do not inherit; -1 if there is none to be had.</summary>
    public static int Duplicate(int descriptor) => Fcntl.fcntl(descriptor, Fcntl.F_DUPFD_CLOEXEC, 0);

    /// <summary>Keeps a descriptor that was inherited away from the programs that this process starts.</summary>
    public static bool TryKeepPrivate(int descriptor) => Fcntl.fcntl(descriptor, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC) >= 0;

    // CMSG_SPACE(sizeof(int)) octets: the last four are padding.
    [StructLayout(LayoutKind.Sequential)]
    private struct Rights
    {
        public cmsghdr Header;
        public int Descriptor;
        public int Padding;
    }
}
