using System.Runtime.InteropServices;
using Router.Ports.Linux;

namespace Router.Ports.Files;

/// <summary>Whose a file is. A file that takes the place of another is to be the same user's and group's.</summary>
public static unsafe class FileOwner
{
    private const int AT_FDCWD = -100;

    /// <summary>Gives a file the owner and the group of another.</summary>
    /// <exception cref="IOException">One of them is not there, or we may not give files away.</exception>
    public static void Copy(string from, string to)
    {
        SysStat.statx like = Read(from), now = Read(to);
        if ((like.stx_uid, like.stx_gid) == (now.stx_uid, now.stx_gid)) return;
        if (Unistd.chown(to, like.stx_uid, like.stx_gid) != 0)
        {
            throw new IOException($"{to} cannot be given to the owner of {from}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    private static SysStat.statx Read(string path)
    {
        SysStat.statx read;
        if (SysStat.statx_(AT_FDCWD, path, 0, SysStat.STATX_BASIC_STATS, &read) == 0) return read;
        throw new IOException($"{path} cannot be looked at: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }
}
