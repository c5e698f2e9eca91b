using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Router.Tables;

namespace Router.Tests.Tables;

/// <summary>
/// A writer to be killed. The test program, started once more with a path in its environment, does nothing but take, commit and
/// free entries there, until it ends by SIGKILL. Entry 0 is its ledger: after each step, and not in it, LastUse is set to the
/// number of live entries, so that who looks at the file afterwards knows how many there have to be, give or take one step.
/// </summary>
internal static class CrashingWriter
{
    public const int Capacity = 400;

    private const string PathVariable = "ROUTER_TESTS_CRASHING_WRITER";
    private const string SeedVariable = "ROUTER_TESTS_CRASHING_WRITER_SEED";

    /// <summary>Starts one and waits until it is at work.</summary>
    public static Process Start(string path, int seed)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Router.Tests")) { RedirectStandardOutput = true };
        start.Environment[PathVariable] = path;
        start.Environment[SeedVariable] = seed.ToString(CultureInfo.InvariantCulture);
        Process process = Process.Start(start)!;
        Assert.Equal("at work", process.StandardOutput.ReadLine());
        return process;
    }

    [ModuleInitializer]
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is not { } path) return;
        var random = new Random(int.Parse(Environment.GetEnvironmentVariable(SeedVariable)!, CultureInfo.InvariantCulture));
        using var table = MappedTable<Sample>.Open(path, Capacity);
        if (!table.IsLive(0) && table.TryTake(out int ledger))
        {
            table[ledger].Name(0);
            table.Commit(ledger);
        }
        table[0].LastUse = table.Count;
        Console.Out.WriteLine("at work");
        Console.Out.Flush();
        // It ends by itself if nobody kills it, so that a failed test leaves no process behind.
        for (long end = Environment.TickCount64 + 60_000; Environment.TickCount64 < end;) Step(table, random);
        Environment.Exit(1);
    }

    private static void Step(MappedTable<Sample> table, Random random)
    {
        int id = random.Next(1, Capacity);
        if (table.IsLive(id)) table.Free(id);
        else if (table.TryTake(out id))
        {
            // A slow hand: half of the kills shall fall between Take and Commit.
            for (int again = random.Next(4); again >= 0; again--) table[id].Name((ulong)random.NextInt64());
            if (random.Next(10) == 0) table.Free(id);
            else table.Commit(id);
        }
        table[0].LastUse = table.Count;
    }
}
