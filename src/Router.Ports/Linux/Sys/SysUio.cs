using System.Runtime.InteropServices;

namespace Router.Ports.Linux;

/// <summary>sys/uio.h</summary>
internal static class SysUio
{
    /// <summary>The most messages or vectors that one call takes.</summary>
    public const int UIO_MAXIOV = 1024;

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct iovec
    {
        public void* iov_base;
        public nuint iov_len;
    }
}
