using System.Runtime.InteropServices;

namespace Router.Ports.Linux;

/// <summary>sys/resource.h</summary>
internal static partial class SysResource
{
    public const int PRIO_PROCESS = 0;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setpriority(int which, uint who, int prio);
}
