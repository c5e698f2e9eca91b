using System.Net;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Through;

public sealed class LabWithServersInside() : RunningLab(bed => new RouterDaemon(bed, new RouterYaml { Rules = Rules }))
{
    private static readonly string Rules = $"""
        - name: Web server inside
          source: [internet, trusted, guest]
          destination: [firewall]
          service: [tcp/8080]
          action: allow
          forward_to: {Plan.LanHost(1)}:80
        - name: Web server of the box
          source: [internet]
          destination: [firewall]
          service: [tcp/8081]
          action: allow
        """;
}

/// <summary>What comes in by a link: port mapping, the box's own servers, and the way of the answers.</summary>
public sealed class Inbound(LabWithServersInside lab) : IClassFixture<LabWithServersInside>
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_mapped_server_is_reached_by_any_link_and_sees_the_client(int link)
    {
        using var inside = WebServer.Start(lab.Bed.Hosts[1], lab.Bed.Directory);
        string seen = Fetch(lab.Bed.Internet, Plan.LinkAddress(link), 8080);
        Assert.Equal(inside.Visits.Single().Client.Address.ToString(), seen);
        Assert.StartsWith("198.18.", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void The_box_answers_by_the_link_by_which_it_was_asked(int link)
    {
        using var box = WebServer.Start(lab.Bed.Router, lab.Bed.Directory, 8081);
        Assert.StartsWith("198.18.", Fetch(lab.Bed.Internet, Plan.LinkAddress(link), 8081), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_host_reaches_a_mapped_server_by_the_links_address_too(int link)
    {
        using var inside = WebServer.Start(lab.Bed.Hosts[1], lab.Bed.Directory);
        string seen = Fetch(lab.Bed.Hosts[0], Plan.LinkAddress(link), 8080);
        Assert.InRange(Who.LinkOf(seen), 0, 2); // the outside address, as RFC 4787 REQ-9 asks
        Assert.NotEmpty(Fetch(lab.Bed.Guest, Plan.LinkAddress(link), 8080));
    }

    [Fact]
    public void A_mapped_server_reaches_itself_by_the_links_address()
    {
        using var inside = WebServer.Start(lab.Bed.Hosts[1], lab.Bed.Directory);
        Assert.InRange(Who.LinkOf(Fetch(lab.Bed.Hosts[1], Plan.LinkAddress(0), 8080)), 0, 2);
    }

    private static string Fetch(NetworkNamespace from, IPAddress address, int port) =>
        from.Run("curl", "-sS", "-m", "3", $"http://{address}:{port}/").OrThrow().Text;
}
