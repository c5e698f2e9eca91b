using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Operating;

public sealed class LabToWatch() : RunningLab(bed => new RouterDaemon(bed, new RouterYaml { Rules = Rules }))
{
    private const string Rules = """
        - name: Web by "any" link
          source: [guest]
          destination: [internet]
          action: allow
        """;
}

/// <summary>routerctl on a real terminal and in a real shell: `top`, `--watch`, completion, and what it says when nobody answers.</summary>
public sealed partial class Watching(LabToWatch lab) : IClassFixture<LabToWatch>
{
    private const int RateOctets = 500_000;

    private RouterDaemon Router => (RouterDaemon)lab.Router;

    [Fact]
    public void Top_shows_what_flows_and_gives_the_terminal_back()
    {
        string host = $"{Plan.LanHost(0)}", before = Path.Combine(lab.Bed.Directory, "before"), after = Path.Combine(lab.Bed.Directory, "after");
        using BackgroundProgram server = lab.Bed.Internet.Start("iperf3", "-s", "--forceflush", "-B", $"{Plan.Servers[0]}");
        server.WaitToSay("listening", TimeSpan.FromSeconds(10));
        using BackgroundProgram load = lab.Bed.Hosts[0].Start("iperf3", "-c", $"{Plan.Servers[0]}", "-R", "-b", $"{RateOctets * 8}", "-t", "120");
        using var terminal = new Terminal(lab.Bed.Directory, 80, 24, $"stty -a > {before}; {Call("top")}; echo ended with $?; stty -a > {after}; echo all done");
        terminal.WaitFor("routerd ");
        // What is on the screen is what iperf3 sends, give or take what its bursts and a loaded machine make of it.
        terminal.WaitFor(screen => RateOf(screen, host) is > RateOctets * 8 * 0.5 and < RateOctets * 8 * 2.0, $"{host} with about {RateOctets * 8} bit/s");
        Assert.True(terminal.IsOnSecondScreen);
        Assert.False(terminal.HasCursor);
        Assert.All(terminal.Lines, line => Assert.True(line.Length <= 80, line));
        Assert.Contains("fiber", terminal.Text, StringComparison.Ordinal);

        // A host's flows; a filter; back; a wide screen; help.
        terminal.Press("Enter");
        terminal.WaitFor(screen => screen.Contains($"only {host}", StringComparison.Ordinal) && screen.Contains(":5201", StringComparison.Ordinal), "the host's flow");
        terminal.Press("/");
        for (int i = 0; i < host.Length; i++) terminal.Press("BSpace");
        terminal.Type("udp :1");
        terminal.Press("Enter");
        terminal.WaitFor("No flow fits.");
        terminal.Press("Escape");
        terminal.WaitFor(screen => screen.Contains(":5201", StringComparison.Ordinal) && !screen.Contains("only ", StringComparison.Ordinal), "all flows");
        terminal.Resize(140, 40);
        terminal.WaitFor(screen => screen.Split('\n').Count(line => line.Length > 0) > 5 && screen.TrimEnd('\n').Split('\n').Length == 40, "40 lines");
        terminal.Press("?");
        terminal.WaitFor("narrow the lists");
        terminal.Press("x", "1", "p");
        terminal.WaitFor("paused");
        terminal.Press("p");

        // The host is moved, after two questions, and its pin is there.
        string from = LinkOf(host), to = from == "fiber" ? "dsl" : "fiber";
        terminal.Press("m");
        terminal.WaitFor($"Move {host} to which link?");
        Match number = Regex.Match(terminal.Text, $@"(\d) {to}");
        terminal.Type(number.Groups[1].Value);
        terminal.WaitFor($"Move {host} to {to}?");
        terminal.Type("y");
        terminal.WaitFor($"was moved from {from} to {to}");
        Assert.Equal(to, LinkOf(host));

        terminal.Press("q");
        terminal.WaitFor("all done");
        Assert.Contains("ended with 0", terminal.Text, StringComparison.Ordinal);
        Assert.False(terminal.IsOnSecondScreen);
        Assert.True(terminal.HasCursor);
        Assert.Equal(File.ReadAllText(before).Replace("rows 24; columns 80", "", StringComparison.Ordinal), File.ReadAllText(after).Replace("rows 40; columns 140", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Top_outlives_routerd_and_every_end_gives_the_terminal_back()
    {
        using Topology bed = Topology.Raise();
        using var router = new RouterDaemon(bed);
        router.Start();
        string number = Path.Combine(bed.Directory, "pid");
        using var terminal = new Terminal(bed.Directory, 80, 24, $"bash -c 'echo $$ > {number}; exec {Programs.Routerctl} --socket {router.ControlSocket} top'; echo ended with $?; stty -a | grep -o '.echo ' ; echo all done");
        terminal.WaitFor("fiber");
        router.Stop();
        terminal.WaitFor("routerd is away");
        router.Start();
        terminal.WaitFor(screen => screen.Contains("fiber", StringComparison.Ordinal) && !screen.Contains("away", StringComparison.Ordinal), "the router again");

        Command.Shell($"kill -TERM $(cat {number})").OrThrow();
        terminal.WaitFor("all done");
        Assert.False(terminal.IsOnSecondScreen);
        Assert.True(terminal.HasCursor);
        Assert.DoesNotContain("-echo", terminal.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_fit_the_terminal_and_are_drawn_in_place()
    {
        using Socket open = Looking.Open(lab.Bed.Hosts[1], Plan.Servers[0]);
        using var terminal = new Terminal(lab.Bed.Directory, 80, 24, Call("flows --watch 0.2"));
        terminal.WaitFor($"{open.LocalEndPoint}");
        Assert.All(terminal.Lines, line => Assert.True(line.Length <= 80, line));
        int first = Array.FindIndex(terminal.Lines, line => line.Contains("INSIDE", StringComparison.Ordinal));
        Assert.InRange(first, 0, 2);
        open.Dispose();
        terminal.WaitFor(screen => !screen.Contains("established", StringComparison.Ordinal), "the end of the flow");
        Assert.Equal(first, Array.FindIndex(terminal.Lines, line => line.Contains("INSIDE", StringComparison.Ordinal)));
        Assert.Equal(1, terminal.Lines.Count(line => line.Contains("INSIDE", StringComparison.Ordinal)));
    }

    [Fact]
    public void Flows_and_hosts_are_narrowed_and_ordered_by_routerd()
    {
        using Socket one = Looking.Open(lab.Bed.Hosts[1], Plan.Servers[0]), two = Looking.Open(lab.Bed.Guest, Plan.Servers[1]);
        string[] inside = [.. Router.Ask("flows", "--host", "10.0.0.0/24", "--state", "established", "--sort", "host").AsArray().Select(flow => (string)flow!["inside"]!["address"]!)];
        Assert.Contains($"{Plan.LanHost(1)}", inside);
        Assert.All(inside, address => Assert.StartsWith("10.0.0.", address, StringComparison.Ordinal));
        Assert.Empty(Router.Ask("flows", "--since", "2099-01-01").AsArray());
        Assert.Single(Router.Ask("flows", "--rule", "Web by \"any\" link", "--state", "established", "--limit", "1").AsArray());
        Assert.Equal(["guest"], Router.Ask("hosts", "--zone", "guest").AsArray().Select(host => (string)host!["zone"]!).Distinct());
        long[] flows = [.. Router.Ask("hosts", "--sort", "flows").AsArray().Select(host => host!["flows"]!.GetValue<long>())];
        Assert.Equal(flows.OrderDescending(), flows);
        JsonNode top = Router.Ask("top", "--filter", $"{Plan.LanHost(1)} tcp", "--rows", "1");
        Assert.Equal((1, 1), (top["hosts"]!.AsArray().Count, top["flows"]!.AsArray().Count));
        Assert.Equal(2, Router.Show("top").ExitCode);
    }

    [Fact]
    public void A_real_bash_completes_verbs_options_and_live_names()
    {
        string bash = $"export ROUTERCTL_SOCKET={Router.ControlSocket}; PATH={Path.GetDirectoryName(Programs.Routerctl)}:$PATH; PS1='$ '; source {Path.Combine(Root(), "packaging", "completion", "routerctl.bash")}";
        string file = Path.Combine(lab.Bed.Directory, "bashrc");
        File.WriteAllText(file, bash + "\n");
        using var terminal = new Terminal(lab.Bed.Directory, 120, 30, $"bash --noprofile --rcfile {file} -i");
        terminal.WaitFor(screen => screen.TrimEnd() == "$", "a prompt");
        foreach ((string typed, string expected) in ((string, string)[])
        [
            ("routerctl stat", "routerctl status "), ("routerctl flows --stat", "routerctl flows --state "), ("routerctl flows --link fi", "routerctl flows --link fiber "),
            ("routerctl flows --rule Web", "routerctl flows --rule Web\\ by\\ \\\"any\\\"\\ link "), ("routerctl hosts mo", "routerctl hosts move "),
        ])
        {
            terminal.Type(typed);
            terminal.Press("Tab");
            terminal.WaitFor(expected.TrimEnd());
            terminal.Press("C-u");
        }
    }

    [Fact]
    public void Who_may_not_open_the_socket_is_told_what_to_do()
    {
        Outcome refused = Command.Run("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", Programs.Routerctl, "--socket", Router.ControlSocket, "links"]);
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("join its group", refused.Error, StringComparison.Ordinal);
        Outcome nobody = Command.Run(Programs.Routerctl, ["--socket", "/nonexistent/control.sock", "links"]);
        Assert.Equal(3, nobody.ExitCode);
        Assert.Contains("systemctl start routerd", nobody.Error, StringComparison.Ordinal);
    }

    private string Call(string verb) => $"{Programs.Routerctl} --socket {Router.ControlSocket} {verb}";

    private string LinkOf(string host) => (string)Router.Ask("hosts", "--host", host).AsArray().Single()!["link"]!;

    /// <summary>Bits a second in the first column of rates of the line that begins with a host.</summary>
    private static double RateOf(string screen, string host)
    {
        string line = screen.Split('\n').FirstOrDefault(one => one.StartsWith(host + " ", StringComparison.Ordinal)) ?? "";
        Match rate = Rate().Match(line);
        if (!rate.Success) return 0;
        double unit = rate.Groups[2].Value switch { "k" => 1e3, "M" => 1e6, "G" => 1e9, _ => 1 };
        return double.Parse(rate.Groups[1].Value, CultureInfo.InvariantCulture) * unit;
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", ".."));

    [GeneratedRegex(@"([0-9.]+) ([kMG]?)bit/s")]
    private static partial Regex Rate();
}
