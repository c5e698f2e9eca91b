namespace Router.Tests.Tables;

/// <summary>Random input that can be repeated: the seed is printed, and ROUTER_SEED sets it.</summary>
internal static class Seeded
{
    public static Random New()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ROUTER_SEED"), out int given) ? given : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"ROUTER_SEED={seed}");
        return new Random(seed);
    }

    /// <summary>
    /// Octets that this thread allocated while it ran the action, after a warm-up run of it: the least of some runs, as the runtime compiles
    /// what runs often anew at a time of its own, and allocates for that on the thread that happens to be there.
    /// </summary>
    public static long Allocated(Action action)
    {
        for (int warm = 0; warm < 3; warm++) action();
        long least = long.MaxValue;
        for (int run = 0; run < 5 && least > 0; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
