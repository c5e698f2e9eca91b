using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Through;

public sealed class LabWithPptpRules() : RunningLab(bed => new RouterDaemon(bed, Yaml))
{
    /// <summary>Nothing passes but control connections: GRE has no rule, so a helper has let through whatever arrives.</summary>
    internal static readonly RouterYaml Yaml = new()
    {
        AllowOut = false,
        Mode = "failover",
        Rules = $"""
            - name: PPTP server inside
              source: [internet, trusted]
              destination: [firewall]
              service: [tcp/1723]
              action: allow
              forward_to: {Plan.LanHost(1)}
            - name: PPTP of one host, unread
              source: [{Plan.LanHost(2)}]
              destination: [internet]
              service: [tcp/1723]
              action: allow
              helpers: none
            - name: PPTP
              source: [trusted]
              destination: [internet]
              service: [tcp/1723]
              action: allow
            """,
    };
}

/// <summary>PPTP by pptpd and pptp-linux, where the rules let control connections through and nothing else.</summary>
public sealed class TunneledCalls(LabWithPptpRules lab) : IClassFixture<LabWithPptpRules>
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private Topology Bed => lab.Bed;

    [Fact]
    public void Two_clients_inside_call_one_server_at_the_same_time()
    {
        Assert.SkipUnless(PptpPeer.Available, Missing);
        using PptpPeer server = PptpPeer.Serve(Bed, Bed.Internet, Plan.Servers[2]);
        using BackgroundProgram first = PptpPeer.Call(Bed, Bed.Hosts[0], Plan.Servers[2], "first");
        first.WaitToSay("you said first 5\n", Patience);
        using BackgroundProgram second = PptpPeer.Call(Bed, Bed.Hosts[1], Plan.Servers[2], "second");
        second.WaitToSay("you said second 50\n", Patience);
        GoesOn(first, "first");
        GoesOn(second, "second");
    }

    [Fact]
    public void A_client_outside_calls_a_server_inside_by_every_link()
    {
        Assert.SkipUnless(PptpPeer.Available, Missing);
        using PptpPeer server = PptpPeer.Serve(Bed, Bed.Hosts[1], Plan.LanHost(1));
        for (int link = 0; link < 3; link++)
        {
            using BackgroundProgram client = PptpPeer.Call(Bed, Bed.Internet, Plan.LinkAddress(link), "visitor");
            client.WaitToSay("you said visitor 20\n", Patience);
        }
    }

    [Fact]
    public void A_client_inside_calls_it_by_the_links_address()
    {
        Assert.SkipUnless(PptpPeer.Available, Missing);
        using PptpPeer server = PptpPeer.Serve(Bed, Bed.Hosts[1], Plan.LanHost(1));
        using BackgroundProgram client = PptpPeer.Call(Bed, Bed.Hosts[0], Plan.LinkAddress(1), "neighbour");
        client.WaitToSay("you said neighbour 20\n", Patience);
    }

    [Fact]
    public void Without_the_helper_nothing_of_the_call_arrives()
    {
        Assert.SkipUnless(PptpPeer.Available, Missing);
        using PptpPeer server = PptpPeer.Serve(Bed, Bed.Internet, Plan.Servers[2]);
        using BackgroundProgram unread = PptpPeer.Call(Bed, Bed.Hosts[2], Plan.Servers[2], "unread");
        // Another call, made and carried on meanwhile, shows that there was time enough.
        using BackgroundProgram read = PptpPeer.Call(Bed, Bed.Hosts[0], Plan.Servers[2], "read");
        read.WaitToSay("you said read 100\n", Patience);
        Assert.DoesNotContain("you said", unread.Said, StringComparison.Ordinal);
    }

    internal const string Missing = "no PPTP here: packages pptpd and pptp-linux";

    /// <summary>It says more from now on, and hears nothing that was said to another.</summary>
    internal static void GoesOn(BackgroundProgram client, string name)
    {
        int said = client.Said.Split('\n').Length;
        Wait.Until(() => client.Said.Split('\n').Length >= said + 20, Patience, () => $"the call of {name} does not go on:\n{client.Said}");
        Assert.DoesNotContain("foreign", client.Said, StringComparison.Ordinal);
    }
}

/// <summary>Calls over the end and the start of the daemon.</summary>
public sealed class TunneledCallsOverARestart : IDisposable
{
    private readonly Topology _bed = Topology.Raise();
    private readonly RouterDaemon _router;

    public TunneledCallsOverARestart()
    {
        _router = new RouterDaemon(_bed, LabWithPptpRules.Yaml);
        _router.Start();
    }

    public void Dispose()
    {
        _router.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void They_go_on()
    {
        Assert.SkipUnless(PptpPeer.Available, TunneledCalls.Missing);
        using PptpPeer server = PptpPeer.Serve(_bed, _bed.Internet, Plan.Servers[2]);
        using BackgroundProgram first = PptpPeer.Call(_bed, _bed.Hosts[0], Plan.Servers[2], "first");
        using BackgroundProgram second = PptpPeer.Call(_bed, _bed.Hosts[1], Plan.Servers[2], "second");
        first.WaitToSay("you said first 5\n", TunneledCalls.Patience);
        second.WaitToSay("you said second 5\n", TunneledCalls.Patience);
        _router.Kill();
        _router.Start();
        TunneledCalls.GoesOn(first, "first");
        TunneledCalls.GoesOn(second, "second");
    }
}
