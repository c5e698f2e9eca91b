using BenchmarkDotNet.Attributes;
using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Tests.Forwarding.Bed;

namespace Router.Benchmarks.Steps;

/// <summary>
/// A packet of a known flow through the whole path, from one port of memory to another, in batches of 64 that are received, walked
/// and sent. The price of one packet holds that of <see cref="Ports_alone"/>. A step answers how many packets of a batch came out.
/// </summary>
public class KnownFlowSteps : StepSet
{
    private const int BatchSize = 64;

    private readonly PathBed _bed = new();
    private readonly int[] _slots = [.. Enumerable.Range(0, BatchSize)];
    private EndlessPort _tcpOut = new(), _tcpIn = new(), _udpOut = new(), _udpIn = new(), _udp6Out = new();
    private readonly EndlessPort _end = new();

    /// <summary>How many flows the packets belong to, in turn.</summary>
    [Params(1, 1024)]
    public int Flows { get; set; }

    /// <summary>What the ports cost by themselves.</summary>
    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int Ports_alone()
    {
        long before = _end.Taken;
        _tcpOut.Receive(_bed.Batch);
        _end.Send(_bed.Batch, _slots);
        return (int)(_end.Taken - before);
    }

    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int Tcp_out() => Walk(_tcpOut, PathBed.Trusted);

    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int Tcp_in() => Walk(_tcpIn, PathBed.One);

    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int Udp_out() => Walk(_udpOut, PathBed.Trusted);

    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int Udp_in() => Walk(_udpIn, PathBed.One);

    /// <summary>Untranslated.</summary>
    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int Udp_over_IPv6_out() => Walk(_udp6Out, PathBed.Trusted);

    protected override void Build()
    {
        Assert.Equal(BatchSize, _bed.Batch.Capacity);
        byte[][][] packets = [.. Enumerable.Range(0, Flows).Select(Open)];
        (_tcpOut, _tcpIn, _udpOut, _udpIn, _udp6Out) = (All(0), All(1), All(2), All(3), All(4));
        Assert.Equal(3 * Flows, _bed.Forwarder.FlowCount);
        foreach (PortId port in new[] { PathBed.Trusted, PathBed.One }) _bed.Forwarder.Outbox.Attach(port, _end);

        EndlessPort All(int kind) => new([.. packets.Select(ofFlow => ofFlow[kind])]);
    }

    protected override void Prove()
    {
        Expect(BatchSize, Ports_alone);
        Expect(BatchSize, Tcp_out);
        Expect(BatchSize, Tcp_in);
        Expect(BatchSize, Udp_out);
        Expect(BatchSize, Udp_in);
        Expect(BatchSize, Udp_over_IPv6_out);
        Assert.Equal(3 * Flows, _bed.Forwarder.FlowCount);
    }

    protected override void Dispose(bool disposing)
    {
        _bed.Dispose();
        base.Dispose(disposing);
    }

    // Three flows of one host and a packet of each on each way, once sent and seen to come out where and as it has to.
    private byte[][] Open(int number)
    {
        string host = $"192.168.10.{2 + number % 250}:{5000 + number}", host6 = $"[fd00:10::{2 + number:x}]:5000";
        var connection = new Connection(_bed, PathBed.Trusted, host, "192.0.2.1:443");
        connection.Talk();
        byte[] udp = Make.Udp(host, "192.0.2.1:443");
        Sent query = _bed.Pass(PathBed.Trusted, udp);
        Assert.Equal((PathBed.One, "198.51.100.2", "192.0.2.1"), (query.Port, query.From.Address.ToString(), query.To.Address.ToString()));
        byte[] answer = Make.Udp(query.To, query.From);
        Sent answered = _bed.Pass(PathBed.One, answer);
        Assert.Equal((PathBed.Trusted, Make.End(host)), (answered.Port, answered.To));
        byte[] udp6 = Make.Udp(host6, "[2001:db8:9::1]:443");
        Assert.Equal(PathBed.One, _bed.Pass(PathBed.Trusted, udp6).Port);
        return [connection.FromNear(), connection.FromFar(), udp, answer, udp6];
    }

    private int Walk(EndlessPort from, PortId ingress)
    {
        long before = _end.Taken;
        from.Receive(_bed.Batch);
        _bed.Forwarder.Begin(_bed.Plan, _bed.Now);
        _bed.Forwarder.Walk(ingress, _bed.Batch);
        return (int)(_end.Taken - before);
    }
}
