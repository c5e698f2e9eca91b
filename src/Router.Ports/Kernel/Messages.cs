using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Router.Ports.Linux;

namespace Router.Ports;

/// <summary>
/// The arrays that recvmmsg and sendmmsg read: one message header and one vector for each packet, wired together once. The port
/// owns it. The kernel writes back only lengths and flags, so that pointers, once set, stay.
/// </summary>
internal sealed unsafe class Messages : IDisposable
{
    /// <summary>The most packets of one call. Beyond some dozens, a call's fixed cost no longer shows.</summary>
    public const int Most = 128;

    private readonly SysUio.iovec* _vectors;

    public Messages()
    {
        Headers = (SysSocket.mmsghdr*)NativeMemory.AllocZeroed(Most, (nuint)sizeof(SysSocket.mmsghdr));
        _vectors = (SysUio.iovec*)NativeMemory.AllocZeroed(Most, (nuint)sizeof(SysUio.iovec));
        for (int i = 0; i < Most; i++)
        {
            Headers[i].msg_hdr.msg_iov = _vectors + i;
            Headers[i].msg_hdr.msg_iovlen = 1;
        }
    }

    public SysSocket.mmsghdr* Headers { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int message, byte* octets, int length)
    {
        _vectors[message].iov_base = octets;
        _vectors[message].iov_len = (nuint)length;
    }

    public void Address(int message, LinuxIfPacket.sockaddr_ll* address)
    {
        Headers[message].msg_hdr.msg_name = address;
        Headers[message].msg_hdr.msg_namelen = (uint)sizeof(LinuxIfPacket.sockaddr_ll);
    }

    public void Dispose()
    {
        NativeMemory.Free(Headers);
        NativeMemory.Free(_vectors);
    }
}
