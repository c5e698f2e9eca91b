using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Benchmarks.Steps;

/// <summary>The Internet checksum over all octets, which the path needs for what it makes itself.</summary>
public class ChecksumSteps : StepSet
{
    private byte[] _octets = [];

    /// <summary>A small packet, a full frame, and the largest super-packet.</summary>
    [Params(60, 1500, 65535)]
    public int Octets { get; set; }

    [Benchmark]
    public int Whole() => Checksum.Of(_octets);

    protected override void Build()
    {
        _octets = new byte[Octets];
        Make.Fill(_octets);
    }

    protected override void Prove() => Expect(ByHand(_octets), Whole);

    // RFC 1071 to the letter, word by word.
    private static int ByHand(ReadOnlySpan<byte> octets)
    {
        ulong sum = 0;
        for (; octets.Length >= 2; octets = octets[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(octets);
        if (octets.Length > 0) sum += (uint)octets[0] << 8;
        while (sum > 0xffff) sum = (sum >> 16) + (sum & 0xffff);
        return (ushort)~sum;
    }
}
