using Router.Tables;

namespace Router.Tests.Tables;

/// <summary>Files with sample entries, and what must hold for them after whatever was done to them.</summary>
internal static class SampleFile
{
    /// <summary>A table with entries 0 to live - 1, closed again.</summary>
    public static void Make(string path, int capacity, int live)
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

    /// <summary>How many entries live; each must be whole, and the table must have counted them.</summary>
    public static int Whole(MappedTable<Sample> table)
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
}
