using System.Diagnostics;
using System.Globalization;
using Router.Api.Metrics;

namespace Router.Daemon.Metrics;

/// <summary>What this process takes of the machine, by the kernel's books (proc(5)).</summary>
internal sealed class ProcessNumbers
{
    // USER_HZ, which is 100 for every program on Linux whatever the kernel's own clock does (time(7)).
    private const double TicksPerSecond = 100;
    private const string ThreadName = "forwarding";

    // Of /proc/PID/task/TID/stat behind the name in brackets, which may hold spaces: utime and stime are fields 14 and 15.
    private const int UserTime = 14 - 3;
    private const int SystemTime = 15 - 3;

    private string? _thread;

    public void Add(SampleList to)
    {
        using var self = Process.GetCurrentProcess();
        to.Add(MetricCatalog.StartTime, new DateTimeOffset(self.StartTime).ToUnixTimeMilliseconds() / 1e3, "routerd");
        to.Add(MetricCatalog.ProcessCpu, self.TotalProcessorTime.TotalSeconds, "routerd");
        to.Add(MetricCatalog.ProcessMemory, self.WorkingSet64, "routerd");
        to.Add(MetricCatalog.ProcessFiles, Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(), "routerd");
        if (ForwardingSeconds() is { } seconds) to.Add(MetricCatalog.ForwardingCpu, seconds);
    }

    /// <summary>CPU time of the forwarding thread; null while it is not there.</summary>
    public double? ForwardingSeconds()
    {
        _thread ??= Directory.EnumerateDirectories("/proc/self/task").FirstOrDefault(task => Read(task, "comm")?.Trim() == ThreadName);
        if (_thread is null || Read(_thread, "stat") is not { } stat) return null;
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[UserTime], CultureInfo.InvariantCulture) + long.Parse(fields[SystemTime], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    // A thread may end between two looks.
    private static string? Read(string task, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, file));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
