using System.Runtime.InteropServices;
using Router.Tables.Linux;
using static Router.Tables.Linux.sys_mman_h;

namespace Router.Tables;

/// <summary>
/// A range of mapped memory, unmapped when disposed of. Its users check their own bounds and must not touch it afterwards.
/// Memory of more than a few megabytes asks for huge pages: an index is read at random places, and with 4 KiB pages nearly every
/// lookup would also miss the processor's page translation cache.
/// </summary>
internal sealed unsafe class Mapping : IDisposable
{
    private const long HugePage = 2 << 20;

    private Mapping(void* start, long length)
    {
        Base = (byte*)start;
        Length = length;
    }

    public byte* Base { get; private set; }

    public long Length { get; private set; }

    /// <summary>Zeroed memory of this process alone.</summary>
    public static Mapping Anonymous(long length)
    {
        if (length >= HugePage) length = (length + HugePage - 1) / HugePage * HugePage;
        return Map(length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, "memory");
    }

    /// <summary>A file, shared with all who map it.</summary>
    public static Mapping OfFile(SafeHandle file, long length, bool writable, string path) =>
        Map(length, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, (int)file.DangerousGetHandle(), path);

    private static Mapping Map(long length, int protection, int flags, int descriptor, string what)
    {
        void* start = mmap(null, (nuint)length, protection, flags, descriptor, 0);
        if (start == MAP_FAILED)
        {
            throw new IOException($"cannot map {length} octets of {what}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        // Advice: a kernel without huge pages says no, and all works as well, only slower.
        if (length >= HugePage) _ = madvise(start, (nuint)length, MADV_HUGEPAGE);
        return new Mapping(start, length);
    }

    /// <summary>
    /// Makes pages present now, so that a full file system is an answer here and not a SIGBUS at some later store.
    /// </summary>
    /// <param name="offset">A multiple of the page size.</param>
    /// <param name="length">Octets; the last page is taken whole.</param>
    /// <returns>0, or errno: EFAULT or ENOMEM without room, EINVAL before Linux 5.14.</returns>
    public int Populate(long offset, long length)
    {
        if (length <= 0) return 0;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length);
        while (madvise(Base + offset, (nuint)length, MADV_POPULATE_WRITE) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error != errno_h.EINTR) return error;
        }
        return 0;
    }

    public void Dispose()
    {
        if (Base != null) _ = munmap(Base, (nuint)Length);
        Base = null;
        Length = 0;
    }
}
