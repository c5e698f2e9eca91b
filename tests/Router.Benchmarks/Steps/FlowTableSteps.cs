using BenchmarkDotNet.Attributes;
using Router.Forwarding;
using Router.Forwarding.Flows;
using Router.Tables;
using Router.Wire;

namespace Router.Benchmarks.Steps;

/// <summary>
/// Finding the flow of a packet, and making and ending one, among few and among many. Each step goes on to another flow, so far
/// from the one before that neither the index's nor the flow's cache line is there yet in a large table. A step that is to find
/// something answers 1 if it found what it looked for.
/// </summary>
public class FlowTableSteps : StepSet
{
    private const ushort InsidePort = 5000, UnusedPort = 5001;

    // No number of flows shares a factor with it, so that all have their turn.
    private const int Stride = 618_033;

    private static readonly Address s_link = Address.Parse("198.51.100.2");

    private readonly HashKey _secret = new(0x0706050403020100, 0x0f0e0d0c0b0a0908);
    private readonly FlowKey _key = new(Inside(1), Server(1), InsidePort, 80, Protocol.Tcp, new PortId(1));
    private readonly FlowKey _key6 = new(Address.Parse("fd00:10::5"), Address.Parse("2001:db8:9::1"), InsidePort, 80, Protocol.Tcp, new PortId(1));
    private FlowTable? _flows;
    private int _turn;

    [Params(1_000, 1_000_000)]
    public int Flows { get; set; }

    [Benchmark]
    public int Hash() => (int)_key.Hash(_secret);

    [Benchmark]
    public int Hash_of_IPv6() => (int)_key6.Hash(_secret);

    [Benchmark]
    public int Hit_outward()
    {
        FlowKey key = Outward(Next(), InsidePort);
        FlowId id = _flows!.Find(key, out bool outward);
        return id.Exists && outward && _flows[id].InsideSource == key.Source ? 1 : 0;
    }

    [Benchmark]
    public int Hit_inward()
    {
        int number = Next();
        FlowId id = _flows!.Find(MakeFlow(number).ReverseKey, out bool outward);
        return id.Exists && !outward && _flows[id].InsideSource == Inside(number) ? 1 : 0;
    }

    [Benchmark]
    public int Miss() => _flows!.Find(Outward(Next(), UnusedPort), out _).Exists ? 1 : 0;

    /// <summary>Answers how many flows there are in between.</summary>
    [Benchmark]
    public int Insert_and_remove()
    {
        Flow flow = MakeFlow(Next());
        (flow.InsideSourcePort, flow.OutsideDestinationPort) = (UnusedPort, 81);
        if (_flows!.Add(flow, 1_000_000, out FlowId id) != DropReason.None) return -1;
        int count = _flows.Count;
        _flows.Remove(id);
        return count;
    }

    protected override void Build()
    {
        _flows = new FlowTable(MappedTable<Flow>.Anonymous(Flows + 1));
        for (int number = 0; number < Flows; number++) Assert.Equal(DropReason.None, _flows.Add(MakeFlow(number), 1_000_000, out _));
    }

    protected override void Prove()
    {
        Span<ulong> words = [(ulong)_key.Source.V4 << 32 | _key.Destination.V4, (ulong)InsidePort << 48 | 80UL << 32 | (uint)Protocol.Tcp << 8 | 1];
        Span<ulong> words6 = [_key6.Source.High, _key6.Source.Low, _key6.Destination.High, _key6.Destination.Low, words[1]];
        Expect((int)SipHash.Hash(_secret, words), Hash);
        Expect((int)SipHash.Hash(_secret, words6), Hash_of_IPv6);
        Expect(1, Hit_outward);
        Expect(1, Hit_inward);
        Expect(0, Miss);
        Expect(Flows + 1, Insert_and_remove);
        Assert.Equal(Flows, _flows!.Count);
    }

    protected override void Dispose(bool disposing)
    {
        _flows?.Dispose();
        base.Dispose(disposing);
    }

    private static Address Inside(int number) => Address.FromV4(0x0a000000 + (uint)number);

    // Fifty thousand flows share a server, each by a port of its own on the link's address.
    private static Address Server(int number) => Address.FromV4(0xc0000200 + (uint)(number / 50_000));

    private static FlowKey Outward(int number, ushort port) => new(Inside(number), Server(number), port, 80, Protocol.Tcp, new PortId(1));

    private static Flow MakeFlow(int number) => new()
    {
        InsideSource = Inside(number), InsideSourcePort = InsidePort, InsideDestination = Server(number), InsideDestinationPort = 80,
        OutsideSource = s_link, OutsideSourcePort = (ushort)(1024 + number % 50_000), OutsideDestination = Server(number), OutsideDestinationPort = 80,
        Protocol = Protocol.Tcp, Ingress = new PortId(1), Egress = new PortId(3), Mapping = -1, Pin = -1,
    };

    private int Next()
    {
        _turn = (_turn + Stride) % Flows;
        return _turn;
    }
}
