using System.Runtime.InteropServices;

namespace Router.Lab.Kernel;

/// <summary>The few calls of libc that .NET does not offer. C's names are kept.</summary>
internal static unsafe partial class Libc
{
    public const int CLONE_NEWNET = 0x4000_0000;
    public const int SIGHUP = 1;
    public const int SIGINT = 2;
    public const int SIGKILL = 9;
    public const int SIGUSR1 = 10;
    public const int SIGTERM = 15;
    public const int O_RDONLY = 0;
    public const int O_CLOEXEC = 0x8_0000;
    public const int PRIO_PROCESS = 0;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setns(int fd, int kind);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setpriority(int which, int who, int nice);
}
