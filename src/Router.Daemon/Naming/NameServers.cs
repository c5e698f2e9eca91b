using System.Globalization;
using System.Net;

namespace Router.Daemon.Naming;

/// <summary>
/// Whom the box asks for names, as resolv.conf(5) says it: up to three `nameserver` lines, and of `options` timeout, attempts and rotate.
/// Search lists mean nothing here, since the configuration takes whole names only. Without a server the box itself is asked.
/// </summary>
/// <param name="Servers">In the order of the file.</param>
/// <param name="Timeout">How long one is waited for.</param>
/// <param name="Attempts">How often all of them are asked.</param>
/// <param name="Rotate">Whether to begin with any of them.</param>
internal sealed record NameServers(IReadOnlyList<IPEndPoint> Servers, TimeSpan Timeout, int Attempts, bool Rotate)
{
    private const int Most = 3, Port = 53, MostSeconds = 5, MostAttempts = 3;

    private static readonly char[] Blank = [' ', '\t'];

    /// <summary>Reads the file; one that is not there, or may not be read, is an empty one.</summary>
    public static NameServers Read(string file = "/etc/resolv.conf")
    {
        try
        {
            return Parse(File.ReadLines(file));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Parse([]);
        }
    }

    public static NameServers Parse(IEnumerable<string> lines)
    {
        var servers = new List<IPEndPoint>();
        (int seconds, int attempts, bool rotate) = (MostSeconds, 2, false);
        foreach (string line in lines)
        {
            string[] words = line.Split(Blank, StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", string text, ..] && servers.Count < Most && IPAddress.TryParse(text, out IPAddress? address))
            {
                servers.Add(new IPEndPoint(address, Port));
            }
            if (words is not ["options", ..]) continue;
            foreach (string option in words.AsSpan(1))
            {
                seconds = Number(option, "timeout:", seconds, MostSeconds);
                attempts = Number(option, "attempts:", attempts, MostAttempts);
                rotate |= option == "rotate";
            }
        }
        if (servers.Count == 0) servers.Add(new IPEndPoint(IPAddress.Loopback, Port));
        return new NameServers(servers, TimeSpan.FromSeconds(seconds), attempts, rotate);
    }

    private static int Number(string option, string name, int otherwise, int most) =>
        option.StartsWith(name, StringComparison.Ordinal) && int.TryParse(option.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? Math.Clamp(number, 1, most) : otherwise;
}
