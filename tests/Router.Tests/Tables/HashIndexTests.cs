using Router.Tables;

namespace Router.Tests.Tables;

public class HashIndexTests
{
    private static List<int> All(HashIndex index, ulong hash)
    {
        var found = new List<int>();
        for (int value = index.First(hash, out Cursor cursor); value >= 0; value = index.Next(ref cursor)) found.Add(value);
        found.Sort();
        return found;
    }

    /// <summary>A few distinct tags, most of them with homes at the end of the ring, so that runs are long, merge, and wrap round.</summary>
    private static ulong Crowded(Random random, int slots) =>
        (ulong)(uint)(slots - 3 + random.Next(6) + slots * random.Next(3)) << 32 | (uint)random.Next();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(1000)]
    public void HoldsWhatADictionaryHolds(int most)
    {
        Random random = Seeded.New();
        using var index = new HashIndex(most);
        var twin = new Dictionary<uint, List<int>>();
        var pairs = new List<(ulong Hash, int Value)>();
        for (int step = 0; step < 40_000; step++)
        {
            // The weight swings, so that the index is empty and full many times.
            bool add = random.Next(100) < (step / 3_000 % 2 == 0 ? 70 : 30);
            if (add)
            {
                ulong hash = random.Next(2) == 0 ? Crowded(random, most * 2) : (ulong)random.NextInt64();
                int value = random.Next(4) == 0 ? random.Next(3) : random.Next();
                Assert.Equal(pairs.Count < most, index.Add(hash, value));
                if (pairs.Count < most)
                {
                    pairs.Add((hash, value));
                    uint tag = (uint)(hash >> 32);
                    if (!twin.TryGetValue(tag, out List<int>? values)) twin[tag] = values = [];
                    values.Add(value);
                }
            }
            else if (pairs.Count > 0)
            {
                int at = random.Next(pairs.Count);
                (ulong hash, int value) = pairs[at];
                pairs[at] = pairs[^1];
                pairs.RemoveAt(pairs.Count - 1);
                Assert.True(index.Remove(hash, value));
                Assert.True(twin[(uint)(hash >> 32)].Remove(value));
            }
            Assert.Equal(pairs.Count, index.Count);
            ulong probe = pairs.Count > 0 && random.Next(4) != 0 ? pairs[random.Next(pairs.Count)].Hash : Crowded(random, most * 2);
            List<int> expected = twin.GetValueOrDefault((uint)(probe >> 32)) ?? [];
            expected.Sort();
            Assert.Equal(expected, All(index, probe));
        }
        foreach ((ulong hash, int value) in pairs) Assert.True(index.Remove(hash, value));
        Assert.Equal(0, index.Count);
        Assert.All(twin.Keys, tag => Assert.Empty(All(index, (ulong)tag << 32)));
    }

    [Fact]
    public void AbsentPairsAreNotRemoved()
    {
        using var index = new HashIndex(4);
        Assert.False(index.Remove(0, 0));
        Assert.True(index.Add(5UL << 32, 1));
        Assert.False(index.Remove(5UL << 32, 2));
        Assert.False(index.Remove(0, -1));
        Assert.False(index.Remove(6UL << 32, 1));
        Assert.True(index.Remove(5UL << 32, 1));
        Assert.False(index.Remove(5UL << 32, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Add(0, -1));
    }

    [Fact]
    public void TheSamePairTwiceIsTwoPairs()
    {
        using var index = new HashIndex(4);
        Assert.True(index.Add(9, int.MaxValue));
        Assert.True(index.Add(9, int.MaxValue));
        Assert.Equal([int.MaxValue, int.MaxValue], All(index, 9));
        Assert.True(index.Remove(9, int.MaxValue));
        Assert.Equal([int.MaxValue], All(index, 9));
    }

    [Fact]
    public void CostsAtMost32OctetsAnEntry()
    {
        using var million = new HashIndex(1_000_000);
        Assert.InRange(million.Octets, 16_000_000, 32_000_000);
        using var exact = new HashIndex(1 << 20);
        Assert.Equal((1L << 20) * 16, exact.Octets);
    }

    [Fact]
    public void AllocatesNothing()
    {
        using var index = new HashIndex(1000);
        HashKey key = HashKey.Create();
        long found = 0;
        Assert.Equal(0, Seeded.Allocated(() =>
        {
            for (int value = 0; value < 1000; value++) index.Add(SipHash.Hash(key, (ulong)value, 1, 2, 3, 4), value);
            for (int value = 0; value < 1000; value++)
            {
                ulong hash = SipHash.Hash(key, (ulong)value, 1, 2, 3, 4);
                index.Prefetch(hash);
                for (int hit = index.First(hash, out Cursor cursor); hit >= 0; hit = index.Next(ref cursor)) found += hit;
                index.Remove(hash, value);
            }
        }));
        Assert.True(found > 0);
    }

    [Fact]
    public void AnswersAsEmptyAndFullAfterDispose()
    {
        var index = new HashIndex(10);
        index.Add(1, 1);
        index.Dispose();
        Assert.Equal(-1, index.First(1, out Cursor cursor));
        Assert.Equal(-1, index.Next(ref cursor));
        Assert.False(index.Add(2, 2));
        Assert.False(index.Remove(1, 1));
        index.Dispose();
    }
}
