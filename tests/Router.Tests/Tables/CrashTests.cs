using System.Diagnostics;
using Router.Tables;

namespace Router.Tests.Tables;

[Collection(nameof(Alone))]
public class CrashTests
{
    [Fact]
    public void AWriterMayBeKilledAtAnyInstruction()
    {
        Random random = Seeded.New();
        using var path = new TablePath();
        int halfMade = 0;
        for (int round = 0; round < 25; round++)
        {
            using Process writer = CrashingWriter.Start(path.Name, random.Next());
            Thread.Sleep(random.Next(12));
            writer.Kill();
            writer.WaitForExit();
            Assert.Equal(128 + 9, writer.ExitCode);
            // A reader first: it sees what the dead writer left, before anything is mended.
            using (var reader = MappedTable<Sample>.OpenReadOnly(path.Name)) CheckLive(reader);
            using var table = MappedTable<Sample>.Open(path.Name, CrashingWriter.Capacity);
            Assert.Equal((TableOrigin.Resumed, 0), (table.Origin, table.Damaged));
            Assert.InRange(table.HalfMade, 0, 1);
            halfMade += table.HalfMade;
            Assert.Equal(table.Count, CheckLive(table));
            Assert.InRange(table.Count - table[0].LastUse, -1, 1);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{halfMade} of 25 kills hit an entry that was being made");
        Assert.True(halfMade > 0, "no kill ever hit an entry that was being made: the test has lost its edge");
    }

    private static int CheckLive(MappedTable<Sample> table)
    {
        int live = 0;
        for (int id = table.NextLive(-1); id >= 0; id = table.NextLive(id))
        {
            Assert.True(table.TryRead(id, out Sample copy));
            Assert.True(copy.IsWhole);
            live++;
        }
        Assert.True(live > 0);
        return live;
    }
}
