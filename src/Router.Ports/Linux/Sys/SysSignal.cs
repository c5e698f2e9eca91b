using System.Runtime.InteropServices;

namespace Router.Ports.Linux;

/// <summary>signal.h</summary>
internal static partial class SysSignal
{
    public const int SIGPIPE = 13;
    public const int SIGSTOP = 19;

    /// <summary>What the signal does by itself.</summary>
    public static nint SIG_DFL => 0;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int pid, int sig);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint signal(int signum, nint handler);
}
