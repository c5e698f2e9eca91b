using System.Runtime.Versioning;
using Router.Tables;

namespace Router.Tests.Tables;

/// <summary>A table's file is not trusted: whatever its octets, opening it ends in a sound table.</summary>
[SupportedOSPlatform("linux")]
[Collection(nameof(Alone))]
public class TableDamageTests
{
    private const int Header = 4096;
    private const int Stride = 40;

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
    public void EveryBitOfTheHeaderCounts()
    {
        for (int offset = 0; offset < 48; offset++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                using var path = new TablePath();
                SampleFile.Make(path.Name, 10, 4);
                Flip(path.Name, offset, (byte)(1 << bit));
                using var table = MappedTable<Sample>.Open(path.Name, 10);
                // The mark of touched entries (40 to 47) is only a shortcut: without it, all entries are looked at.
                bool mark = offset >= 40;
                Assert.Equal(mark ? TableOrigin.Resumed : TableOrigin.Discarded, table.Origin);
                Assert.Equal(mark ? 4 : 0, SampleFile.Whole(table));
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
                SampleFile.Make(path.Name, 10, 4);
                Flip(path.Name, Header + 2 * Stride + offset, (byte)(1 << bit));
                using var table = MappedTable<Sample>.Open(path.Name, 10);
                Assert.Equal(3, SampleFile.Whole(table));
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
        SampleFile.Make(path.Name, 10, 4);
        byte[] octets = File.ReadAllBytes(path.Name);
        Patch(path.Name, Header + 2 * Stride, octets[(Header + 1 * Stride)..(Header + 2 * Stride)]);
        using var table = MappedTable<Sample>.Open(path.Name, 10);
        Assert.Equal((3, 1), (SampleFile.Whole(table), table.Damaged));
    }

    [Fact]
    public void AFileCutAnywhereOpens()
    {
        for (int length = 0; length < Header + 10 * Stride; length += length < 64 || length >= Header - 8 ? 1 : 61)
        {
            using var path = new TablePath();
            SampleFile.Make(path.Name, 10, 10);
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
            SampleFile.Make(path.Name, 100, live);
            // Half the rounds leave the header alone, so that its entries are read.
            int from = random.Next(2) == 0 ? Header : 0;
            for (int patches = random.Next(1, 60); patches > 0; patches--)
            {
                byte[] noise = new byte[random.Next(1, 200)];
                random.NextBytes(noise);
                Patch(path.Name, from + random.Next(Header + 100 * Stride - from), noise);
            }
            using var table = MappedTable<Sample>.Open(path.Name, 100);
            Assert.InRange(SampleFile.Whole(table), 0, live);
            while (table.TryTake(out int id)) { table[id].Name((ulong)id); table.Commit(id); }
            Assert.Equal(100, SampleFile.Whole(table));
        }
    }
}
