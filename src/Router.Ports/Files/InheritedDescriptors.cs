using System.Globalization;

namespace Router.Ports.Files;

/// <summary>
/// What systemd hands to a process at its start: descriptors from 3 upwards, with their names in LISTEN_FDNAMES (sd_listen_fds(3)). They are sockets
/// that it listens on for the process (systemd.socket(5)), and what the process before had it keep (sd_pid_notify_with_fds(3)).
/// </summary>
public static class InheritedDescriptors
{
    /// <summary>SD_LISTEN_FDS_START.</summary>
    private const int First = 3;

    private static readonly string[] Variables = ["LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID", "LISTEN_PIDFDID"];

    /// <summary>Those of this process. Programs that it starts inherit neither the variables nor, once <see cref="DescriptorPost.TryKeepPrivate"/> is asked, the descriptors.</summary>
    public static IReadOnlyList<(string Name, int Descriptor)> Take()
    {
        string?[] values = [.. Variables.Select(Environment.GetEnvironmentVariable)];
        foreach (string name in Variables) Environment.SetEnvironmentVariable(name, null);
        return Read(values[0], values[1], values[2], Environment.ProcessId);
    }

    /// <summary>What the variables say; nothing if they are another process's.</summary>
    internal static IReadOnlyList<(string Name, int Descriptor)> Read(string? count, string? names, string? pid, int ownPid)
    {
        if (pid != ownPid.ToString(CultureInfo.InvariantCulture) || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int fds)) return [];
        string[] called = names?.Split(':') ?? [];
        return [.. Enumerable.Range(0, fds).Select(i => (i < called.Length ? called[i] : "unknown", First + i))];
    }
}
