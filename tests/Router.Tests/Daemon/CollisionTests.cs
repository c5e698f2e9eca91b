using Router.Daemon.Steering;
using Router.Forwarding;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Daemon;

/// <summary>A provider that hands out the office's own network (RFC 4787 7).</summary>
public class CollisionTests
{
    [Fact]
    public void X1_A_links_network_that_lies_in_a_zones_or_around_it_is_told()
    {
        var draft = new Draft();
        Assert.Empty(Collisions.Of(draft.Make(newPolicy: true)));
        draft.LinkOne = draft.LinkOne with { Subnets = [new Prefix(Address.Parse("192.168.10.128"), 25)] };
        string told = Assert.Single(Collisions.Of(draft.Make(newPolicy: false)));
        Assert.Contains("link one has the network 192.168.10.128/25, and 192.168.10.0/24 is behind zone trusted", told, StringComparison.Ordinal);
        draft.LinkOne = draft.LinkOne with { Subnets = [new Prefix(Address.Parse("192.168.0.0"), 16)] };
        Assert.Equal(2, Collisions.Of(draft.Make(newPolicy: false)).Count());
    }

    [Theory]
    [InlineData("192.168.10.0", 24, "trusted")]
    [InlineData("192.168.10.128", 25, "guest")]
    [InlineData("192.168.11.0", 24, null)]
    public void Two_zones_with_one_network_are_told_and_who_has_it(string network, int length, string? who)
    {
        var draft = new Draft();
        draft.GuestZone = draft.GuestZone with { Networks = [new Prefix(Address.Parse(network), length)] };
        string[] told = [.. Collisions.Of(draft.Make(newPolicy: true))];
        if (who is null) Assert.Empty(told);
        else Assert.Contains($"goes to zone {who} only", Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public void X1_The_Internet_works_through_a_link_whose_network_is_a_zones_too()
    {
        using var bed = new PathBed(draft => draft.LinkOne = draft.LinkOne with
        {
            Addresses = [Address.Parse("192.168.10.200")],
            Subnets = [new Prefix(Address.Parse("192.168.10.0"), 24)],
            Gateway4 = Address.Parse("192.168.10.1"),
        });
        bed.Change(draft => draft.TrustedZone = draft.TrustedZone with { Addresses = [Address.Parse("192.168.10.254")] });
        Sent sent = bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:80"));
        Assert.Equal((PathBed.One, 0x020000000101UL, Make.End("192.168.10.200:5000")), (sent.Port, sent.Meta.NextHop, sent.From));
        Assert.Equal(Make.End("192.168.10.5:5000"), bed.Pass(PathBed.One, Make.Udp(sent.To, sent.From)).To);
    }
}
