using System.Runtime.InteropServices;

namespace Router.Ports.Linux;

/// <summary>sys/stat.h: statx(2), whose struct is the same on every machine, unlike struct stat.</summary>
internal static unsafe partial class SysStat
{
    public const uint STATX_BASIC_STATS = 0x7ff;

    /// <summary>As far as it is read.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct statx
    {
        [FieldOffset(20)] public uint stx_uid;
        [FieldOffset(24)] public uint stx_gid;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statx_(int dirfd, string path, int flags, uint mask, statx* buffer);
}
