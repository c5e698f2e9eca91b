using System.Diagnostics;

namespace Router.Lab.Kernel;

/// <summary>Waiting is for a condition with a limit, never for a time to pass. Looking again costs a millisecond.</summary>
internal static class Wait
{
    /// <returns>How long it took.</returns>
    public static TimeSpan Until(Func<bool> condition, TimeSpan limit, Func<string> otherwise)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > limit) throw new LabException($"after {limit.TotalSeconds:F1} s: {otherwise()}");
            Thread.Sleep(1);
        }
        return clock.Elapsed;
    }

    /// <summary>The same without an exception: whether it came true in time.</summary>
    public static bool For(Func<bool> condition, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > limit) return false;
            Thread.Sleep(1);
        }
        return true;
    }
}
