using System.Runtime.InteropServices;

namespace Router.Tables.Linux;

/// <summary>sys/mman.h. C's names and values; all return -1 with errno on failure, as there.</summary>
internal static unsafe partial class sys_mman_h
{
    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;
    public const int MAP_SHARED = 1;
    public const int MAP_PRIVATE = 2;
    public const int MAP_ANONYMOUS = 0x20;
    public const int MADV_HUGEPAGE = 14;

    /// <summary>Since Linux 5.14: makes the pages present and writable, and answers an error where a touch would raise SIGBUS.</summary>
    public const int MADV_POPULATE_WRITE = 23;

    public static readonly void* MAP_FAILED = (void*)-1;

    [LibraryImport("libc", SetLastError = true)]
    public static partial void* mmap(void* addr, nuint length, int prot, int flags, int fd, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int munmap(void* addr, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int madvise(void* addr, nuint length, int advice);
}
