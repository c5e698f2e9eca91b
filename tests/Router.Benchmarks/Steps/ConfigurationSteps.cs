using BenchmarkDotNet.Attributes;
using Router.Configuration;
using Router.Forwarding;
using Router.Forwarding.Rules;

namespace Router.Benchmarks.Steps;

/// <summary>What a reload does before the path takes it up: the file's text to settings, and settings to a policy.</summary>
public class ConfigurationSteps : StepSet
{
    private byte[] _octets = [];
    private Settings? _settings;

    [Params(1_000, 10_000)]
    public int Rules { get; set; }

    internal override bool MayAllocate => true;

    /// <summary>Answers how many rules there were.</summary>
    [Benchmark]
    public int Read() => ConfigurationLoader.LoadText("router.yaml", _octets).Settings!.Rules.Count;

    /// <summary>Answers how many rules there are, the default one with them.</summary>
    [Benchmark]
    public int Compile() => Compiled(_settings!).Rules.Length;

    internal static Policy Compiled(Settings settings) =>
        PolicyCompiler.Compile(settings, new PortRegistry(), DateTimeOffset.UnixEpoch, zone: TimeZoneInfo.Utc).Policy;

    protected override void Build()
    {
        _octets = RuleFile.Of(Rules);
        _settings = RuleFile.Read(_octets);
    }

    protected override void Prove()
    {
        Expect(Rules, Read);
        Expect(Rules + 1, Compile);
    }
}
