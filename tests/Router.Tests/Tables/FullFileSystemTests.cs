using System.Diagnostics;
using Router.Tables;

namespace Router.Tests.Tables;

/// <summary>A file system without room is a full table, and not a SIGBUS. Needs root, to mount a small tmpfs.</summary>
[Collection(nameof(Alone))]
public class FullFileSystemTests
{
    private const int Room = 1024 * 1024;

    [Fact]
    public void NoRoomIsAFullTable()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount a small file system");
        string folder = Directory.CreateTempSubdirectory("router-full-").FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", $"size={Room}", "tmpfs", folder), "this machine allows no mounts");
        try
        {
            CheckIn(folder);
        }
        finally
        {
            Run("umount", folder);
            Directory.Delete(folder);
        }
    }

    private static void CheckIn(string folder)
    {
        string ballast = Path.Combine(folder, "ballast");
        File.WriteAllBytes(ballast, new byte[Room / 2]);
        using (var table = MappedTable<Sample>.Open(Path.Combine(folder, "table"), 1_000_000))
        {
            int taken = TakeAll(table);
            Assert.InRange(taken, 1, Room / 2 / 40);
            File.Delete(ballast);
            // The file system is not asked each time: a table that is full must be cheap to ask.
            int tries = 0;
            while (tries < 5000 && !table.TryTake(out _)) tries++;
            Assert.InRange(tries, 1, 4999);
            Assert.InRange(taken + TakeAll(table), taken + 1000, Room / 40);
        }
        File.WriteAllBytes(ballast, new byte[new DriveInfo(folder).AvailableFreeSpace]);
        IOException refusal = Assert.Throws<IOException>(() => MappedTable<Sample>.Open(Path.Combine(folder, "second"), 10));
        Assert.Contains("no room", refusal.Message, StringComparison.Ordinal);
    }

    private static int TakeAll(MappedTable<Sample> table)
    {
        int taken = 0;
        for (; table.TryTake(out int id); taken++)
        {
            table[id].Name((ulong)id);
            table.Commit(id);
        }
        return taken;
    }

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
