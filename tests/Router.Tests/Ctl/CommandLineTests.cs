using System.Net.Sockets;
using System.Text.Json;
using Router.Api;
using Router.Ctl;
using Router.Daemon.Control;
using Router.Tests.Api;
using Router.Tests.Daemon.Control;

namespace Router.Tests.Ctl;

/// <summary>routerctl as it is called, against a control server on a real socket: what it prints, and its exit code.</summary>
public class CommandLineTests
{
    private sealed record Outcome(int Code, string Output, string Error);

    [Theory]
    [InlineData("status", "policy 3")]
    [InlineData("links", "no carrier")]
    [InlineData("flows", "[2001:db8::9]:443")]
    [InlineData("hosts", "placed by weight")]
    [InlineData("rules", "Mail by DSL")]
    [InlineData("reload", "Policy 4 is in force, after 13ms. Closed 1 flow that it does not allow.")]
    [InlineData("explain --from 10.0.0.5 tcp 192.0.2.1:443", "* Everything else: trusted to internet")]
    [InlineData("why tcp 10.0.0.5:40000", "was admitted by \"Mail by DSL\", and leaves by fiber")]
    [InlineData("why 17", "pin then:   Placed, 12 s before")]
    [InlineData("flows kill --host 10.0.0.5", "2 flows were ended.")]
    [InlineData("flows kill --all", "2 flows were ended.")]
    [InlineData("license", "devices [###########################...] 9 of 10, 1 of them kept for reserved devices")]
    [InlineData("license show", "trial until:      2026-12-01")]
    [InlineData("license free 02:00:00:00:00:05", "The place of 02:00:00:00:00:05 (02:00:00:00:00:05, 10.0.0.5, 2001:db8::5) is free after 1h02m; 2 live flows were ended.")]
    [InlineData("hosts move 10.0.0.5 dsl", "10.0.0.5 was moved from fiber to dsl (2 pins)")]
    [InlineData("events --since 10m --link fiber", "no carrier")]
    [InlineData("drill stop", "noticed:  degraded after 2.3s: 40 % of probes lost in 20 rounds, limit 10 %")]
    [InlineData("drill stop", "flows:    12 on the link before; 5 moved, 4 reset, 3 lost")]
    [InlineData("drill stop", "returned: well again 7.5s after the end")]
    [InlineData("events --follow", "no carrier")]
    [InlineData("report --at 14:05", "gateway 203.0.113.1  3600      3060  15 %         4.1 ms  4.3 ms  81.0 ms")]
    [InlineData("report --at 14:05", "The link was down from 11:58:00 until 12:02:33 (4m33s).")]
    [InlineData("report --at 14:05", "100.64.0.9 (private: translated by the modem or the provider)")]
    public async Task EveryVerbPrintsItsPage(string line, string expected)
    {
        await using RunningServer server = await RunningServer.StartAsync();

        Outcome outcome = await RunAsync(server.SocketPath, line);

        Assert.Contains(expected, outcome.Output, StringComparison.Ordinal);
        Assert.Equal("", outcome.Error);
        Assert.Equal(ExitCode.Ok, outcome.Code);
        Assert.DoesNotContain('\e', outcome.Output);
    }

    [Theory]
    [InlineData("drill fiber", "write --down")]
    [InlineData("drill fiber --loss 40", "write 40%")]
    [InlineData("drill fiber --loss 140%", "write 40%")]
    [InlineData("drill fiber --delay 10s", "at most 5s")]
    [InlineData("drill fiber --down --for 11m", "at most 10m")]
    [InlineData("report --at soon", "is no time")]
    public async Task ADoubtfulQuestionIsNotAsked(string line, string expected)
    {
        Outcome outcome = await RunAsync("/nonexistent", line);

        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, outcome.Code);
    }

    [Fact]
    public async Task ADrillIsBegunAndWaitedFor()
    {
        await using RunningServer server = await RunningServer.StartAsync();

        Outcome outcome = await RunAsync(server.SocketPath, "drill fiber --loss 40% --delay 200ms");

        Assert.Contains("fiber: 40 % loss, 200 ms delay until", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("drill:    fiber, 40 % loss, 200 ms delay, for 1m00s from", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status", ControlPath.Status)]
    [InlineData("links", ControlPath.Links)]
    [InlineData("flows --host 10.0.0.5 --limit 3", ControlPath.Flows)]
    [InlineData("hosts", ControlPath.Hosts)]
    [InlineData("rules", ControlPath.Rules)]
    [InlineData("web", ControlPath.Web)]
    [InlineData("check", ControlPath.Check)]
    public async Task JsonIsPrintedAsItCame(string line, string path)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        string sent = await server.Http.GetStringAsync(path, TestContext.Current.CancellationToken);

        Outcome outcome = await RunAsync(server.SocketPath, $"{line} --json");

        Assert.Equal(sent + Environment.NewLine, outcome.Output);
    }

    [Fact]
    public async Task TheQuestionIsPassedOn()
    {
        FlowQuery? flows = null;
        ExplainQuery? explain = null;
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with
        {
            Flows = query => { flows = query; return []; },
            Explain = query => { explain = query; return Samples.Explain; },
        });

        Outcome outcome = await RunAsync(server.SocketPath, "flows --host 10.0.0.5 --link dsl --rule Mail --port 25 --protocol TCP --limit 9");
        await RunAsync(server.SocketPath, "explain --from 2001:db8::5 --zone guest UDP [2001:db8::9]:53");

        Assert.Equal("No such flows." + Environment.NewLine, outcome.Output);
        Assert.Equal(new FlowQuery { Host = "10.0.0.5", Link = "dsl", Rule = "Mail", Port = 25, Protocol = "tcp", Limit = 9 }, flows);
        Assert.Equal(new ExplainQuery { From = "2001:db8::5", Zone = "guest", Protocol = "udp", Destination = "2001:db8::9", Port = 53 }, explain);
    }

    [Theory]
    [InlineData("flows kill", "this would end every live flow")]
    [InlineData("flows kill --all --port 25", "--all ends every live flow")]
    [InlineData("user add --group x", "Required argument missing")]
    [InlineData("user logout", "Required argument missing")]
    [InlineData("flows --sort name", "'name' is no order; there are age, idle, octets, in, out, packets, host, link, protocol.")]
    [InlineData("flows --sort age:down", "'down' is no direction; write age:desc for the most first, or age:asc.")]
    [InlineData("flows --state open", "'open' is no state; there are opening, established")]
    [InlineData("flows --since soon", "'soon' is no time")]
    [InlineData("flows --host 10.0.0.0/33", "'10.0.0.0/33' is no network")]
    [InlineData("hosts --sort octets", "'octets' is no order; there are flows, age, host, link, zone, user.")]
    [InlineData("hosts --limit 0", "'limit' must be a number from 1 to 100000")]
    [InlineData("links --sort octets", "'octets' is no order; there are name, state, in, out")]
    [InlineData("rules --limit 0", "'limit' must be a number from 1 to 100000")]
    [InlineData("links --watch often", "'often' is no number of seconds")]
    [InlineData("links --watch 0", "'0' is no number of seconds from 0.1 to 3600")]
    [InlineData("why 10.0.0.5", "names no flow")]
    [InlineData("why 17 18", "names no flow")]
    [InlineData("why tcp 10.0.0.5:99999", "names no flow")]
    [InlineData("hosts move printer dsl", "'printer' is no address")]
    public async Task WhatCannotBeMeantIsRefused(string line, string sentence)
    {
        await using RunningServer server = await RunningServer.StartAsync();

        Outcome outcome = await RunAsync(server.SocketPath, line);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(sentence, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACaptureIsCopiedToItsFileAndCounted()
    {
        CaptureQuery? asked = null;
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with
        {
            Capture = query => { asked = query; return (output, cancel) => output.WriteAsync(Samples.Capture(), cancel).AsTask(); },
        });
        string file = Path.Combine(Directory.CreateTempSubdirectory("routerctl-").FullName, "x.pcapng");

        Outcome outcome = await RunAsync(server.SocketPath, $"capture --drop RuleDropped --count 7 --for 2m -o {file} tcp and host 10.0.0.5 port 443");

        Assert.Equal((ExitCode.Ok, ""), (outcome.Code, outcome.Output));
        Assert.Equal($"2 packets in {file}, 1 more were too fast to record" + Environment.NewLine, outcome.Error);
        Assert.Equal(Samples.Capture(), await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal(new CaptureQuery { Drop = "RuleDropped", Host = "10.0.0.5", Protocol = "tcp", Service = 443, Count = 7, Seconds = 120 }, asked);
    }

    [Theory]
    [InlineData("capture", "-o")]
    [InlineData("capture -o - host ten", "'host ten' is no filter")]
    [InlineData("capture -o - tcp udp", "'udp' is no filter")]
    [InlineData("capture -o - --for 2h", "'2h' is no time for this")]
    [InlineData("capture -o - --for 61m", "'61m' is no time for this")]
    public async Task ACaptureThatCannotBeMeantIsRefused(string line, string sentence)
    {
        await using RunningServer server = await RunningServer.StartAsync();

        Outcome outcome = await RunAsync(server.SocketPath, line);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(sentence, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsToBeKilledIsPassedOn()
    {
        FlowQuery? killed = null;
        FlowName? asked = null;
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with
        {
            KillFlows = query => { killed = query; return new KillReport { Killed = 0 }; },
            Why = name => { asked = name; return []; },
        });

        Outcome kill = await RunAsync(server.SocketPath, "flows kill --rule Mail --protocol udp");
        Outcome why = await RunAsync(server.SocketPath, "why UDP [2001:db8::5]:53 192.0.2.1");

        Assert.Equal("No such flows." + Environment.NewLine, kill.Output);
        Assert.Equal(new FlowQuery { Rule = "Mail", Protocol = "udp" }, killed);
        Assert.Equal((ExitCode.Bad, "No such flow is live." + Environment.NewLine), (why.Code, why.Output));
        Assert.Equal("udp", asked!.Protocol);
        Assert.Equal(["[2001:db8::5]:53", "192.0.2.1"], asked.Ends.Select(end => end.ToString()));
    }

    [Fact]
    public async Task AnAnswerOfAllThatWasAskedForSaysThatThereMayBeMore()
    {
        await using RunningServer server = await RunningServer.StartAsync();

        Assert.Contains("The first 1 are shown", (await RunAsync(server.SocketPath, "flows --limit 1")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("are shown", (await RunAsync(server.SocketPath, "flows --limit 2")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACheckWithErrorsIsABadAnswer()
    {
        await using RunningServer server = await RunningServer.StartAsync();

        Outcome outcome = await RunAsync(server.SocketPath, "check");

        Assert.Equal(ExitCode.Bad, outcome.Code);
        Assert.StartsWith(
            "/etc/routerd/router.yaml:12:7: no link is called 'dls'; write one of fiber, dsl" + Environment.NewLine, outcome.Output, StringComparison.Ordinal);
        Assert.Contains("cannot be loaded: 1 error.", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileIsCheckedWithoutADaemon()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("routerctl-").FullName, "router.yaml");
        await File.WriteAllTextAsync(
            file,
            """
            zones:
              trusted: { interfaces: [lan0] }
            links:
              fiber: { interface: wan0, weight: 8 }
            rules:
              - { name: Out, source: [trusted], destination: [internet], action: allow, link: fibre }
            """,
            TestContext.Current.CancellationToken);

        Outcome bad = await RunAsync("/nowhere", $"check {file}");
        await File.WriteAllTextAsync(
            file, (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Replace("fibre", "fiber", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        Outcome good = await RunAsync("/nowhere", $"check {file} --json");

        Assert.Equal(ExitCode.Bad, bad.Code);
        Assert.StartsWith($"{file}:6:", bad.Output, StringComparison.Ordinal);
        Assert.Contains("fibre", bad.Output, StringComparison.Ordinal);
        Assert.Contains($"{file} cannot be loaded: 1 error", bad.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, good.Code);
        Assert.Empty(JsonSerializer.Deserialize(good.Output, ControlJson.Wire.CheckReport)!.Errors);
    }

    [Fact]
    public async Task A_daemon_adds_what_it_knows_of_a_file()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("routerctl-").FullName, "router.yaml");
        await File.WriteAllTextAsync(file, "zones:\n  trusted: { interfaces: [lan0] }\nlinks:\n  fiber: { interface: wan0, weight: 8 }\n", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.ChangeExtension(file, ".d"));
        await File.WriteAllTextAsync(Path.Combine(Path.ChangeExtension(file, ".d"), "a.yaml"), "on_exit: closed\n", TestContext.Current.CancellationToken);
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with
        {
            CheckFiles = sent => new CheckReport
            {
                File = sent[0].Name,
                Warnings = [new ConfigurationNote { File = sent[1].Name, Line = 0, Column = 0, Message = $"{sent.Count} files, {sent[1].Text}" }],
            },
        });

        Outcome outcome = await RunAsync(server.SocketPath, $"check {file}");

        Assert.Contains("a.yaml: warning: 2 files, on_exit: closed", outcome.Output, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Ok, ""), (outcome.Code, outcome.Error));
    }

    [Fact]
    public async Task WithoutADaemonCheckReadsTheUsualFileItself()
    {
        Outcome outcome = await RunAsync("/nowhere/control.sock", "check");

        Assert.Contains("/etc/routerd/router.yaml is checked without it", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("/etc/routerd/router.yaml", outcome.Output, StringComparison.Ordinal);
        Assert.NotEqual(ExitCode.Unreachable, outcome.Code);
    }

    [Fact]
    public async Task ARefusedReloadIsABadAnswer()
    {
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with
        {
            Reload = () => Samples.Reload with { Loaded = false, PolicyGeneration = 3, Errors = Samples.Check.Errors },
        });

        Outcome outcome = await RunAsync(server.SocketPath, "reload");

        Assert.Equal(ExitCode.Bad, outcome.Code);
        Assert.Contains(":12:7:", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("Not loaded. Policy 3 stays in force", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing", "nothing")]
    [InlineData("flwos", "flows")]
    [InlineData("flows --hots 10.0.0.5", "--host")]
    [InlineData("hosts mvoe 10.0.0.5 dsl", "move")]
    [InlineData("flows --port many", "many")]
    [InlineData("explain tcp 192.0.2.1:443", "--from")]
    [InlineData("explain --from 10.0.0.5 tcp 192.0.2.1", "tcp needs a port: write 192.0.2.1:443")]
    [InlineData("explain --from 10.0.0.5 udp 2001:db8::1", "udp needs a port: write [2001:db8::1]:443")]
    [InlineData("explain --from 10.0.0.5 tcp example.com:443", "names are not looked up")]
    [InlineData("explain --from 10.0.0.5 tcp 192.0.2.1:65536", "is no destination")]
    [InlineData("explain --from 10.0.0.5 tcp 10.1:80", "is no destination")]
    [InlineData("explain --from 10.0.0.5 tcp [2001:db8::1]443", "is no destination")]
    [InlineData("explain --from nobody icmp 192.0.2.1", "'nobody' is no address")]
    public async Task AWrongCommandLineIsToldAndEndsIn2(string line, string expected)
    {
        await using RunningServer server = await RunningServer.StartAsync();

        Outcome outcome = await RunAsync(server.SocketPath, line);

        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, outcome.Code);
    }

    [Fact]
    public async Task HelpNamesTheExitCodes()
    {
        Outcome outcome = await RunAsync("/nowhere", "--help");

        Assert.Equal(ExitCode.Ok, outcome.Code);
        Assert.Contains("3  routerd is not running", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("4  its socket may not be opened", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutADaemonItSaysHowToStartIt()
    {
        Outcome outcome = await RunAsync("/nowhere/control.sock", "status");

        Assert.Equal(ExitCode.Unreachable, outcome.Code);
        Assert.Contains("routerd is not running", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("systemctl start routerd", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADaemonThatHangsUpIsUnreachable()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("routerctl-").FullName, "s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        Task<Outcome> run = RunAsync(path, "status");
        (await listener.AcceptAsync(TestContext.Current.CancellationToken)).Dispose();
        listener.Close();

        Outcome outcome = await run;

        Assert.Equal(ExitCode.Unreachable, outcome.Code);
        Assert.StartsWith("routerctl: ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFaultOfTheDaemonIsABadAnswer()
    {
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with
        {
            Hosts = _ => throw new InvalidOperationException("the pins are gone"),
        });

        Outcome outcome = await RunAsync(server.SocketPath, "hosts");

        Assert.Equal(ExitCode.Bad, outcome.Code);
        Assert.Contains("the pins are gone", outcome.Error, StringComparison.Ordinal);
        Assert.Equal("", outcome.Output);
    }

    [Fact]
    public async Task AWatchAsksAgainUntilTheDaemonGoes()
    {
        int asked = 0;
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with
        {
            Links = () => ++asked < 3 ? [Samples.Fiber] : throw new RefusedRequest(404, "enough"),
        });

        Outcome outcome = await RunAsync(server.SocketPath, "links --watch --json");

        Assert.Equal(3, asked);
        Assert.Equal(ExitCode.Bad, outcome.Code);
        string[] lines = outcome.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.Equal("fiber", JsonSerializer.Deserialize(line, ControlJson.Wire.IReadOnlyListLinkReport)![0].Name));
    }

    [Fact]
    public async Task Alone_it_shows_one_screen()
    {
        await using RunningServer server = await RunningServer.StartAsync();

        Outcome outcome = await RunAsync(server.SocketPath, "--bytes"), json = await RunAsync(server.SocketPath, "--json");

        Assert.Equal((ExitCode.Ok, ""), (outcome.Code, outcome.Error));
        Assert.Contains("routerd 0.1.0, up 4m12s, balance, 250 of 1000 flows, 3 pins, 12 packets dropped", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("devices [", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("dsl    down", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("no carrier", outcome.Output, StringComparison.Ordinal);
        Assert.InRange(outcome.Output.Split('\n').Length, 8, 24);
        Assert.Equal(4711, JsonSerializer.Deserialize(json.Output, ControlJson.Wire.OverviewReport)!.Status.Pid);
    }

    [Fact]
    public async Task What_narrows_a_list_is_passed_on()
    {
        HostQuery? hosts = null;
        FlowQuery? flows = null;
        EventQuery? events = null;
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with
        {
            Hosts = query => { hosts = query; return []; },
            Flows = query => { flows = query; return []; },
            Events = query => { events = query; return []; },
        });

        Outcome none = await RunAsync(server.SocketPath, "hosts --host 10.0.0.0/24 --link dsl --zone guest --user tony --sort flows:asc --limit 5");
        await RunAsync(server.SocketPath, "flows --host 2001:db8::/32 --state established --since 2026-03-01T12:00:00Z --sort in:desc");
        await RunAsync(server.SocketPath, "events --user tony --device 02:00:00:00:00:05");

        Assert.Equal("No such hosts." + Environment.NewLine, none.Output);
        Assert.Equal(new HostQuery { Host = "10.0.0.0/24", Link = "dsl", Zone = "guest", User = "tony", Sort = "flows:asc", Limit = 5 }, hosts);
        Assert.Equal(new FlowQuery { Host = "2001:db8::/32", State = "established", Since = Samples.Now, Sort = "in:desc" }, flows);
        Assert.Equal(("tony", "02:00:00:00:00:05"), (events!.User, events.Device));
    }

    [Theory]
    [InlineData("links --sort name", "dsl fiber")]
    [InlineData("links --sort name:desc", "fiber dsl")]
    [InlineData("links --sort in", "fiber dsl")]
    [InlineData("links --sort in:asc", "dsl fiber")]
    [InlineData("links --sort latency:desc", "fiber dsl")]
    [InlineData("links --sort state --limit 1", "dsl")]
    public async Task Short_lists_are_ordered_here_in_json_too(string line, string expected)
    {
        await using RunningServer server = await RunningServer.StartAsync();

        Outcome table = await RunAsync(server.SocketPath, line), json = await RunAsync(server.SocketPath, $"{line} --json");

        Assert.Equal(expected, string.Join(' ', JsonSerializer.Deserialize(json.Output, ControlJson.Wire.IReadOnlyListLinkReport)!.Select(link => link.Name)));
        Assert.Equal(expected, string.Join(' ', table.Output.Split('\n')[1..].Select(row => row.Split(' ')).Where(row => row.Length > 5 && row[1] != "is").Select(row => row[0])));
    }

    [Fact]
    public async Task Bytes_are_written_out()
    {
        await using RunningServer server = await RunningServer.StartAsync();

        Assert.Contains(Samples.Status.Octets.ToString(System.Globalization.CultureInfo.InvariantCulture), (await RunAsync(server.SocketPath, "status --bytes")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_may_not_be_opened_ends_in_4()
    {
        Assert.SkipWhen(Environment.UserName == "root", "root may open every socket; the lab asks as somebody else");
        await using RunningServer server = await RunningServer.StartAsync();
        File.SetUnixFileMode(server.SocketPath, UnixFileMode.None);

        Assert.Equal(ExitCode.NotAllowed, (await RunAsync(server.SocketPath, "status")).Code);
    }

    private static async Task<Outcome> RunAsync(string socket, string line)
    {
        using StringWriter output = new(), error = new();
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int code = await CommandLine.RunAsync([.. words, "--socket", socket], output, error);
        return new Outcome(code, output.ToString(), error.ToString());
    }
}
