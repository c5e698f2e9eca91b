using System.Globalization;
using System.Text.Json.Nodes;

using Router.Lab.Bed;

namespace Router.Lab.Bench;

/// <summary>What passes through the router, and how fast. Client, router and server share the machine's cores.</summary>
internal sealed class PathMeasures(double seconds)
{
    private const int SinkPort = 9000;
    private const int AcceptPort = 9001;
    private const string ConnectThreads = "16";

    private static readonly string s_self = Environment.ProcessPath!;
    private static readonly string s_server = Plan.Servers[0].ToString();

    public IReadOnlyList<Measure> All =>
    [
        new("TCP, one stream, upload", "Gbit/s", 2, lab => Iperf(lab), "0.60 of the kernel", (kernel, ours) => ours >= 0.60 * kernel),
        new("TCP, one stream, download", "Gbit/s", 2, lab => Iperf(lab, "-R"), "0.60 of the kernel", (kernel, ours) => ours >= 0.60 * kernel),
        new("60-byte UDP, 1 flow", "kpps", 0, lab => Packets(lab, 1), "0.70 of the kernel", (kernel, ours) => ours >= 0.70 * kernel),
        new("60-byte UDP, 1,024 flows", "kpps", 0, lab => Packets(lab, 1024), "0.70 of the kernel", (kernel, ours) => ours >= 0.70 * kernel),
        new("new TCP connections", "1/s", 0, Connections, "0.50 of the kernel", (kernel, ours) => ours >= 0.50 * kernel),
        new("round trip of a ping, idle", "us", 0, Ping, "100 us above", (kernel, ours) => ours <= kernel + 100),
    ];

    private double Iperf(BenchLab lab, params string[] more)
    {
        using BackgroundProgram server = lab.Internet.Start("iperf3", "-s", "--forceflush", "-1", "-B", s_server);
        server.WaitToSay("Server listening", TimeSpan.FromSeconds(5));
        Outcome client = lab.Host.Run(TimeSpan.FromSeconds(seconds + 10), "iperf3", ["-c", s_server, "-t", Text(seconds), "-O", "1", "--json", .. more]).OrThrow();
        double bits = JsonNode.Parse(client.Output)!["end"]!["sum_received"]!["bits_per_second"]!.GetValue<double>();
        return bits / 1e9;
    }

    /// <summary>Thousands of 60-octet frames a second that arrive when more are sent than can pass.</summary>
    public double Packets(BenchLab lab, int flows)
    {
        using BackgroundProgram sink = lab.Internet.Start(s_self, "sink", $"{SinkPort}", Text(seconds));
        sink.WaitToSay("ready", TimeSpan.FromSeconds(5));
        using BackgroundProgram blast = lab.Host.Start(s_self, "blast", "eth0", lab.RouterMac(), $"{Plan.LanHost(0)}", s_server, $"{SinkPort}", $"{flows}", Text(seconds + 3));
        if (!sink.WaitForExit(TimeSpan.FromSeconds(seconds + 10))) throw new LabException($"nothing arrived: {blast.Said}");
        blast.Kill();
        return double.Parse(sink.Said.Trim().Split('\n')[^1], CultureInfo.InvariantCulture) / 1000;
    }

    private double Connections(BenchLab lab)
    {
        using BackgroundProgram server = lab.Internet.Start(s_self, "accept", $"{AcceptPort}");
        server.WaitToSay("ready", TimeSpan.FromSeconds(5));
        Outcome client = lab.Host.Run(TimeSpan.FromSeconds(seconds + 10), s_self, "connect", s_server, $"{AcceptPort}", ConnectThreads, Text(seconds)).OrThrow();
        server.CloseInput();
        string[] said = client.Text.Split(' ');
        if (said[1] != "0") Console.WriteLine($"  ({lab.Router.Name}: {said[1]} connections failed)");
        return double.Parse(said[0], CultureInfo.InvariantCulture);
    }

    /// <summary>Median of 200 round trips.</summary>
    private static double Ping(BenchLab lab)
    {
        lab.Host.Run("ping", "-n", "-q", "-c20", "-i0.005", s_server).OrThrow();
        Outcome ping = lab.Host.Run("ping", "-n", "-c200", "-i0.005", s_server).OrThrow();
        double[] times = [.. ping.Output.Split('\n').Where(line => line.Contains("time=", StringComparison.Ordinal))
            .Select(line => double.Parse(line.Split("time=")[1].Split(' ')[0], CultureInfo.InvariantCulture) * 1000).Order()];
        return times[times.Length / 2];
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
