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
    /// <param name="socket">A Unix datagram socket.</param>
    /// <param name="address">To whom, as struct sockaddr_un.</param>
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

    /// <summary>Closes a descriptor that no port has taken.</summary>
    public static void Close(int descriptor) => _ = Unistd.close(descriptor);

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
