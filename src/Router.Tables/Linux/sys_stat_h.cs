using System.Runtime.InteropServices;

namespace Router.Tables.Linux;

/// <summary>sys/stat.h: statx(2), whose struct is the same on every machine, unlike struct stat.</summary>
internal static unsafe partial class sys_stat_h
{
    public const int AT_FDCWD = -100;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const int AT_EMPTY_PATH = 0x1000;
    public const uint STATX_BASIC_STATS = 0x7ff;
    public const uint S_IFMT = 0xf000;
    public const uint S_IFREG = 0x8000;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statx(int dirfd, string pathname, int flags, uint mask, statx_buffer* buffer);

    [LibraryImport("libc")]
    public static partial uint geteuid();
}

/// <summary>struct statx, as far as it is read.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct statx_buffer
{
    [FieldOffset(16)] public uint stx_nlink;
    [FieldOffset(20)] public uint stx_uid;
    [FieldOffset(28)] public ushort stx_mode;
    [FieldOffset(32)] public ulong stx_ino;
    [FieldOffset(40)] public ulong stx_size;
    [FieldOffset(136)] public uint stx_dev_major;
    [FieldOffset(140)] public uint stx_dev_minor;
}
