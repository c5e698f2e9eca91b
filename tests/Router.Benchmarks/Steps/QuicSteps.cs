using BenchmarkDotNet.Attributes;
using Router.Tests.Wire.Quic;
using Router.Tests.Wire.Web;
using Router.Wire.Quic;
using Router.Wire.Web;

namespace Router.Benchmarks.Steps;

/// <summary>What a new QUIC connection costs where there are web rules: its Initial is opened with keys of its own, which are allocated (docs/decisions/030).</summary>
public class QuicSteps : StepSet
{
    private readonly byte[] _room = new byte[ClientHello.HeaderLength + ClientHello.MostOctets];
    private byte[] _initial = [];

    internal override bool MayAllocate => true;

    [Benchmark]
    public int Initial()
    {
        if (!QuicLongHeader.TryRead(_initial, out QuicLongHeader header)) return 0;
        using var keys = new InitialKeys(header.Version, header.DestinationId, ofServer: false);
        return keys.TryOpen(header, _room, out ReadOnlySpan<byte> payload) ? payload.Length : 0;
    }

    protected override void Build() =>
        _initial = Initials.Seal(QuicVersion.One, [1, 2, 3, 4, 5, 6, 7, 8], [9], Initials.Padded(Initials.Crypto(0, Hellos.Handshake("www.some-site.example"))));

    protected override void Prove() => Expect(1162, Initial);
}
