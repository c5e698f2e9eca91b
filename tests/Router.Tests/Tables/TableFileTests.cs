using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Router.Tables;

namespace Router.Tests.Tables;

[SupportedOSPlatform("linux")]
[Collection(nameof(Alone))]
public class TableFileTests
{
    [Fact]
    public void TheFileIsOursAlone()
    {
        using var path = new TablePath();
        using var table = MappedTable<Sample>.Open(path.Name, 10);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path.Name));
        IOException second = Assert.Throws<IOException>(() => MappedTable<Sample>.Open(path.Name, 10));
        Assert.Contains("in use", second.Message, StringComparison.Ordinal);
        table.Dispose();
        MappedTable<Sample>.Open(path.Name, 10).Dispose();
    }

    [Fact]
    public void SerialsOfAnOlderFileAreStale()
    {
        using var path = new TablePath();
        var serials = new HashSet<uint>();
        for (int file = 0; file < 5; file++)
        {
            using (var table = MappedTable<Sample>.Open(path.Name, 10)) serials.Add(table.Serial(0));
            File.Delete(path.Name);
        }
        Assert.Equal(5, serials.Count);
    }

    [Fact]
    public void AReaderFollowsTheWriter()
    {
        using var path = new TablePath();
        Assert.Throws<FileNotFoundException>(() => MappedTable<Sample>.OpenReadOnly(path.Name));
        SampleFile.Make(path.Name, 100, 5);
        using var writer = MappedTable<Sample>.Open(path.Name, 100);
        using var reader = MappedTable<Sample>.OpenReadOnly(path.Name);
        Assert.Equal(100, reader.Capacity);
        Assert.True(reader.TryRead(4, out Sample copy));
        Assert.Equal(4u, copy.Uses);
        Assert.True(writer.TryTake(out int id));
        Assert.False(reader.TryRead(id, out _));
        writer[id].Name(77);
        writer.Commit(id);
        Assert.Equal(id, reader.NextLive(4));
        Assert.True(reader.TryRead(id, out copy));
        Assert.Equal(77u, copy.A);
        Assert.Equal(writer.Serial(id), reader.Serial(id));
        writer.Free(id);
        Assert.False(reader.TryRead(id, out _));
        Assert.Equal(-1, reader.NextLive(4));
        Assert.False(reader.TryTake(out _));
        Assert.Throws<InvalidOperationException>(() => reader.Free(0));
        Assert.Throws<InvalidOperationException>(() => reader[0].Uses);
    }

    [Fact]
    public void AReaderNeverSeesATornIdentity()
    {
        using var path = new TablePath();
        using var writer = MappedTable<Sample>.Open(path.Name, 1);
        using var reader = MappedTable<Sample>.OpenReadOnly(path.Name);
        using var stop = new CancellationTokenSource();
        var churn = new Thread(() =>
        {
            for (ulong name = 1; !stop.IsCancellationRequested; name++)
            {
                writer.TryTake(out int id);
                writer[id].Name(name);
                writer.Commit(id);
                writer.Free(id);
            }
        });
        churn.Start();
        int read = 0;
        bool torn = false;
        long end = Environment.TickCount64 + 5_000;
        for (int attempt = 0; (attempt < 300_000 || read < 100) && !torn && Environment.TickCount64 < end; attempt++)
        {
            if (!reader.TryRead(0, out Sample copy)) continue;
            read++;
            torn = !copy.IsWhole;
        }
        stop.Cancel();
        churn.Join();
        Assert.False(torn);
        Assert.True(read > 0);
    }

    [Fact]
    public void EntriesKeepTheirIdsWhenTheCapacityChanges()
    {
        using var path = new TablePath();
        SampleFile.Make(path.Name, 10, 10);
        using (var grown = MappedTable<Sample>.Open(path.Name, 20_000))
        {
            Assert.Equal(TableOrigin.Resumed, grown.Origin);
            Assert.Contains("from 10 to 20000 entries; live ones lost: 0", grown.OriginReason, StringComparison.Ordinal);
            Assert.Equal(10, SampleFile.Whole(grown));
            while (grown.TryTake(out int id)) { grown[id].Name((ulong)id); grown.Commit(id); }
            Assert.Equal(20_000, grown.Count);
            for (int id = 6; id < 10; id++) grown.Free(id);
        }
        using (var shrunk = MappedTable<Sample>.Open(path.Name, 8))
        {
            Assert.Contains("from 20000 to 8 entries; live ones lost: 19990", shrunk.OriginReason, StringComparison.Ordinal);
            Assert.Equal(6, SampleFile.Whole(shrunk));
            Assert.Equal(5u, shrunk[5].Uses);
            Assert.True(shrunk.TryTake(out int id));
            Assert.Equal(6, id);
        }
        using (var again = MappedTable<Sample>.Open(path.Name, 20_000))
        {
            // Entry 6 was taken above and never committed; nothing of the old upper entries may come back.
            Assert.Equal((6, 1, 0), (SampleFile.Whole(again), again.HalfMade, again.Damaged));
        }
    }

    [Fact]
    public void OtherLayoutsStartEmptyAndSayWhy()
    {
        using var path = new TablePath();
        SampleFile.Make(path.Name, 10, 10);
        using (var reader = MappedTable<Sample>.OpenReadOnly(path.Name))
        {
            using (var later = MappedTable<LaterSample>.Open(path.Name, 10))
            {
                Assert.Equal((TableOrigin.Discarded, 0), (later.Origin, later.Count));
                Assert.Contains("layout version 7, not 8", later.OriginReason, StringComparison.Ordinal);
            }
            // The reader still has the old file.
            Assert.True(reader.TryRead(9, out Sample copy));
            Assert.True(copy.IsWhole);
        }
        File.Delete(path.Name);
        SampleFile.Make(path.Name, 10, 10);
        Assert.Throws<IOException>(() => MappedTable<LongerSample>.OpenReadOnly(path.Name));
        using var longer = MappedTable<LongerSample>.Open(path.Name, 10);
        Assert.Equal((TableOrigin.Discarded, 0), (longer.Origin, longer.Count));
        Assert.Contains("32 octets, not 40", longer.OriginReason, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNotAPlainFileOfOursIsRefused()
    {
        using TablePath target = new(), link = new(), directory = new(), second = new(), fifo = new();
        SampleFile.Make(target.Name, 10, 1);
        File.CreateSymbolicLink(link.Name, target.Name);
        Assert.Contains("symbolic link", Refusal(link.Name), StringComparison.Ordinal);
        Directory.CreateDirectory(directory.Name);
        Assert.Contains("cannot be opened", Refusal(directory.Name), StringComparison.Ordinal);
        Assert.Equal(0, Mkfifo(fifo.Name, 0x180));
        Assert.Contains("not a plain file", Refusal(fifo.Name), StringComparison.Ordinal);
        Assert.Equal(0, HardLink(target.Name, second.Name));
        Assert.Contains("second name", Refusal(second.Name), StringComparison.Ordinal);
        Assert.True(File.Exists(target.Name));
    }

    private static string Refusal(string path) => Assert.Throws<IOException>(() => MappedTable<Sample>.Open(path, 10)).Message;

    [Fact]
    public void AForeignOwnerIsRefused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a file away");
        using var path = new TablePath();
        SampleFile.Make(path.Name, 10, 1);
        Assert.Equal(0, Chown(path.Name, 65534, 65534));
        Assert.Contains("belongs to user 65534", Refusal(path.Name), StringComparison.Ordinal);
        Assert.Throws<IOException>(() => MappedTable<Sample>.OpenReadOnly(path.Name));
    }

    [Fact]
    public void AFileThatOthersMayWriteIsNotBelieved()
    {
        using var path = new TablePath();
        SampleFile.Make(path.Name, 10, 3);
        File.SetUnixFileMode(path.Name, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
        using var table = MappedTable<Sample>.Open(path.Name, 10);
        Assert.Equal((TableOrigin.Discarded, 0), (table.Origin, table.Count));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path.Name));
    }

    [DllImport("libc", EntryPoint = "mkfifo")]
    private static extern int Mkfifo([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode);

    [DllImport("libc", EntryPoint = "link")]
    private static extern int HardLink([MarshalAs(UnmanagedType.LPUTF8Str)] string old, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [DllImport("libc", EntryPoint = "chown")]
    private static extern int Chown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint owner, uint group);
}
