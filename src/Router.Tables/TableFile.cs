using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Router.Tables.Linux;
using static Router.Tables.Linux.fcntl_h;
using static Router.Tables.Linux.sys_stat_h;

namespace Router.Tables;

/// <summary>
/// The file behind a table, from its name to mapped memory. A writer holds the file's lock (flock) for as long as it has it open,
/// and the kernel gives the lock back with the process, however that ends. What is found under the name is not trusted: a symbolic
/// link, a foreign owner or something that is no plain file is refused; a file that others may write, or whose header does not
/// fit, is unlinked under the lock and a new one made, so that a reader which still maps the old one keeps valid memory. For the
/// same reason a file never shrinks: what lies beyond a smaller capacity is punched out, which gives the memory back.
///
/// Nothing here can defend against another process of the same user that truncates the file under us; the directory is ours.
/// </summary>
internal sealed unsafe class TableFile : IDisposable
{
    private readonly SafeFileHandle? _file;

    private TableFile(SafeFileHandle? file, Mapping memory, TableOrigin origin, string reason)
    {
        _file = file;
        Memory = memory;
        Origin = origin;
        Reason = reason;
    }

    public Mapping Memory { get; }

    public TableOrigin Origin { get; }

    public string Reason { get; }

    /// <summary>The header, in the mapping itself.</summary>
    public ref TableHeader Header => ref *(TableHeader*)Memory.Base;

    public static TableFile Anonymous(EntryLayout layout, int capacity)
    {
        var table = new TableFile(null, Mapping.Anonymous(layout.FileOctets(capacity)), TableOrigin.Fresh, "");
        table.Header.Write(layout, capacity, Birth());
        return table;
    }

    /// <exception cref="IOException">Another process has it, or it must not be used; the sentence says which.</exception>
    public static TableFile OpenToWrite(string path, EntryLayout layout, int capacity)
    {
        string? objection = null;
        while (true)
        {
            SafeFileHandle file = OpenLocked(path);
            try
            {
                long size = RandomAccess.GetLength(file);
                if (size == 0) return Create(file, path, layout, capacity, objection);
                string? fault = ReadHeader(file, path, out TableHeader header) ?? header.Objection(layout, size);
                if (fault is null) return Resume(file, path, layout, capacity, header);
                objection = fault;
                File.Delete(path);
                file.Dispose();
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
    }

    /// <exception cref="IOException">It is not there, not ours, or does not hold such entries.</exception>
    public static TableFile OpenToRead(string path, EntryLayout layout)
    {
        using SafeFileHandle file = OpenOwn(path, O_RDONLY);
        long size = RandomAccess.GetLength(file);
        string? fault = ReadHeader(file, path, out TableHeader header) ?? header.Objection(layout, size);
        if (fault is not null) throw new IOException($"{path} cannot be read: {fault}");
        return new TableFile(null, Mapping.OfFile(file, layout.FileOctets(header.Capacity), false, path), TableOrigin.Resumed, "");
    }

    private static TableFile Create(SafeFileHandle file, string path, EntryLayout layout, int capacity, string? objection)
    {
        RandomAccess.SetLength(file, layout.FileOctets(capacity));
        Mapping memory = Mapping.OfFile(file, layout.FileOctets(capacity), true, path);
        TableOrigin origin = objection is null ? TableOrigin.Fresh : TableOrigin.Discarded;
        var table = new TableFile(file, memory, origin, objection is null ? "" : $"{path} was started empty: {objection}");
        table.Require(path, TableHeader.Octets);
        table.Header.Write(layout, capacity, Birth());
        return table;
    }

    private static TableFile Resume(SafeFileHandle file, string path, EntryLayout layout, int capacity, TableHeader header)
    {
        long wanted = layout.FileOctets(capacity);
        if (RandomAccess.GetLength(file) < wanted) RandomAccess.SetLength(file, wanted);
        Mapping memory = Mapping.OfFile(file, Math.Max(wanted, layout.FileOctets(header.Capacity)), true, path);
        string reason = header.Capacity == capacity ? ""
            : $"{path} went from {header.Capacity} to {capacity} entries; live ones lost: {LiveBeyond(memory, layout, capacity, header.Touched)}";
        var table = new TableFile(file, memory, TableOrigin.Resumed, reason);
        int touched = Math.Min(header.Touched, capacity);
        table.Require(path, layout.FileOctets(touched));
        // In either direction each step leaves a file that opens: it is long enough before the capacity grows, and what is
        // beyond a smaller capacity is punched out only after nobody counts on it. "Touched" follows a damaged word back, too.
        table.Header.SetTouched(touched);
        table.Header.SetCapacity(capacity);
        PunchBeyond(file, wanted);
        return table;
    }

    private static int LiveBeyond(Mapping memory, EntryLayout layout, int capacity, int touched)
    {
        int live = 0;
        for (int id = capacity; id < touched; id++)
        {
            if (EntryHeader.IsLive(((EntryHeader*)(memory.Base + layout.FileOctets(id)))->Life)) live++;
        }
        return live;
    }

    /// <summary>Gives back what lies behind the end of the entries; the kernel zeroes the part of a page that is ours to keep.</summary>
    private static void PunchBeyond(SafeFileHandle file, long end)
    {
        long beyond = RandomAccess.GetLength(file) - end;
        if (beyond > 0) _ = fallocate((int)file.DangerousGetHandle(), FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, end, beyond);
    }

    private void Require(string path, long octets)
    {
        int error = Memory.Populate(0, octets);
        if (error == 0) return;
        Memory.Dispose();
        throw new IOException(error == errno_h.EINVAL
            ? $"{path} cannot be kept in memory: the kernel is older than 5.14"
            : $"{path} needs {octets} octets, and its file system has no room for them");
    }

    private static uint Birth() => (uint)RandomNumberGenerator.GetInt32(int.MaxValue);

    /// <summary>Opens and locks what the name stands for now; a file that was replaced between the two steps is let go again.</summary>
    private static SafeFileHandle OpenLocked(string path)
    {
        while (true)
        {
            SafeFileHandle file = OpenOwn(path, O_RDWR | O_CREAT);
            if (flock((int)file.DangerousGetHandle(), LOCK_EX | LOCK_NB) != 0)
            {
                file.Dispose();
                throw new IOException($"{path} is in use: another process writes it (is a second routerd running?)");
            }
            if (IsStillNamed(file, path)) return file;
            file.Dispose();
        }
    }

    private static bool IsStillNamed(SafeFileHandle file, string path)
    {
        statx_buffer open = Stat(file, path), named;
        return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &named) == 0
            && (open.stx_ino, open.stx_dev_major, open.stx_dev_minor) == (named.stx_ino, named.stx_dev_major, named.stx_dev_minor);
    }

    private static SafeFileHandle OpenOwn(string path, int flags)
    {
        // O_NONBLOCK: a FIFO under that name would otherwise hold us for ever.
        int descriptor = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0x180 /* 0600 */);
        if (descriptor < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            string why = error == errno_h.ELOOP ? "it is a symbolic link" : Marshal.GetPInvokeErrorMessage(error);
            throw error == errno_h.ENOENT ? new FileNotFoundException($"{path}: {why}", path) : new IOException($"{path} cannot be opened: {why}");
        }
        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        statx_buffer stat = Stat(file, path);
        string? refusal = (stat.stx_mode & S_IFMT) != S_IFREG ? "it is not a plain file"
            : stat.stx_uid != geteuid() ? $"it belongs to user {stat.stx_uid}"
            : stat.stx_nlink > 1 ? "it has a second name"
            : null;
        if (refusal is null) return file;
        file.Dispose();
        throw new IOException($"{path} is refused: {refusal}");
    }

    private static statx_buffer Stat(SafeFileHandle file, string path)
    {
        statx_buffer stat;
        if (statx((int)file.DangerousGetHandle(), "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stat) == 0) return stat;
        throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Reads the header with a call, not through a mapping, as the file may be shorter than one.</summary>
    private static string? ReadHeader(SafeFileHandle file, string path, out TableHeader header)
    {
        header = default;
        if ((Stat(file, path).stx_mode & 0x12 /* 0022 */) != 0) return "others may write it";
        Span<byte> octets = MemoryMarshal.AsBytes(new Span<TableHeader>(ref header));
        return RandomAccess.Read(file, octets, 0) == octets.Length ? null : "it is shorter than a header";
    }

    public void Dispose()
    {
        Memory.Dispose();
        _file?.Dispose();
    }
}
