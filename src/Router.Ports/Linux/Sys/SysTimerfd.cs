using System.Runtime.InteropServices;

namespace Router.Ports.Linux;

/// <summary>sys/timerfd.h, with the clock and the structures of time.h that it uses.</summary>
internal static unsafe partial class SysTimerfd
{
    public const int CLOCK_MONOTONIC = 1;
    public const int TFD_CLOEXEC = 0x80000;
    public const int TFD_NONBLOCK = 0x800;

    [StructLayout(LayoutKind.Sequential)]
    public struct timespec
    {
        public nint tv_sec;
        public nint tv_nsec;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct itimerspec
    {
        public timespec it_interval;
        public timespec it_value;
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial int timerfd_create(int clockid, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int timerfd_settime(int fd, int flags, itimerspec* newValue, itimerspec* oldValue);
}
