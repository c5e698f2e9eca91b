using System.Runtime.InteropServices;

namespace Router.Lab.Load;

/// <summary>
/// Many packets for one system call: an array of mmsghdr over fixed buffers, for sendmmsg(2) and recvmmsg(2). The load
/// programs are to cost as little as they can, since on the lab's machine they share the cores with the router.
/// </summary>
internal sealed unsafe partial class Mmsg
{
    private readonly mmsghdr_t* _headers;
    private readonly int _count;

    /// <param name="count">Packets per call.</param>
    public Mmsg(int count)
    {
        _count = count;
        _headers = (mmsghdr_t*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(mmsghdr_t));
        iovec_t* vectors = (iovec_t*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(iovec_t));
        for (int i = 0; i < count; i++)
        {
            _headers[i].msg_iov = vectors + i;
            _headers[i].msg_iovlen = 1;
        }
    }

    public void Point(int slot, byte* octets, int length)
    {
        _headers[slot].msg_iov->iov_base = octets;
        _headers[slot].msg_iov->iov_len = (nuint)length;
    }

    /// <returns>Packets that the kernel took, or -1.</returns>
    public int Send(int fd) => sendmmsg(fd, _headers, (uint)_count, 0);

    /// <summary>Waits for one packet and takes what else is there.</summary>
    /// <returns>Packets received, or -1.</returns>
    public int Receive(int fd)
    {
        const int MSG_WAITFORONE = 0x10000;
        return recvmmsg(fd, _headers, (uint)_count, MSG_WAITFORONE, null);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct iovec_t
    {
        public byte* iov_base;
        public nuint iov_len;
    }

    /// <summary>struct mmsghdr with its struct msghdr written out.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct mmsghdr_t
    {
        public void* msg_name;
        public uint msg_namelen;
        public iovec_t* msg_iov;
        public nuint msg_iovlen;
        public void* msg_control;
        public nuint msg_controllen;
        public int msg_flags;
        public uint msg_len;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sendmmsg(int fd, mmsghdr_t* messages, uint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int recvmmsg(int fd, mmsghdr_t* messages, uint count, int flags, void* limit);
}
