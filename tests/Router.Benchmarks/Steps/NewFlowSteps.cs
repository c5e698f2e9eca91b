using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Ports;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Benchmarks.Steps;

/// <summary>
/// A first packet through the whole path, in batches of 64 new flows: rule, host's pin, link by weight, mapping, flow. Half a second
/// goes by between batches, and upkeep ends what is over: some 8,000 flows and 24,000 mappings are there at any time, and for each
/// that comes another one goes. So the price of a flow holds that of its end too. A step answers how many first packets of a batch
/// came out.
/// </summary>
public class NewFlowSteps : StepSet
{
    private const int BatchSize = 64, Tables = 32_768, UpkeepsPerBatch = 4;

    // Host and port come back after so many flows, long after all that they left has ended.
    private const int Endpoints = 60_000;

    private const int SourcePortAt = 20, DestinationPortAt = 22, LastOctetOfSource = 15;

    private readonly PathBed _bed = new(Shorten, new TableSizes(Tables, Tables));
    private readonly byte[] _syn = Make.Tcp("192.168.10.2:1024", "192.0.2.1:443", TcpFlags.Syn, options: "020405b4");
    private readonly byte[] _udp = Make.Udp("192.168.10.2:1024", "192.0.2.1:443");
    private readonly EndlessPort _end = new();
    private int _turn;

    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int Tcp_syn()
    {
        for (int count = 0; count < BatchSize; count++) PutFromNext(_syn);
        return Walk();
    }

    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int Udp()
    {
        for (int count = 0; count < BatchSize; count++) PutFromNext(_udp);
        return Walk();
    }

    /// <summary>From one inside endpoint to ever other ports, so that the mapping is there already.</summary>
    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int Udp_of_a_known_endpoint()
    {
        for (int count = 0; count < BatchSize; count++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(Put(_udp)[DestinationPortAt..], (ushort)(1024 + Next()));
        }
        return Walk();
    }

    protected override void Build()
    {
        Assert.Equal(BatchSize, _bed.Batch.Capacity);
        Sent syn = _bed.Pass(PathBed.Trusted, _syn);
        Assert.Equal("198.51.100.2", syn.From.Address.ToString());
        foreach (PortId link in new[] { PathBed.One, PathBed.Two }) _bed.Forwarder.Outbox.Attach(link, _end);
    }

    protected override void Prove()
    {
        Expect(BatchSize, Tcp_syn);
        Expect(BatchSize, Udp);
        Expect(BatchSize, Udp_of_a_known_endpoint);
        for (int batch = 0; batch < 500; batch++) Assert.Equal(2 * BatchSize, Tcp_syn() + Udp());
        Assert.InRange(_bed.Forwarder.FlowCount, 7_000, 10_000);
        Assert.InRange(_bed.Forwarder.Mappings.Count, 22_000, 28_000);
        Assert.Equal(250, _bed.Forwarder.PinCount);
        Assert.Equal(0, Drops());
    }

    protected override void Dispose(bool disposing)
    {
        _bed.Dispose();
        base.Dispose(disposing);
    }

    private static void Shorten(Draft draft)
    {
        draft.Mode = InternetMode.Balance;
        draft.Timeouts = draft.Timeouts with { TcpTransitory = 60 * PathBed.Second, Udp = 60 * PathBed.Second };
    }

    private long Drops()
    {
        long drops = 0;
        foreach (long ofReason in _bed.Forwarder.Drops) drops += ofReason;
        return drops;
    }

    private int Next()
    {
        _turn = _turn + 1 == Endpoints ? 0 : _turn + 1;
        return _turn;
    }

    // The transport checksum is left as it was: the path mends it, and looks at it no more than at other content.
    private void PutFromNext(byte[] packet)
    {
        int number = Next();
        Span<byte> octets = Put(packet);
        octets[LastOctetOfSource] = (byte)(2 + number % 250);
        BinaryPrimitives.WriteUInt16BigEndian(octets[SourcePortAt..], (ushort)(1024 + number));
    }

    private Span<byte> Put(byte[] packet)
    {
        int slot = _bed.Batch.Add();
        packet.CopyTo(_bed.Batch.Space(slot));
        _bed.Batch[slot].Length = packet.Length;
        return _bed.Batch.Octets(slot);
    }

    private int Walk()
    {
        long before = _end.Taken;
        _bed.Forwarder.Begin(_bed.Plan, _bed.Now);
        _bed.Forwarder.Walk(PathBed.Trusted, _bed.Batch);
        _bed.Batch.Clear();
        for (int upkeep = 0; upkeep < UpkeepsPerBatch; upkeep++)
        {
            _bed.Now += PathBed.Second / 2 / UpkeepsPerBatch;
            _bed.Forwarder.Upkeep.Tend(_bed.Plan, _bed.Now);
        }
        return (int)(_end.Taken - before);
    }
}
