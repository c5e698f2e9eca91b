using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Translation;

/// <summary>Who outside may use a mapping (RFC 4787 5), and how long it lives (RFC 4787 4.3, RFC 7857).</summary>
public class FilteringTests
{
    private const string Us = "198.51.100.2:5000";

    [Theory]
    [InlineData("192.0.2.1:1001")]
    [InlineData("192.0.2.2:1000")]
    public void U7_Only_who_was_spoken_to_may_answer(string stranger)
    {
        using var bed = new PathBed();
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:1000"));
        Assert.Empty(bed.Refuse(PathBed.One, Make.Udp(stranger, Us), DropReason.RuleDropped));
        bed.Pass(PathBed.One, Make.Udp("192.0.2.1:1000", Us));
    }

    [Fact]
    public void U7_With_full_cone_everybody_may_and_is_answered_by_the_same_endpoint()
    {
        using var bed = new PathBed(draft => draft.First(new Rule
        {
            Name = "console", Action = RuleAction.Allow, FullCone = true,
            Source = Draft.From("192.168.10.5/32"), Destination = Draft.From(PortId.InternetBit), Services = [new ServiceMatch(Protocol.Udp, 0, 65535)],
        }));
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:1000"));
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.6:6000", "192.0.2.1:1000"));
        Sent inside = bed.Pass(PathBed.One, Make.Udp("192.0.2.99:9", Us));
        Assert.Equal((PathBed.Trusted, Make.End("192.0.2.99:9"), Make.End("192.168.10.5:5000")), (inside.Port, inside.From, inside.To));
        Sent answer = bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.99:9"));
        Assert.Equal((PathBed.One, Make.End(Us)), (answer.Port, answer.From));
        // The rule is about one host, and about UDP.
        bed.Refuse(PathBed.One, Make.Udp("192.0.2.99:9", "198.51.100.2:6000"), DropReason.RuleDropped);
        bed.Refuse(PathBed.One, Make.Tcp("192.0.2.99:9", Us, TcpFlags.Syn), DropReason.RuleDropped);
    }

    [Fact]
    public void X8_An_answer_that_comes_by_another_link_is_not_ours()
    {
        using var bed = new PathBed();
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:1000"));
        bed.Refuse(PathBed.Two, Make.Udp("192.0.2.1:1000", Us), DropReason.WrongLink);
    }

    [Fact]
    public void U5_U6_A_flow_lives_for_its_time_and_only_what_the_inside_sends_makes_it_longer()
    {
        using var bed = new PathBed();
        byte[] query = Make.Udp("192.168.10.5:5000", "192.0.2.1:1000"), answer = Make.Udp("192.0.2.1:1000", Us);
        bed.Pass(PathBed.Trusted, query);
        bed.Wait(290 * PathBed.Second);
        bed.Pass(PathBed.Trusted, query);
        bed.Wait(290 * PathBed.Second);
        bed.Pass(PathBed.One, answer);
        bed.Wait(15 * PathBed.Second);
        Assert.Equal(0, bed.Forwarder.FlowCount);
        bed.Refuse(PathBed.One, answer, DropReason.RuleDropped);
    }

    [Theory]
    [InlineData(53, 30)]
    [InlineData(1000, 300)]
    public void U5_A_query_for_a_name_is_over_sooner(int port, int seconds)
    {
        using var bed = new PathBed();
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", $"192.0.2.1:{port}"));
        bed.Wait((seconds - 4) * PathBed.Second);
        Assert.Equal(1, bed.Forwarder.FlowCount);
        bed.Wait(6 * PathBed.Second);
        Assert.Equal(0, bed.Forwarder.FlowCount);
        Assert.Equal(1, bed.Forwarder.Ends.Expired);
    }

    [Fact]
    public void T4_A_TCP_connection_lives_long_when_open_and_shorter_while_opening()
    {
        using var bed = new PathBed();
        var open = new Connection(bed, PathBed.Trusted, "192.168.10.5:5000", "192.0.2.1:80");
        bed.Pass(PathBed.Trusted, Make.Tcp("192.168.10.5:5001", "192.0.2.1:80", TcpFlags.Syn));
        bed.Wait(245 * PathBed.Second);
        Assert.Equal(1, bed.Forwarder.FlowCount);
        bed.Wait(7100 * PathBed.Second);
        open.Talk();
        bed.Wait(7400 * PathBed.Second);
        open.Talk();
        bed.Wait(7445 * PathBed.Second);
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void X5_A_freed_port_is_kept_from_others_for_a_while_and_its_owner_gets_it_back()
    {
        using var bed = new PathBed();
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:1000"));
        bed.Wait(305 * PathBed.Second);
        Assert.Equal(0, bed.Forwarder.FlowCount);
        Assert.NotEqual(5000, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.6:5000", "192.0.2.1:1000")).From.Port);
        Assert.Equal(5000, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.0.2.1:1000")).From.Port);
        bed.Wait(305 * PathBed.Second);
        bed.Wait(115 * PathBed.Second);
        Assert.NotEqual(5000, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.7:5000", "192.0.2.1:1000")).From.Port);
        bed.Wait(10 * PathBed.Second);
        Assert.Equal(5000, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.8:5000", "192.0.2.1:1000")).From.Port);
    }
}
