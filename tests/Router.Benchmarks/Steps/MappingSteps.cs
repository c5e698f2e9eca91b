using BenchmarkDotNet.Attributes;
using Router.Forwarding;
using Router.Forwarding.Translation;
using Router.Tables;
using Router.Tests.Forwarding.Bed;
using Router.Wire;
using Mapping = Router.Forwarding.Translation.Mapping;

namespace Router.Benchmarks.Steps;

/// <summary>
/// Finding a mapping by its inside endpoint, as a further flow of the same endpoint does, and by its outside endpoint, as a
/// stranger's first packet does. All mappings are of one link's address; each step goes on to another one, and answers 1 if it is
/// the right one.
/// </summary>
public class MappingSteps : StepSet
{
    // Shares no factor with either number of mappings.
    private const int Stride = 30_911;

    private static readonly Address s_link = Address.Parse("198.51.100.2");

    private readonly Plan _plan = new Draft().Make(newPolicy: true);
    private Mappings? _mappings;
    private int _turn;

    [Params(1_000, 50_000)]
    public int Held { get; set; }

    [Benchmark]
    public int By_inside()
    {
        Mapping wanted = Wanted(Next());
        DropReason reason = _mappings!.Obtain(wanted, _plan, isOwn: false, now: 0, out int id);
        return reason == DropReason.None && _mappings[id].Inside == wanted.Inside ? 1 : 0;
    }

    [Benchmark]
    public int By_outside()
    {
        int number = Next();
        int id = _mappings!.FindOutside(s_link, PortOf(number), Protocol.Udp);
        return id >= 0 && _mappings[id].Inside == Inside(number) ? 1 : 0;
    }

    [Benchmark]
    public int By_outside_of_none() => _mappings!.FindOutside(s_link, 1023, Protocol.Udp);

    protected override void Build()
    {
        _mappings = new Mappings(MappedTable<Mapping>.Anonymous(Held));
        _mappings.Prepare(_plan);
        for (int number = 0; number < Held; number++)
        {
            Assert.Equal(DropReason.None, _mappings.Obtain(Wanted(number), _plan, isOwn: false, now: 0, out int id));
            Assert.Equal(PortOf(number), _mappings[id].OutsidePort);
        }
    }

    protected override void Prove()
    {
        Expect(1, By_inside);
        Expect(1, By_outside);
        Expect(-1, By_outside_of_none);
        Assert.Equal(Held, _mappings!.Count);
    }

    protected override void Dispose(bool disposing)
    {
        _mappings?.Dispose();
        base.Dispose(disposing);
    }

    private static Address Inside(int number) => Address.FromV4(0x0a000000 + (uint)number);

    private static ushort PortOf(int number) => (ushort)(1024 + number);

    private static Mapping Wanted(int number) => new()
    {
        Inside = Inside(number), InsidePort = PortOf(number), Outside = s_link, Protocol = Protocol.Udp, Link = Draft.One, Zone = Draft.Trusted,
    };

    private int Next()
    {
        _turn = (_turn + Stride) % Held;
        return _turn;
    }
}
