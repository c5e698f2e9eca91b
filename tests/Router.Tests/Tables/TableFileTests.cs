using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Router.Tables;

namespace Router.Tests.Tables;

[SupportedOSPlatform("linux")]
public class TableFileTests
{
    private const int Header = 4096;
    private const int Stride = 40;

    /// <summary>A table with entries 0 to live - 1, closed again.</summary>
    private static void Make(string path, int capacity, int live)
    {
        using var table = MappedTable<Sample>.Open(path, capacity);
        for (int i = 0; i < live; i++)
        {
            Assert.True(table.TryTake(out int id));
            table[id].Name((ulong)i * 1_000_003);
            table[id].Uses = (uint)i;
            table.Commit(id);
        }
    }

    private static int Whole(MappedTable<Sample> table)
    {
        int count = 0;
        for (int id = table.NextLive(-1); id >= 0; id = table.NextLive(id))
        {
            Assert.True(table[id].IsWhole);
            count++;
        }
        Assert.Equal(count, table.Count);
        return count;
    }

    private static void Patch(string path, long offset, byte[] octets)
    {
        using FileStream file = File.OpenWrite(path);
        file.Position = offset;
        file.Write(octets);
    }

    private static void Flip(string path, long offset, byte mask)
    {
        using FileStream file = File.Open(path, FileMode.Open);
        file.Position = offset;
        int octet = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(octet ^ mask));
    }

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
        Make(path.Name, 100, 5);
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
        Make(path.Name, 10, 10);
        using (var grown = MappedTable<Sample>.Open(path.Name, 20_000))
        {
            Assert.Equal(TableOrigin.Resumed, grown.Origin);
            Assert.Contains("from 10 to 20000 entries; live ones lost: 0", grown.OriginReason, StringComparison.Ordinal);
            Assert.Equal(10, Whole(grown));
            while (grown.TryTake(out int id)) { grown[id].Name((ulong)id); grown.Commit(id); }
            Assert.Equal(20_000, grown.Count);
            for (int id = 6; id < 10; id++) grown.Free(id);
        }
        using (var shrunk = MappedTable<Sample>.Open(path.Name, 8))
        {
            Assert.Contains("from 20000 to 8 entries; live ones lost: 19990", shrunk.OriginReason, StringComparison.Ordinal);
            Assert.Equal(6, Whole(shrunk));
            Assert.Equal(5u, shrunk[5].Uses);
            Assert.True(shrunk.TryTake(out int id));
            Assert.Equal(6, id);
        }
        using (var again = MappedTable<Sample>.Open(path.Name, 20_000))
        {
            // Entry 6 was taken above and never committed; nothing of the old upper entries may come back.
            Assert.Equal((6, 1, 0), (Whole(again), again.HalfMade, again.Damaged));
        }
    }

    [Fact]
    public void OtherLayoutsStartEmptyAndSayWhy()
    {
        using var path = new TablePath();
        Make(path.Name, 10, 10);
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
        Make(path.Name, 10, 10);
        Assert.Throws<IOException>(() => MappedTable<LongerSample>.OpenReadOnly(path.Name));
        using var longer = MappedTable<LongerSample>.Open(path.Name, 10);
        Assert.Equal((TableOrigin.Discarded, 0), (longer.Origin, longer.Count));
        Assert.Contains("32 octets, not 40", longer.OriginReason, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryBitOfTheHeaderCounts()
    {
        for (int offset = 0; offset < 48; offset++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                using var path = new TablePath();
                Make(path.Name, 10, 4);
                Flip(path.Name, offset, (byte)(1 << bit));
                using var table = MappedTable<Sample>.Open(path.Name, 10);
                // The mark of touched entries (40 to 47) is only a shortcut: without it, all entries are looked at.
                bool mark = offset >= 40;
                Assert.Equal(mark ? TableOrigin.Resumed : TableOrigin.Discarded, table.Origin);
                Assert.Equal(mark ? 4 : 0, Whole(table));
                Assert.True(mark || table.OriginReason.Length > 0);
                while (table.TryTake(out int id)) table.Commit(id);
                Assert.Equal(10, table.Count);
            }
        }
    }

    [Fact]
    public void EveryBitOfALiveEntrysIdentityCounts()
    {
        for (int offset = 0; offset < 8 + Sample.IdentityOctets; offset++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                using var path = new TablePath();
                Make(path.Name, 10, 4);
                Flip(path.Name, Header + 2 * Stride + offset, (byte)(1 << bit));
                using var table = MappedTable<Sample>.Open(path.Name, 10);
                Assert.Equal(3, Whole(table));
                Assert.False(table.IsLive(2));
                // Live is 2: turning bit 1 of the state off makes the entry free, which is no damage that could be seen.
                Assert.Equal(offset == 0 && bit == 1 ? 0 : 1, table.Damaged);
            }
        }
    }

    [Fact]
    public void AnEntryInAnothersPlaceIsNotBelieved()
    {
        using var path = new TablePath();
        Make(path.Name, 10, 4);
        byte[] octets = File.ReadAllBytes(path.Name);
        Patch(path.Name, Header + 2 * Stride, octets[(Header + 1 * Stride)..(Header + 2 * Stride)]);
        using var table = MappedTable<Sample>.Open(path.Name, 10);
        Assert.Equal((3, 1), (Whole(table), table.Damaged));
    }

    [Fact]
    public void AFileCutAnywhereOpens()
    {
        for (int length = 0; length < Header + 10 * Stride; length += length < 64 || length >= Header - 8 ? 1 : 61)
        {
            using var path = new TablePath();
            Make(path.Name, 10, 10);
            using (FileStream file = File.OpenWrite(path.Name)) file.SetLength(length);
            using var table = MappedTable<Sample>.Open(path.Name, 10);
            Assert.Equal(length == 0 ? TableOrigin.Fresh : TableOrigin.Discarded, table.Origin);
            Assert.Equal(0, table.Count);
            Assert.True(table.TryTake(out _));
        }
    }

    [Fact]
    public void AFileThatWasNeverFinishedOpens()
    {
        using var path = new TablePath();
        File.WriteAllBytes(path.Name, new byte[Header + 10 * Stride]);
        File.SetUnixFileMode(path.Name, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var table = MappedTable<Sample>.Open(path.Name, 10);
        Assert.Equal(TableOrigin.Discarded, table.Origin);
        Assert.Contains("never finished", table.OriginReason, StringComparison.Ordinal);
    }

    [Fact]
    public void RandomOctetsOpen()
    {
        Random random = Seeded.New();
        for (int round = 0; round < 400; round++)
        {
            using var path = new TablePath();
            int live = random.Next(100);
            Make(path.Name, 100, live);
            // Half the rounds leave the header alone, so that its entries are read.
            int from = random.Next(2) == 0 ? Header : 0;
            for (int patches = random.Next(1, 60); patches > 0; patches--)
            {
                byte[] noise = new byte[random.Next(1, 200)];
                random.NextBytes(noise);
                Patch(path.Name, from + random.Next(Header + 100 * Stride - from), noise);
            }
            using var table = MappedTable<Sample>.Open(path.Name, 100);
            Assert.InRange(Whole(table), 0, live);
            while (table.TryTake(out int id)) { table[id].Name((ulong)id); table.Commit(id); }
            Assert.Equal(100, Whole(table));
        }
    }

    [Fact]
    public void WhatIsNotAPlainFileOfOursIsRefused()
    {
        using TablePath target = new(), link = new(), directory = new(), second = new(), fifo = new();
        Make(target.Name, 10, 1);
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
        Make(path.Name, 10, 1);
        Assert.Equal(0, Chown(path.Name, 65534, 65534));
        Assert.Contains("belongs to user 65534", Refusal(path.Name), StringComparison.Ordinal);
        Assert.Throws<IOException>(() => MappedTable<Sample>.OpenReadOnly(path.Name));
    }

    [Fact]
    public void AFileThatOthersMayWriteIsNotBelieved()
    {
        using var path = new TablePath();
        Make(path.Name, 10, 3);
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
