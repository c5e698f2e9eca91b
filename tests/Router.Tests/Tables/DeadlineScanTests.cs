using Router.Tables;

namespace Router.Tests.Tables;

public class DeadlineScanTests
{
    [Fact]
    public void APassReportsWhatASlowScanFinds()
    {
        Random random = Seeded.New();
        for (int round = 0; round < 300; round++)
        {
            int capacity = random.Next(1, 200);
            var scan = new DeadlineScan(capacity);
            var twin = new Dictionary<int, uint>();
            for (int change = random.Next(3 * capacity); change > 0; change--)
            {
                int id = random.Next(capacity);
                uint deadline = random.Next(5) == 0 ? (uint)random.Next() * 2 : (uint)random.Next(1000);
                if (random.Next(4) == 0) { scan.Clear(id); twin.Remove(id); }
                else { scan.Set(id, deadline); twin[id] = deadline; }
            }
            uint now = (uint)random.Next(1000);
            var found = new List<int>();
            // Slices and rooms of any size make up one pass: an id is reported in the pass exactly once.
            int[] due = new int[random.Next(1, 40)];
            int expected = twin.Count(pair => pair.Value <= now);
            int calls = 0;
            while (found.Count < expected && calls++ < 1000)
            {
                int count = scan.Due(now, random.Next(1, 80), due);
                for (int i = 0; i < count; i++)
                {
                    found.Add(due[i]);
                    scan.Clear(due[i]);
                }
            }
            found.Sort();
            Assert.Equal(twin.Where(pair => pair.Value <= now).Select(pair => pair.Key).Order(), found);
        }
    }

    [Fact]
    public void LooksAtEachEntryOncePerCallAndGoesOnWhereItStopped()
    {
        var scan = new DeadlineScan(100);
        for (int id = 0; id < 10; id++) scan.Set(id, 5);
        Assert.Equal(10, scan.Reach);
        int[] due = new int[100];
        Assert.Equal(0, scan.Due(4, 1000, due));
        Assert.Equal(10, scan.Due(5, 1000, due));
        Assert.Equal(4, scan.Due(5, 4, due));
        Assert.Equal(3, scan.Due(5, 6, due.AsSpan(0, 3)));
        Assert.Equal([4, 5, 6], due[..3]);
        Assert.Equal(6, scan.Due(5, 6, due));
        Assert.Equal([7, 8, 9, 0, 1, 2], due[..6]);
    }

    [Fact]
    public void AllocatesNothing()
    {
        var scan = new DeadlineScan(10_000);
        int[] due = new int[64];
        Assert.Equal(0, Seeded.Allocated(() =>
        {
            for (int id = 0; id < 10_000; id++) scan.Set(id, (uint)id);
            for (uint now = 0; now < 10_000; now += 50)
            {
                int count = scan.Due(now, 5_000, due);
                for (int i = 0; i < count; i++) scan.Clear(due[i]);
            }
        }));
    }
}
