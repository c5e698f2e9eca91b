using Router.Forwarding.Answers;
using Router.Fuzz;
using Router.Wire;

namespace Router.Tests.Fuzz;

/// <summary>A short run of the fuzzer, always the same one, and proof that it could find something.</summary>
public class FuzzTests
{
    private const int Seed = 20260101;

    public static TheoryData<string> Names => [.. Target.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_fixed_run_finds_nothing(string name)
    {
        var run = new Run(Target.All.Single(target => target.Name == name), Seed);
        try
        {
            run.Go(0, 30_000, TimeSpan.MaxValue);
        }
        catch (Exception fault)
        {
            Assert.Fail($"{fault}\n{run.Where()}");
        }
        Assert.Equal(30_000, run.Round);
    }

    [Fact]
    public void A_rare_fault_is_found_and_met_again_by_its_round_alone()
    {
        // Falls over a hop-by-hop header in front of what is no fragment header: some damage, but not too much.
        var fragile = new Target("fragile", (octets, random) =>
        {
            if (Ipv6.TryRead(octets, out Ipv6 ip, out _) && ip.NextHeader == 0 && ip.Payload.Length > 8 && ip.Payload[0] != Protocol.Fragment)
            {
                throw new BrokenPromiseException("fell over");
            }
        }, SoundPackets.All());
        var run = new Run(fragile, Seed);
        Assert.Throws<BrokenPromiseException>(() => run.Go(0, 100_000, TimeSpan.MaxValue));
        var again = new Run(fragile, Seed);
        Assert.Throws<BrokenPromiseException>(() => again.Go(run.Round, 1, TimeSpan.MaxValue));
        Assert.Equal(run.Where(), again.Where());
    }

    [Fact]
    public void Damage_gets_past_the_first_checks()
    {
        var reached = new HashSet<byte>();
        int soundHeaders = 0;
        var target = new Target("reach", (octets, random) =>
        {
            if (!Subject.TryRead(octets, out Subject subject)) return;
            soundHeaders++;
            reached.Add(subject.Protocol);
        }, SoundPackets.All());
        new Run(target, Seed).Go(0, 10_000, TimeSpan.MaxValue);
        Assert.InRange(soundHeaders, 1000, 9000);
        Assert.Superset(new HashSet<byte> { Protocol.Tcp, Protocol.Udp, Protocol.Icmp, Protocol.Icmp6 }, reached);
    }

    [Fact]
    public void Samples_are_sound()
    {
        foreach (byte[] sample in SoundPackets.All()[..^1])
        {
            Assert.True(Subject.TryRead(sample, out Subject subject));
            if (subject.IsFragment) continue;
            uint seed = subject.Protocol == Protocol.Icmp ? 0
                : Checksum.PseudoHeader(subject.Source, subject.Destination, subject.Protocol, subject.Upper.Length);
            Assert.Equal(0xffff, Checksum.Sum(subject.Upper, seed));
        }
    }
}
