using Router.Forwarding.Links;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Links;

/// <summary>What the path notes of connections and questions on a link, seen as health asks for it.</summary>
public sealed class LinkEvidenceTests : IDisposable
{
    private const TcpFlags SynAck = TcpFlags.Syn | TcpFlags.Ack;

    private readonly PathBed _bed = new();
    private readonly long _began;

    public LinkEvidenceTests()
    {
        _began = _bed.Now;
        _bed.Now += PathBed.Second;
    }

    public void Dispose() => _bed.Dispose();

    [Fact]
    public void Connections_that_nobody_accepts_are_silence_only_if_several_were_asked()
    {
        for (int i = 0; i < 50; i++) _bed.Send(PathBed.Trusted, Make.Tcp($"192.168.10.5:{2000 + i}", "192.0.2.1:80", TcpFlags.Syn));
        Assert.Equal(new LinkTraffic(50, 0, 0, 0, 1, 0), Met());
        Assert.False(Met().IsSilent);
        for (int i = 2; i < 20; i++) _bed.Send(PathBed.Trusted, Make.Tcp("192.168.10.5:1999", $"192.0.2.{i}:80", TcpFlags.Syn));
        Assert.True(Met().IsSilent);
        Assert.InRange(Met().Hosts, 3, 19);
    }

    [Fact]
    public void Accepted_connections_are_heard_and_refused_ones_are_not()
    {
        Connect("192.0.2.1", SynAck);
        Assert.Equal(new LinkTraffic(1, 1, 0, 0, 1, 1), Met());
        Assert.False(Met().IsHeard, "one host is not enough");
        Connect("192.0.2.2", TcpFlags.Rst | TcpFlags.Ack);
        Assert.Equal(1, Met().Accepted);
        Connect("192.0.2.3", SynAck);
        Assert.True(Met().IsHeard);
        Assert.False(Met().IsSilent);
    }

    [Fact]
    public void Only_the_first_answer_counts()
    {
        byte[] syn = Make.Tcp("192.168.10.5:2000", "192.0.2.1:80", TcpFlags.Syn);
        _bed.Send(PathBed.Trusted, syn);
        _bed.Send(PathBed.Trusted, syn);
        for (int i = 0; i < 3; i++) _bed.Send(PathBed.One, Make.Tcp("192.0.2.1:80", "198.51.100.2:2000", SynAck, 5000, 1001));
        Assert.Equal((1, 1), (Met().Handshakes, Met().Accepted));
        _bed.Send(PathBed.Trusted, Make.Udp("192.168.10.5:3000", "192.0.2.53:53"));
        for (int i = 0; i < 3; i++) _bed.Send(PathBed.One, Make.Udp("192.0.2.53:53", "198.51.100.2:3000"));
        Assert.Equal((1, 1), (Met().Questions, Met().Answered));
    }

    [Fact]
    public void Other_links_other_ports_probes_and_what_comes_in_do_not_count()
    {
        _bed.Change(draft => draft.Probed.Add(Address.Parse("192.0.2.9")));
        _bed.Send(PathBed.Host, Make.Tcp("198.51.100.2:2000", "192.0.2.9:443", TcpFlags.Syn));
        _bed.Send(PathBed.Host, Make.Udp("198.51.100.2:2001", "192.0.2.9:53"));
        _bed.Send(PathBed.Trusted, Make.Udp("192.168.10.5:2000", "192.0.2.1:5000"));
        _bed.Send(PathBed.One, Make.Tcp("192.0.2.1:80", "198.51.100.2:80", TcpFlags.Syn));
        Assert.Equal(default, Met());
        _bed.Send(PathBed.Trusted, Make.Tcp("192.168.10.5:2000", "192.0.2.1:80", TcpFlags.Syn));
        Assert.Equal(default, _bed.Forwarder.Evidence.Since(PathBed.Two, _began, _bed.Now));
    }

    [Fact]
    public void What_lies_before_the_time_that_is_asked_for_or_too_far_back_does_not_count()
    {
        Connect("192.0.2.1", SynAck);
        _bed.Now += 2 * PathBed.Second;
        Connect("192.0.2.2", SynAck);
        Assert.Equal(2, Met().Accepted);
        Assert.Equal(1, _bed.Forwarder.Evidence.Since(PathBed.One, _bed.Now - PathBed.Second, _bed.Now).Accepted);
        _bed.Now += LinkEvidence.Memory;
        Connect("192.0.2.3", SynAck);
        Assert.Equal(1, Met().Accepted);
        _bed.Now += 1000 * PathBed.Second;
        Assert.Equal(default, Met());
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        void Once()
        {
            _bed.Now += PathBed.Second;
            _bed.Forwarder.Evidence.Since(PathBed.One, _began, _bed.Now);
        }

        Once();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Once();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private LinkTraffic Met() => _bed.Forwarder.Evidence.Since(PathBed.One, _began, _bed.Now);

    private void Connect(string host, TcpFlags answer)
    {
        _bed.Send(PathBed.Trusted, Make.Tcp("192.168.10.5:2000", $"{host}:80", TcpFlags.Syn));
        _bed.Send(PathBed.One, Make.Tcp($"{host}:80", "198.51.100.2:2000", answer, (answer & TcpFlags.Rst) != 0 ? 0u : 5000, 1001));
    }
}
