using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Reading;

/// <summary>What `explain` says of a packet is what becomes of it.</summary>
public class ExplanationTests
{
    private static readonly string[] s_targets = ["192.0.2.1:80", "192.0.2.1:25", "192.0.2.9:80", "203.0.113.1:80", "192.168.20.9:80", "198.51.100.2:443", "224.0.0.1:1", "198.51.100.2:22"];
    private static readonly string[] s_targets6 = ["[2001:db8:9::1]:80", "[2001:db8:9::1]:25", "[fd00:20::9]:80"];

    private static void Setup(Draft draft)
    {
        draft.First(new Rule { Name = "no", Action = RuleAction.Deny, Destination = Draft.From("192.0.2.9/32") });
        draft.First(new Rule { Name = "mail", Action = RuleAction.Allow, Links = [PathBed.Two], Services = [new ServiceMatch(Protocol.Udp, 25, 25)] });
        draft.First(new Rule
        {
            Name = "web", Action = RuleAction.Allow, ForwardTo = new ForwardTarget(Address.Parse("192.168.10.80"), 8443),
            Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit), Services = [new ServiceMatch(Protocol.Udp, 443, 443)],
        });
    }

    [Theory]
    [InlineData(InternetMode.Single)]
    [InlineData(InternetMode.Failover)]
    [InlineData(InternetMode.Balance)]
    public void It_says_what_becomes_of_a_packet(InternetMode mode)
    {
        using var bed = new PathBed(draft =>
        {
            Setup(draft);
            draft.Mode = mode;
        });
        // With a pin, balancing has nothing left to choose.
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:4000", "192.0.2.1:4000"));
        foreach (bool isOneUp in new[] { true, false })
        {
            bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = isOneUp });
            // The first packet after a change moves the pin; explaining does not.
            bed.Send(PathBed.Trusted, Make.Udp("192.168.10.5:4001", "192.0.2.1:4000"));
            int port = isOneUp ? 5000 : 6000;
            foreach (string to in s_targets) Compare(bed, PathBed.Trusted, $"192.168.10.5:{port}", to);
            foreach (string to in s_targets6) Compare(bed, PathBed.Trusted, $"[fd00:10::5]:{port}", to);
            Compare(bed, PathBed.Trusted, "192.168.99.5:5000", "192.0.2.1:80");
            Compare(bed, PathBed.Host, $"203.0.113.2:{port}", "192.0.2.1:80");
        }
    }

    [Fact]
    public void Where_balancing_would_choose_it_takes_no_turn()
    {
        using var bed = new PathBed(draft => draft.Mode = InternetMode.Balance);
        for (int i = 0; i < 5; i++)
        {
            Explanation said = bed.Forwarder.Explain(PathBed.Trusted, Address.Parse("192.168.10.5"), Protocol.Udp, Address.Parse("192.0.2.1"), 80);
            Assert.Equal((true, PathBed.One), (said.Allowed, said.Link));
        }
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:1", "192.0.2.1:80")).Port);
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.6:1", "192.0.2.1:80")).Port);
    }

    [Fact]
    public void Every_rule_before_the_one_that_matched_is_told_with_why_not()
    {
        using var bed = new PathBed(Setup);
        Explanation said = bed.Forwarder.Explain(PathBed.Trusted, Address.Parse("192.168.10.5"), Protocol.Udp, Address.Parse("192.0.2.9"), 80);
        Assert.False(said.Allowed);
        Assert.Equal(["web", "mail", "no"], said.Steps.Select(step => step.Subject));
        Assert.Equal([false, false, true], said.Steps.Select(step => step.Matched));
        Assert.Equal("the service differs", said.Steps[0].Why);
    }

    private static void Compare(PathBed bed, PortId ingress, string from, string to)
    {
        (End source, End target) = (Make.End(from), Make.End(to));
        Explanation said = bed.Forwarder.Explain(ingress, source.Address, Protocol.Udp, target.Address, target.Port);
        Sent[] sent = bed.Send(ingress, Make.Udp(from, to));
        string packet = $"{from} to {to}: {said.Verdict}; it was {bed.Refused}";
        Assert.True(said.Allowed == (bed.Refused == DropReason.None), packet);
        if (said.Link is not { } link) return;
        Sent one = Assert.Single(sent);
        Assert.True(link == one.Port && said.Source == one.From.Address, packet);
    }
}
