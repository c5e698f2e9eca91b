using System.Diagnostics;

namespace Router.Ports;

/// <summary>
/// The one clock of the path: CLOCK_MONOTONIC, which .NET's Stopwatch reads on Linux. It starts at boot and is the same in all
/// processes, so that times kept in shared tables still hold after a restart of the daemon.
/// </summary>
public static class Monotonic
{
    private static readonly long TicksPerMicrosecond = Stopwatch.Frequency / 1_000_000;

    public static long Microseconds() => Stopwatch.GetTimestamp() / TicksPerMicrosecond;
}
