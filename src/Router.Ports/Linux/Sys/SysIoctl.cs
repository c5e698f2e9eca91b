using System.Runtime.InteropServices;

namespace Router.Ports.Linux;

/// <summary>sys/ioctl.h, and the interface requests of linux/sockios.h.</summary>
internal static unsafe partial class SysIoctl
{
    public const uint SIOCGIFMTU = 0x8921;
    public const uint SIOCGIFHWADDR = 0x8927;
    public const uint SIOCGIFINDEX = 0x8933;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, void* argument);

    /// <summary>For the requests whose argument is a number.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, nint argument);
}
