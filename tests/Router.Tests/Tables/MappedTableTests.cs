using Router.Tables;

namespace Router.Tests.Tables;

[Collection(nameof(Alone))]
public class MappedTableTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void HoldsWhatADictionaryHolds(bool file)
    {
        Random random = Seeded.New();
        using var path = new TablePath();
        const int capacity = 3000;
        MappedTable<Sample> table = file ? MappedTable<Sample>.Open(path.Name, capacity) : MappedTable<Sample>.Anonymous(capacity);
        Assert.Equal(TableOrigin.Fresh, table.Origin);
        var twin = new Dictionary<int, (ulong Name, uint Uses, uint Serial)>();
        for (int step = 0; step < 60_000; step++)
        {
            if (random.Next(100) < (step / 6_000 % 2 == 0 ? 80 : 25)) Make(table, twin, capacity, random);
            else if (twin.Count > 0) Change(table, twin, random);
            if (file && step % 9_973 == 9_972)
            {
                table.Dispose();
                table = MappedTable<Sample>.Open(path.Name, capacity);
                Assert.Equal((TableOrigin.Resumed, ""), (table.Origin, table.OriginReason));
                Compare(table, twin);
            }
        }
        Compare(table, twin);
        table.Dispose();
    }

    private static void Make(MappedTable<Sample> table, Dictionary<int, (ulong, uint, uint)> twin, int capacity, Random random)
    {
        bool took = table.TryTake(out int id);
        Assert.Equal(twin.Count < capacity, took);
        if (!took) return;
        Assert.DoesNotContain(id, twin.Keys);
        Assert.False(table.IsLive(id));
        Assert.Equal(default, table[id]);
        if (random.Next(8) == 0)
        {
            table[id].A = 1;
            table.Free(id);
            return;
        }
        table[id].Name((ulong)random.NextInt64());
        table.Commit(id);
        twin[id] = (table[id].A, 0, table.Serial(id));
    }

    private static void Change(MappedTable<Sample> table, Dictionary<int, (ulong Name, uint Uses, uint Serial)> twin, Random random)
    {
        int id = random.Next(table.Capacity);
        if (!twin.TryGetValue(id, out (ulong Name, uint Uses, uint Serial) known))
        {
            Assert.False(table.IsLive(id));
            Assert.False(table.TryRead(id, out _));
            return;
        }
        Assert.Equal(known.Serial, table.Serial(id));
        if (random.Next(2) == 0)
        {
            table[id].Uses++;
            twin[id] = known with { Uses = known.Uses + 1 };
            return;
        }
        table.Free(id);
        twin.Remove(id);
        Assert.NotEqual(known.Serial, table.Serial(id));
    }

    private static void Compare(MappedTable<Sample> table, Dictionary<int, (ulong Name, uint Uses, uint Serial)> twin)
    {
        Assert.Equal(twin.Count, table.Count);
        var seen = new List<int>();
        for (int id = table.NextLive(-1); id >= 0; id = table.NextLive(id))
        {
            seen.Add(id);
            Assert.True(table.TryRead(id, out Sample copy));
            Assert.True(copy.IsWhole);
            Assert.Equal(twin[id], (copy.A, copy.Uses, table.Serial(id)));
        }
        Assert.Equal(twin.Keys.Order(), seen);
    }

    [Fact]
    public void FullIsAnAnswerAndTheLastFreedIsTakenFirst()
    {
        using var table = MappedTable<Sample>.Anonymous(3);
        for (int expected = 0; expected < 3; expected++)
        {
            Assert.True(table.TryTake(out int id));
            Assert.Equal(expected, id);
            table.Commit(id);
        }
        Assert.False(table.TryTake(out int none));
        Assert.Equal(-1, none);
        table.Free(0);
        table.Free(2);
        Assert.True(table.TryTake(out int again));
        Assert.Equal(2, again);
        Assert.Equal(1, table.Count);
    }

    [Fact]
    public void MisuseIsAnException()
    {
        var table = MappedTable<Sample>.Anonymous(2);
        Assert.Throws<ArgumentOutOfRangeException>(() => table[2].A);
        Assert.Throws<ArgumentOutOfRangeException>(() => table[-1].A);
        Assert.Throws<InvalidOperationException>(() => table.Free(0));
        Assert.Throws<InvalidOperationException>(() => table.Commit(0));
        Assert.True(table.TryTake(out int id));
        table.Commit(id);
        Assert.Throws<InvalidOperationException>(() => table.Commit(id));
        table.Free(id);
        Assert.Throws<InvalidOperationException>(() => table.Free(id));
        Assert.False(table.IsLive(-1));
        Assert.False(table.IsLive(2));
        table.Dispose();
        Assert.Throws<ObjectDisposedException>(() => table[0].A);
        Assert.Throws<ObjectDisposedException>(() => table.Serial(0));
        Assert.False(table.TryTake(out _));
        Assert.False(table.IsLive(0));
        Assert.Equal(-1, table.NextLive(-1));
    }

    [Fact]
    public void AllocatesNothing()
    {
        using var path = new TablePath();
        using var table = MappedTable<Sample>.Open(path.Name, 100_000);
        int[] ids = new int[20_000];
        // The first run goes through never used entries, and thus through the pages being made present.
        long before = GC.GetAllocatedBytesForCurrentThread();
        Fill(table, ids);
        long first = GC.GetAllocatedBytesForCurrentThread() - before;
        // Less than an octet an entry: what the runtime takes once, for the code.
        Assert.InRange(first, 0, ids.Length - 1);
        Assert.Equal(0, Seeded.Allocated(() => Fill(table, ids)));
    }

    private static void Fill(MappedTable<Sample> table, int[] ids)
    {
        for (int i = 0; i < ids.Length; i++)
        {
            table.TryTake(out ids[i]);
            table[ids[i]].Name((ulong)i);
            table.Commit(ids[i]);
            table.Prefetch(ids[i]);
        }
        for (int id = table.NextLive(-1); id >= 0; id = table.NextLive(id))
        {
            if (table.IsLive(id) && table.TryRead(id, out Sample copy)) table[id].Uses += copy.Uses + table.Serial(id);
        }
        for (int i = ids.Length - 1; i >= 0; i--) table.Free(ids[i]);
    }

    [Fact]
    public void CostsEightOctetsAndTheEntry()
    {
        using var path = new TablePath();
        using var table = MappedTable<Sample>.Open(path.Name, 1000);
        Assert.Equal(4096 + 1000 * 40, table.FileOctets);
        Assert.Equal(table.FileOctets, new FileInfo(path.Name).Length);
    }
}
