using System.Net;
using System.Net.Sockets;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Links;

public sealed class LabOfVerdicts() : RunningLab(bed => new RouterDaemon(bed, new RouterYaml { Rules = Rules }))
{
    // Server 1 may be reached, server 2 is refused, server 3 is not there.
    private static readonly string Rules = $"""
        - name: Refused
          source: [trusted]
          destination: [{Plan.Servers[1]}]
          action: deny
        - name: Silenced
          source: [trusted]
          destination: [{Plan.Servers[2]}]
          action: drop
        - name: No mail from guests
          source: [guest]
          destination: [internet]
          service: [tcp/25]
          action: deny
        """;
}

/// <summary>What a rule's action means to the program that meets it (product.md 3).</summary>
public sealed class Verdicts(LabOfVerdicts lab) : IClassFixture<LabOfVerdicts>
{
    private static readonly IPAddress Allowed = Plan.Servers[0], Refused = Plan.Servers[1], Silenced = Plan.Servers[2];

    [Fact]
    public void Deny_answers_tcp_with_a_reset()
    {
        (SocketError error, TimeSpan took) = Connect(lab.Bed.Hosts[0], Refused, 80);
        Assert.Equal(SocketError.ConnectionRefused, error);
        Assert.True(took < TimeSpan.FromMilliseconds(500), $"{took}");
    }

    [Fact]
    public void Deny_answers_the_rest_with_administratively_prohibited()
    {
        Outcome ping = lab.Bed.Hosts[0].Run("ping", "-n", "-c1", "-W1", $"{Refused}");
        Assert.Contains("Packet filtered", ping.Output, StringComparison.Ordinal);
        Assert.Contains($"From {Plan.LanRouter}", ping.Output, StringComparison.Ordinal);
        var failure = Assert.Throws<SocketException>(() => Datagram.Exchange(lab.Bed.Hosts[0], new IPEndPoint(Refused, 7), [1]));
        Assert.Equal(SocketError.HostUnreachable, failure.SocketErrorCode);
    }

    [Fact]
    public void Drop_is_silence()
    {
        Assert.Equal(SocketError.TimedOut, Connect(lab.Bed.Hosts[0], Silenced, 80).Error);
        Outcome ping = lab.Bed.Hosts[0].Run("ping", "-n", "-c1", "-W1", $"{Silenced}");
        Assert.DoesNotContain("From", ping.Output, StringComparison.Ordinal);
        Assert.Contains("0 received", ping.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_for_one_zone_and_service_leaves_others_alone()
    {
        Assert.Equal(SocketError.ConnectionRefused, Connect(lab.Bed.Guest, Allowed, 25).Error);
        Assert.Equal(SocketError.Success, Connect(lab.Bed.Guest, Allowed, 80).Error);
        Assert.Equal(SocketError.Success, Connect(lab.Bed.Guest, Refused, 80).Error); // refused to the trusted zone only
    }

    [Fact]
    public void The_internet_reaches_nothing_that_no_rule_allows()
    {
        using var inside = WebServer.Start(lab.Bed.Router, lab.Bed.Directory, 8082);
        Assert.Equal(SocketError.TimedOut, Connect(lab.Bed.Internet, Plan.LinkAddress(0), 8082).Error);
        Assert.Equal(SocketError.TimedOut, Connect(lab.Bed.Internet, Plan.LinkAddress(1), 8082).Error);
        Assert.Empty(inside.Visits);
    }

    [Fact]
    public void A_rule_counts_what_it_decided()
    {
        long before = FlowsOf("Refused");
        Connect(lab.Bed.Hosts[0], Refused, 80);
        Assert.True(FlowsOf("Refused") > before);
    }

    private long FlowsOf(string rule) => ((RouterDaemon)lab.Router).Ask("rules").AsArray()
        .First(one => (string?)one!["name"] == rule)!["flows"]!.GetValue<long>();

    private static (SocketError Error, TimeSpan Took) Connect(NetworkNamespace from, IPAddress to, int port)
    {
        using Socket socket = from.On(() => new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(800));
        try
        {
            socket.ConnectAsync(new IPEndPoint(to, port), limit.Token).AsTask().GetAwaiter().GetResult();
            return (SocketError.Success, clock.Elapsed);
        }
        catch (SocketException failure)
        {
            return (failure.SocketErrorCode, clock.Elapsed);
        }
        catch (OperationCanceledException)
        {
            return (SocketError.TimedOut, clock.Elapsed);
        }
    }
}
