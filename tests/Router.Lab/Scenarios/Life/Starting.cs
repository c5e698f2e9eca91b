using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Life;

/// <summary>What routerd says when it cannot start, and that it leaves a box as it found it.</summary>
public sealed class Starting : IDisposable
{
    private readonly Topology _bed = Topology.Raise(new BedOptions { Hosts = 1 });
    private readonly WebServer _web;
    private readonly RouterDaemon _router;

    public Starting()
    {
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _router = new RouterDaemon(_bed);
    }

    public void Dispose()
    {
        _router.Dispose();
        _web.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void A_missing_interface_is_named_and_taken_up_when_it_comes()
    {
        _bed.Router.Run("ip", "link", "delete", "guest0").OrThrow();
        _router.Start();
        Assert.Contains("guest0", _router.Log, StringComparison.Ordinal);
        Assert.InRange(Who.LinkOf(_bed.Hosts[0]), 0, 1);

        _bed.RestoreGuest();

        Wait.Until(() => _bed.Guest.Run("curl", "-sS", "-m", "1", $"http://{Plan.Servers[0]}/").Succeeded, TimeSpan.FromSeconds(5),
            () => $"the guest zone is not served:\n{_router.Log}");
    }

    [Fact]
    public void No_probe_is_lost_while_the_kernel_still_asks_for_the_gateways()
    {
        for (int link = 0; link < 3; link++) _bed.Router.Run("ip", "neigh", "flush", "dev", $"wan{link}").OrThrow();
        _router.Start();
        Wait.Until(() => _router.Ask("links").AsArray().All(link => link!["latencyMilliseconds"] is not null), TimeSpan.FromSeconds(10),
            () => $"not all links are probed:\n{_router.Log}");
        Assert.All(_router.Ask("links").AsArray(), link => Assert.Equal(0, link!["lossShare"]!.GetValue<double>()));
        Assert.DoesNotContain("NoNextHop", _router.Ask("status")["drops"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_doubtful_configuration_is_warned_of_once_and_kept_in_the_status_from_the_start()
    {
        _router.Write(new RouterYaml
        {
            Rules = """
                - name: Mail by DSL
                  source: [trusted]
                  destination: [mail.example.net]
                  service: [smtp]
                  action: allow
                  link: dsl
                """,
        });
        _router.Start();
        string warning = Assert.Single(_router.Log.Split('\n'), line => line.Contains("router.yaml:", StringComparison.Ordinal));
        Assert.Contains("warning: ", warning, StringComparison.Ordinal);
        Assert.Equal(2, warning.Split("warning: ").Length);
        Assert.Contains("`mail.example.net` has no address now", _router.Log, StringComparison.Ordinal);
        string status = _router.Ask("status")["warnings"]!.ToJsonString();
        Assert.Contains("router.yaml:", status, StringComparison.Ordinal);
        Assert.Contains("mail.example.net", status, StringComparison.Ordinal);
        Assert.DoesNotContain("warning:", status, StringComparison.Ordinal);
    }

    [Fact]
    public void Explaining_a_zone_that_is_not_there_names_those_that_are()
    {
        _router.Start();
        Outcome asked = _router.Show("explain", "--from", "10.0.0.5", "--zone", "nozone", "tcp", "1.2.3.4:443");
        Assert.Equal(2, asked.ExitCode);
        Assert.Contains("firewall, trusted, guest, fiber, dsl, lte", asked.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("failed", _router.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_names_behind_their_numbers_flows_are_given_up_and_that_is_said()
    {
        _router.Start();
        Assert.InRange(Who.LinkOf(_bed.Hosts[0]), 0, 1);
        _router.Stop();
        File.Delete(Path.Combine(Path.GetDirectoryName(_router.ControlSocket)!, "ports"));
        _router.Start();
        Assert.Contains("pins of the process before are given up", _router.Log, StringComparison.Ordinal);
        Assert.Contains("the file of the names is gone", _router.Log, StringComparison.Ordinal);
        Assert.Contains("flows: empty", _router.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_busy_device_is_named()
    {
        using BackgroundProgram holder = _bed.Router.Start("/usr/bin/python3", "-c", """
            import fcntl, struct, sys
            tun = open('/dev/net/tun', 'r+b', buffering=0)
            fcntl.ioctl(tun, 0x400454ca, struct.pack('16sH', b'rt-trusted', 0x1001))
            print('held', flush=True)
            sys.stdin.read()
            """);
        holder.WaitToSay("held", TimeSpan.FromSeconds(5));
        Refuses("rt-trusted");
    }

    [Fact]
    public void A_machine_without_nft_is_told_so() => Refuses("nft", new Dictionary<string, string> { ["PATH"] = "/nonexistent" });

    [Fact]
    public void A_process_without_the_right_is_told_which() =>
        Refuses("CAP_NET_ADMIN", null, "/usr/bin/setpriv", "--bounding-set=-net_admin,-net_raw", "--inh-caps=-net_admin,-net_raw");

    [Fact]
    public void A_process_that_may_not_send_probes_is_told_so() =>
        Refuses("CAP_NET_RAW", null, "/usr/bin/setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw");

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        File.Delete(_router.ConfigurationFile);
        Refuses(_router.ConfigurationFile);
    }

    [Fact]
    public void Teardown_leaves_the_box_as_it_was()
    {
        string before = Look();
        _router.Start();
        Assert.NotEqual(before, Look());
        _router.Stop();
        _router.Teardown().OrThrow();
        Assert.Equal(before, Look());
    }

    [Fact]
    public void Teardown_takes_back_what_it_may_and_says_what_it_may_not()
    {
        string before = Look();
        _router.Start();
        _router.Stop();
        Outcome refused = _router.Teardown("unshare", "-m", "bash", "-c", "mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys; exec \"$0\" \"$@\"");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("kernel settings are not as they were, all else is; /proc/sys/", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("rt-", _bed.Router.Run("ip", "link").Output, StringComparison.Ordinal);
        _router.Teardown().OrThrow();
        Assert.Equal(before, Look());
    }

    [Fact]
    public void Starting_again_after_a_kill_changes_nothing_more()
    {
        _router.Start();
        string first = Look();
        _router.Kill();
        _router.Start();
        Assert.Equal(first, Look());
    }

    private void Refuses(string named, IReadOnlyDictionary<string, string>? environment = null, params string[] wrapper)
    {
        BackgroundProgram program = _router.Launch(environment, wrapper);
        Assert.True(program.WaitForExit(TimeSpan.FromSeconds(10)), $"routerd runs on:\n{program.Said}");
        Assert.NotEqual(0, program.ExitCode);
        string said = program.Said.Trim();
        Assert.Contains(named, said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal); // a sentence, not a stack trace
        Assert.InRange(said.Split('\n').Length, 1, 3);
    }

    /// <summary>All of a box that routerd touches, without counters and ages.</summary>
    private string Look() => _bed.Router.Shell("""
        ip -br link | sed 's/@[^ ]*//' | awk '{ print $1, $3 }' | sort
        ip rule; ip -6 rule
        ip route show table all | sed 's/ expires [^ ]*//' | sort; ip -6 route show table all | sed 's/ expires [^ ]*//' | sort
        nft -s list ruleset
        ip neigh show nud permanent
        cd /proc/sys/net && for f in ipv4/ip_forward ipv6/conf/all/forwarding ipv4/conf/*/{rp_filter,accept_local,arp_filter,src_valid_mark,route_localnet,forwarding}; do
            echo "$f $(cat $f)"; done | sort
        """).OrThrow().Output;
}
