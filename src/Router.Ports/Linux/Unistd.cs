using System.Runtime.InteropServices;

namespace Router.Ports.Linux;

/// <summary>
/// unistd.h. None of these carries SuppressGCTransition, here and in sys/socket.h: that attribute is for calls below a
/// microsecond, as a collection cannot begin until the call returns. One 64 KiB read copies for 10 to 20 us, a sendmmsg of them
/// for a millisecond; what it would save is about 10 ns of each.
/// </summary>
internal static unsafe partial class Unistd
{
    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int fd, void* buf, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int fd, void* buf, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int execvp(string file, string?[] argv);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int chown(string pathname, uint owner, uint group);
}
