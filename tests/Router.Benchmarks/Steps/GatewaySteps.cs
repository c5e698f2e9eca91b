using BenchmarkDotNet.Attributes;
using Router.Forwarding;
using Router.Forwarding.Gateways;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;

namespace Router.Benchmarks.Steps;

/// <summary>
/// What application level gateways cost: nothing to flows that they do not watch, whichever a rule has. A segment of a known connection
/// through the whole path, as in <see cref="KnownFlowSteps"/>, while another connection is watched; last one of the watched itself.
/// </summary>
public class GatewaySteps : StepSet
{
    private const int BatchSize = 64;

    private static readonly Gateway All = Enum.GetValues<Gateway>().Aggregate((all, one) => all | one);

    private readonly PathBed _without = new(draft => draft.Rules[0] = With(Gateway.None)), _with = new(draft => draft.Rules[0] = With(All));
    private readonly EndlessPort _end = new();
    private EndlessPort _plainWithout = new(), _plainWith = new(), _watched = new();

    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int No_gateway_is_on() => Walk(_without, _plainWithout);

    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int All_are_on_and_watch_others() => Walk(_with, _plainWith);

    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int All_are_on_and_watch_this() => Walk(_with, _watched);

    protected override void Build()
    {
        _plainWithout = new EndlessPort(Open(_without, 443));
        _watched = new EndlessPort(Open(_with, 21));
        _plainWith = new EndlessPort(Open(_with, 443));
        foreach (PathBed bed in new[] { _without, _with }) bed.Forwarder.Outbox.Attach(PathBed.One, _end);
    }

    protected override void Prove()
    {
        Expect(BatchSize, No_gateway_is_on);
        Expect(BatchSize, All_are_on_and_watch_others);
        Expect(BatchSize, All_are_on_and_watch_this);
    }

    protected override void Dispose(bool disposing)
    {
        _without.Dispose();
        _with.Dispose();
        base.Dispose(disposing);
    }

    private static Rule With(Gateway gateways) => new()
    {
        Name = "out", Source = Draft.From(Draft.Zones), Destination = Draft.From(PortId.InternetBit), Action = RuleAction.Allow, Gateways = gateways,
    };

    private static byte[] Open(PathBed bed, int port)
    {
        var connection = new Connection(bed, PathBed.Trusted, $"192.168.10.2:{5000 + port}", $"192.0.2.1:{port}");
        connection.Talk();
        return connection.FromNear();
    }

    private int Walk(PathBed bed, EndlessPort from)
    {
        long before = _end.Taken;
        from.Receive(bed.Batch);
        bed.Forwarder.Begin(bed.Plan, bed.Now);
        bed.Forwarder.Walk(PathBed.Trusted, bed.Batch);
        return (int)(_end.Taken - before);
    }
}
