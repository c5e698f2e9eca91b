using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Operating;

public sealed class LabToLookAt() : RunningLab(bed => new RouterDaemon(bed, new RouterYaml { Rules = Rules }))
{
    private static readonly string Rules = $"""
        - name: Silenced
          source: [trusted]
          destination: [{Plan.Servers[2]}]
          action: drop
        - name: By dsl
          source: [guest]
          destination: [{Plan.Servers[1]}]
          action: allow
          link: dsl
          fallback: false
        """;
}

/// <summary>What an administrator sees of live traffic: why, flows, capture (product.md 8).</summary>
public sealed class Looking(LabToLookAt lab) : IClassFixture<LabToLookAt>
{
    private RouterDaemon Router => (RouterDaemon)lab.Router;

    [Fact]
    public void Why_says_what_was_decided_then()
    {
        using Socket guest = Open(lab.Bed.Guest, Plan.Servers[1]);
        JsonNode why = Router.Ask("why", "tcp", $"{guest.LocalEndPoint}").AsArray().Single()!;
        Assert.Equal("By dsl", (string?)why["admittedBy"]);
        Assert.Equal("the rule named it", (string?)why["linkReason"]);
        Assert.Contains($"leaves by dsl as {Plan.LinkAddress(1)}:", (string?)why["verdict"], StringComparison.Ordinal);

        using Socket first = Open(lab.Bed.Hosts[1], Plan.Servers[0]), second = Open(lab.Bed.Hosts[1], Plan.Servers[0]);
        string placed = Router.Show("why", $"{first.LocalEndPoint}").OrThrow().Output, pinned = Router.Show("why", $"{second.LocalEndPoint}").OrThrow().Output;
        Assert.Contains("Everything else to the Internet", placed, StringComparison.Ordinal);
        Assert.Contains("the host was pinned to it", pinned, StringComparison.Ordinal);
        Outcome none = Router.Show("why", "tcp", "10.0.0.99:1");
        Assert.Equal((1, "No such flow is live."), (none.ExitCode, none.Text));
    }

    [Fact]
    public void Killing_by_filter_ends_these_flows_and_no_others()
    {
        using Socket gone = Open(lab.Bed.Hosts[0], Plan.Servers[0]), stays = Open(lab.Bed.Hosts[1], Plan.Servers[0]);
        Assert.Equal(2, Router.Show("flows", "kill").ExitCode);

        Outcome kill = Router.Show("flows", "kill", "--host", $"{Plan.LanHost(0)}", "--protocol", "tcp", "--port", $"{((IPEndPoint)gone.LocalEndPoint!).Port}");

        Assert.Equal("1 flow was ended.", kill.Text);
        Assert.Equal(SocketError.ConnectionReset, Assert.Throws<SocketException>(() => gone.Receive(new byte[1])).SocketErrorCode);
        Assert.Contains("1 live flows were ended on request", Router.Log, StringComparison.Ordinal);
        stays.Send("GET / HTTP/1.0\r\n\r\n"u8);
        Assert.True(stays.Receive(new byte[100]) > 0);
        Assert.Empty(Router.Ask("flows", "--host", $"{Plan.LanHost(0)}", "--protocol", "tcp", "--port", $"{((IPEndPoint)gone.LocalEndPoint!).Port}").AsArray());
    }

    [Fact]
    public void Flows_come_in_the_order_that_was_asked_for()
    {
        Who.Is(lab.Bed.Hosts[2], Plan.Servers[0]);
        using var heavy = Open(lab.Bed.Hosts[2], Plan.Servers[0]);
        double[] ages = [.. Router.Ask("flows", "--sort", "age", "--limit", "5").AsArray().Select(flow => flow!["ageSeconds"]!.GetValue<double>())];
        Assert.Equal(ages.OrderDescending(), ages);
        Assert.InRange(ages.Length, 2, 5);
    }

    [Fact]
    public void A_capture_at_a_link_is_opened_by_tcpdump_and_tshark()
    {
        string file = Path.Combine(lab.Bed.Directory, "link.pcapng");
        int link = Who.LinkOf(lab.Bed.Hosts[1]);
        using BackgroundProgram capture = Begin(file, "--port", RouterYaml.LinkNames[link], "--count", "2", "--for", "10s", "-o", file, "icmp", "host", $"{Plan.Servers[0]}");

        lab.Bed.Hosts[1].Run("ping", "-n", "-c1", "-W2", $"{Plan.Servers[0]}").OrThrow();

        Assert.True(capture.WaitForExit(TimeSpan.FromSeconds(5)), capture.Said);
        Assert.Contains("2 packets in", capture.Said, StringComparison.Ordinal);
        string tcpdump = Command.Run("tcpdump", ["-nn", "-r", file]).OrThrow().Output;
        Assert.Contains($"{Plan.LinkAddress(link)} > {Plan.Servers[0]}: ICMP echo request", tcpdump, StringComparison.Ordinal);
        Assert.Contains($"{Plan.Servers[0]} > {Plan.LinkAddress(link)}: ICMP echo reply", tcpdump, StringComparison.Ordinal);
        string[] tshark = Command.Run("tshark", ["-r", file, "-T", "fields", "-e", "frame.interface_name", "-e", "icmp.type"]).OrThrow().Text.Split('\n');
        Assert.Equal([$"{RouterYaml.LinkNames[link]}\t8", $"{RouterYaml.LinkNames[link]}\t0"], tshark);
    }

    [Fact]
    public void A_capture_of_refused_packets_names_the_reason_and_has_nothing_else()
    {
        string file = Path.Combine(lab.Bed.Directory, "drops.pcapng");
        using BackgroundProgram capture = Begin(file, "--drop", "ruledropped", "--count", "1", "-o", file, "udp");

        Assert.Throws<SocketException>(() => Datagram.Exchange(lab.Bed.Hosts[0], new IPEndPoint(Plan.Servers[2], 4711), [1]));

        Assert.True(capture.WaitForExit(TimeSpan.FromSeconds(5)), capture.Said);
        string seen = Command.Run("tshark", ["-r", file, "-T", "fields", "-e", "ip.src", "-e", "udp.dstport", "-e", "frame.comment", "-e", "frame.interface_name"]).OrThrow().Text;
        Assert.Equal($"{Plan.LanHost(0)}\t4711\tRuleDropped\ttrusted", seen);
        Assert.Contains("no packet can be recorded for 'Nonsense'", Router.Show("capture", "--drop", "Nonsense", "-o", file).Error, StringComparison.Ordinal);
    }

    // The head of the file is written when the recording has begun.
    private BackgroundProgram Begin(string file, params string[] arguments)
    {
        BackgroundProgram capture = BackgroundProgram.Start(Programs.Routerctl, ["--socket", Router.ControlSocket, "capture", .. arguments]);
        Wait.Until(() => (File.Exists(file) && new FileInfo(file).Length > 0) || !capture.Running, TimeSpan.FromSeconds(5), () => $"no capture: {capture.Said}");
        return capture;
    }

    internal static Socket Open(NetworkNamespace from, IPAddress to)
    {
        Socket socket = from.On(() => new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 3000 });
        socket.Connect(new IPEndPoint(to, 80));
        return socket;
    }
}
