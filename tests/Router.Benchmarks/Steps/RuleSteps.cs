using BenchmarkDotNet.Attributes;
using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Benchmarks.Steps;

/// <summary>Which rule decides on a first packet. A step answers the index of the rule.</summary>
public class RuleSteps : StepSet
{
    private readonly Endpoint _host = new(Draft.Trusted.Bit, Address.Parse("192.168.10.5"));
    private readonly Endpoint _server = new(PortId.InternetBit, Address.Parse("192.0.2.1"));
    private Policy? _policy;

    [Params(10, 1_000, 10_000)]
    public int Rules { get; set; }

    /// <summary>As the path asks.</summary>
    [Benchmark]
    public int Match_the_last() => _policy!.Index.Match(_host, _server, Protocol.Tcp, 443);

    /// <summary>The same answer without the index, to see what that is worth.</summary>
    [Benchmark]
    public int Match_the_last_one_by_one() => RuleList.Match(_policy!.Rules, _host, _server, Protocol.Tcp, 443);

    protected override void Build() => _policy = ConfigurationSteps.Compiled(RuleFile.Read(RuleFile.Of(Rules)));

    protected override void Prove()
    {
        Assert.Equal("last", _policy!.Rules[Rules - 1].Name);
        Expect(Rules - 1, Match_the_last);
        Expect(Rules - 1, Match_the_last_one_by_one);
        var neighbour = new Endpoint(Draft.Trusted.Bit, Address.Parse("10.0.0.1"));
        Assert.Equal(0, _policy.Index.Match(neighbour, _server, Protocol.Tcp, 443));
    }
}
