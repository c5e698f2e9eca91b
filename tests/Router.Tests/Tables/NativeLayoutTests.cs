using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Router.Tables;
using Router.Tables.Linux;

namespace Router.Tests.Tables;

/// <summary>What our bindings claim about C's headers, asked of the C compiler of this machine.</summary>
public class NativeLayoutTests
{
    [Fact]
    public void TheCompilerAgrees()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/cc"), "there is no C compiler here");
        (string Expression, long Ours)[] claims =
        [
            ("PROT_READ", sys_mman_h.PROT_READ), ("PROT_WRITE", sys_mman_h.PROT_WRITE),
            ("MAP_SHARED", sys_mman_h.MAP_SHARED), ("MAP_PRIVATE", sys_mman_h.MAP_PRIVATE), ("MAP_ANONYMOUS", sys_mman_h.MAP_ANONYMOUS),
            ("MADV_HUGEPAGE", sys_mman_h.MADV_HUGEPAGE), ("MADV_POPULATE_WRITE", sys_mman_h.MADV_POPULATE_WRITE),
            ("O_RDONLY", fcntl_h.O_RDONLY), ("O_RDWR", fcntl_h.O_RDWR), ("O_CREAT", fcntl_h.O_CREAT),
            ("O_NONBLOCK", fcntl_h.O_NONBLOCK), ("O_CLOEXEC", fcntl_h.O_CLOEXEC), ("O_NOFOLLOW", fcntl_h.O_NOFOLLOW),
            ("LOCK_EX", fcntl_h.LOCK_EX), ("LOCK_NB", fcntl_h.LOCK_NB),
            ("FALLOC_FL_KEEP_SIZE", fcntl_h.FALLOC_FL_KEEP_SIZE), ("FALLOC_FL_PUNCH_HOLE", fcntl_h.FALLOC_FL_PUNCH_HOLE),
            ("AT_FDCWD", sys_stat_h.AT_FDCWD), ("AT_SYMLINK_NOFOLLOW", sys_stat_h.AT_SYMLINK_NOFOLLOW),
            ("AT_EMPTY_PATH", sys_stat_h.AT_EMPTY_PATH), ("STATX_BASIC_STATS", sys_stat_h.STATX_BASIC_STATS),
            ("S_IFMT", sys_stat_h.S_IFMT), ("S_IFREG", sys_stat_h.S_IFREG),
            ("ENOENT", errno_h.ENOENT), ("EINTR", errno_h.EINTR), ("EINVAL", errno_h.EINVAL), ("ELOOP", errno_h.ELOOP),
            ("sizeof(struct statx)", Marshal.SizeOf<statx_buffer>()),
            .. new[] { "stx_nlink", "stx_uid", "stx_mode", "stx_ino", "stx_size" }.Select(Field),
            ("offsetof(struct statx, stx_dev_major)", (long)Marshal.OffsetOf<statx_buffer>("stx_dev_major")),
            ("offsetof(struct statx, stx_dev_minor)", (long)Marshal.OffsetOf<statx_buffer>("stx_dev_minor")),
        ];
        long[] theirs = Compile([.. claims.Select(claim => claim.Expression)]);
        Assert.Equal(claims, claims.Zip(theirs, (claim, value) => (claim.Expression, value)));
    }

    [Fact]
    public void OurOwnHeadersHaveTheirSizes()
    {
        Assert.Equal(8, Marshal.SizeOf<EntryHeader>());
        Assert.Equal(48, Marshal.SizeOf<TableHeader>());
    }

    private static (string, long) Field(string name) =>
        ($"offsetof(struct statx, {name})", (long)Marshal.OffsetOf<statx_buffer>(name));

    private static long[] Compile(string[] expressions)
    {
        string folder = Directory.CreateTempSubdirectory("router-layout-").FullName;
        try
        {
            string lines = string.Concat(expressions.Select(expression => $"  printf(\"%lld\\n\", (long long)({expression}));\n"));
            string source = "#define _GNU_SOURCE\n#include <stdio.h>\n#include <stddef.h>\n#include <errno.h>\n#include <fcntl.h>\n"
                + "#include <sys/file.h>\n#include <sys/mman.h>\n#include <sys/stat.h>\nint main(void) {\n"
                + lines + "}\n";
            File.WriteAllText(Path.Combine(folder, "layout.c"), source);
            Run("/usr/bin/cc", folder, "-include", "linux/mman.h", "-o", "layout", "layout.c");
            string[] answers = Run(Path.Combine(folder, "layout"), folder).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return [.. answers.Select(answer => long.Parse(answer, CultureInfo.InvariantCulture))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Run(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
