using System.Runtime.InteropServices;

namespace Router.Ports.Linux;

/// <summary>termios.h, and what sys/ioctl.h has of terminals. What is in a struct termios is nobody's business here: it is read, made raw, and put back.</summary>
internal static unsafe partial class Termios
{
    /// <summary>At least sizeof(struct termios), which is 60 with the C libraries of Linux.</summary>
    public const int Room = 128;

    public const int TCSAFLUSH = 2;

    public const int TCIFLUSH = 0;

    public const nuint TIOCGWINSZ = 0x5413;

    [StructLayout(LayoutKind.Sequential)]
    public struct winsize
    {
        public ushort ws_row, ws_col, ws_xpixel, ws_ypixel;
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial int tcgetattr(int fd, byte* termios);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int tcsetattr(int fd, int actions, byte* termios);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int tcflush(int fd, int queue);

    [LibraryImport("libc")]
    public static partial void cfmakeraw(byte* termios);
}
