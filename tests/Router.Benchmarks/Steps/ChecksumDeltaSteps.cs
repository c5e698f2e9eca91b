using BenchmarkDotNet.Attributes;
using Router.Forwarding.Reading;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Benchmarks.Steps;

/// <summary>The checksum after a change, without reading what stayed (RFC 1624): worked out once per flow, applied to each packet.</summary>
public class ChecksumDeltaSteps : StepSet
{
    private readonly End _server = Make.End("192.0.2.1:80");
    private readonly End _inside = Make.End("192.168.10.5:5000"), _outside = Make.End("198.51.100.2:61000");
    private readonly End _inside6 = Make.End("[fd00:10::5]:5000"), _outside6 = Make.End("[2001:db8:1::2]:61000");
    private ChecksumDelta _delta;
    private ushort _checksum;

    /// <summary>An address of IPv4 and a port.</summary>
    [Benchmark]
    public int Work_out() => Delta(_inside, _outside).Value;

    /// <summary>An address of IPv6 and a port.</summary>
    [Benchmark]
    public int Work_out_of_IPv6() => Delta(_inside6, _outside6).Value;

    [Benchmark]
    public int Apply() => _delta.ApplyToComplete(_checksum);

    protected override void Build()
    {
        _delta = Delta(_inside, _outside);
        _checksum = ChecksumOf(_inside, _server);
    }

    protected override void Prove()
    {
        Expect(_delta.Value, Work_out);
        Expect(ChecksumOf(_outside, _server), Apply);
        End server6 = Make.End("[2001:db8:9::1]:80");
        Expect(Delta(_inside6, _outside6).Value, Work_out_of_IPv6);
        Assert.Equal(ChecksumOf(_outside6, server6), Delta(_inside6, _outside6).ApplyToComplete(ChecksumOf(_inside6, server6)));
    }

    private static ChecksumDelta Delta(in End old, in End @new) => default(ChecksumDelta).Replace(old.Address, @new.Address).Replace(old.Port, @new.Port);

    // Computed anew over all octets, which is what a delta has to come to.
    private static ushort ChecksumOf(End from, End to)
    {
        byte[] packet = Make.Tcp(from, to, TcpFlags.Ack, data: 100);
        return Tcp.Over(packet.AsSpan(from.Address.IsV4 ? Ipv4.MinHeaderLength : Ipv6.HeaderLength)).Checksum;
    }
}
