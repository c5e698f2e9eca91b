using System.Runtime.CompilerServices;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Tables;
using Router.Tests.Tables;
using Router.Wire;

namespace Router.Tests.Forwarding.Links;

[Collection(nameof(Alone))]
public class PinsTests
{
    private const long Second = 1_000_000;
    private const long Idle = 600 * Second;

    private static readonly PortId Fiber = new(1), Dsl = new(2);

    private static Address Host(int number) =>
        number % 3 == 0 ? new Address(0x2001_0db8_0000_0000, (ulong)number) : Address.FromV4(0x0a00_0000u + (uint)number);

    private static int SweepAll(Pins pins, long now, long idle = Idle) => pins.Sweep(now, pins.Capacity, idle);

    [Fact]
    public void APinLivesWhileItHasFlowsAndTheIdleTimeAfter()
    {
        using var pins = new Pins(MappedTable<Pin>.Anonymous(100));
        long now = 5000 * Second;
        int id = pins.Place(Host(1), Site.Any, Fiber, PinReason.Placed, now);
        Assert.Equal(id, pins.Find(Host(1), Site.Any));
        Assert.Equal(-1, pins.Find(Host(2), Site.Any));
        pins.Hold(id);
        pins.Hold(id);
        now += 10 * Idle;
        Assert.Equal(0, SweepAll(pins, now));
        pins.Release(id, now);
        now += 10 * Idle;
        Assert.Equal(0, SweepAll(pins, now));
        pins.Release(id, now);
        Assert.Equal(0, SweepAll(pins, now + Idle - 1));
        Assert.Equal(id, pins.Find(Host(1), Site.Any));
        // The scan counts in seconds and a bit.
        Assert.Equal(1, SweepAll(pins, now + Idle + 2 * Second));
        Assert.Equal(-1, pins.Find(Host(1), Site.Any));
        Assert.Equal(0, pins.Count);
    }

    [Fact]
    public void APinWithoutAnyFlowEndsToo()
    {
        using var pins = new Pins(MappedTable<Pin>.Anonymous(100));
        pins.Place(Host(1), Site.Any, Fiber, PinReason.Placed, 0);
        Assert.Equal(0, SweepAll(pins, Idle - 1));
        Assert.Equal(1, SweepAll(pins, Idle + 2 * Second));
    }

    [Fact]
    public void AnotherIdleTimeHoldsAtOnce()
    {
        using var pins = new Pins(MappedTable<Pin>.Anonymous(100));
        pins.Place(Host(1), Site.Any, Fiber, PinReason.Placed, 0);
        Assert.Equal(0, SweepAll(pins, 100 * Second));
        Assert.Equal(1, SweepAll(pins, 100 * Second, 60 * Second));
    }

    [Fact]
    public void AMoveKeepsTheReasonAndWhereItCameFrom()
    {
        using var pins = new Pins(MappedTable<Pin>.Anonymous(100));
        int id = pins.Place(Host(1), Site.Any, Fiber, PinReason.Placed, 10);
        Assert.Equal((Fiber, PinReason.Placed, 10L, 10L, (byte)0), (pins[id].Link, pins[id].Reason, pins[id].Placed, pins[id].Since, pins[id].Moves));
        pins.Move(id, Dsl, PinReason.LinkDown, 20);
        Assert.Equal((Dsl, Fiber, PinReason.LinkDown), (pins[id].Link, pins[id].Before, pins[id].Reason));
        Assert.Equal((10L, 20L, (byte)1), (pins[id].Placed, pins[id].Since, pins[id].Moves));
        Assert.Equal(id, pins.Find(Host(1), Site.Any));
    }

    [Fact]
    public void FullIsAnAnswerAndCounted()
    {
        using var pins = new Pins(MappedTable<Pin>.Anonymous(2));
        Assert.True(pins.Place(Host(1), Site.Any, Fiber, PinReason.Placed, 0) >= 0);
        Assert.True(pins.Place(Host(2), Site.Any, Fiber, PinReason.Placed, 0) >= 0);
        Assert.Equal(-1, pins.Place(Host(3), Site.Any, Fiber, PinReason.Placed, 0));
        Assert.Equal(1, pins.Refused);
        Assert.Equal(2, SweepAll(pins, 2 * Idle));
        Assert.True(pins.Place(Host(3), Site.Any, Fiber, PinReason.Placed, 2 * Idle) >= 0);
    }

    [Fact]
    public void ReleasingWhatIsNotHeldIsABug()
    {
        using var pins = new Pins(MappedTable<Pin>.Anonymous(2));
        int id = pins.Place(Host(1), Site.Any, Fiber, PinReason.Placed, 0);
        Assert.Throws<InvalidOperationException>(() => pins.Release(id, 1));
    }

    [Fact]
    public void PinsLiveOverARestartAndAreHeldAnew()
    {
        using var path = new TablePath();
        long now = 9000 * Second;
        using (var before = new Pins(MappedTable<Pin>.Open(path.Name, 100)))
        {
            for (int host = 0; host < 50; host++)
            {
                int id = before.Place(Host(host), Site.Any, host % 2 == 0 ? Fiber : Dsl, PinReason.Placed, now - 2 * Idle);
                before.Hold(id);
                if (host % 5 == 0) before.Release(id, now);
            }
        }
        using var after = new Pins(MappedTable<Pin>.Open(path.Name, 100));
        Assert.Equal(50, after.Count);
        for (int host = 0; host < 50; host++)
        {
            int id = after.Find(Host(host), Site.Any);
            Assert.Equal((host % 2 == 0 ? Fiber : Dsl, 0u), (after[id].Link, after[id].Flows));
            if (host % 5 == 1) after.Hold(id);
        }
        // Ten ended their last flow just now, ten are held anew, the other thirty had their last use long ago.
        Assert.Equal(30, SweepAll(after, now));
        Assert.Equal(10, SweepAll(after, now + Idle + 2 * Second));
        Assert.Equal(10, after.Count);
        for (int host = 1; host < 50; host += 5) after.Release(after.Find(Host(host), Site.Any), now);
        Assert.Equal(10, SweepAll(after, now + Idle + 2 * Second));
    }

    [Fact]
    public void StrangeLeftoversDoNoHarm()
    {
        using var path = new TablePath();
        using (var table = MappedTable<Pin>.Open(path.Name, 10))
        {
            Leave(table, new Pin { Host = Host(1), Link = new PortId(200) });
            Leave(table, new Pin { Host = Host(2), Link = Fiber, LastUse = long.MaxValue, Flows = 77 });
            Leave(table, new Pin { Host = Host(4), Link = Fiber, LastUse = long.MinValue });
            Leave(table, new Pin { Host = Host(5), Link = Fiber });
            Leave(table, new Pin { Host = Host(5), Link = Dsl });
        }
        using var pins = new Pins(MappedTable<Pin>.Open(path.Name, 10));
        Assert.Equal(3, pins.Count);
        Assert.Equal(-1, pins.Find(Host(1), Site.Any));
        Assert.Equal(Fiber, pins[pins.Find(Host(5), Site.Any)].Link);
        long now = 9000 * Second;
        Assert.Equal(2, SweepAll(pins, now));
        Assert.Equal(1, SweepAll(pins, now + Idle + 2 * Second));
    }

    private static void Leave(MappedTable<Pin> table, Pin pin)
    {
        Assert.True(table.TryTake(out int id));
        table[id] = pin;
        table.Commit(id);
    }

    [Fact]
    public void BehavesAsADictionaryOfHosts()
    {
        Random random = Seeded.New();
        const int capacity = 200;
        using var pins = new Pins(MappedTable<Pin>.Anonymous(capacity));
        var twin = new Dictionary<Address, (PortId Link, int Flows, long LastUse)>();
        long now = 2 * Idle;
        for (int step = 0; step < 60_000; step++)
        {
            now += random.Next((int)(8 * Second));
            Address host = Host(random.Next(2 * capacity));
            int id = pins.Find(host, Site.Any);
            Assert.Equal(twin.ContainsKey(host), id >= 0);
            if (id < 0)
            {
                var link = new PortId((byte)random.Next(1, 4));
                bool full = twin.Count == capacity;
                Assert.Equal(full, pins.Place(host, Site.Any, link, PinReason.Placed, now) < 0);
                if (!full) twin[host] = (link, 0, now);
            }
            else twin[host] = Use(pins, id, twin[host], random, now);
            if (random.Next(10) == 0) SweepBoth(pins, twin, now);
        }
    }

    private static (PortId Link, int Flows, long LastUse) Use(Pins pins, int id, (PortId Link, int Flows, long LastUse) pin, Random random, long now)
    {
        Assert.Equal((pin.Link, (uint)pin.Flows, pin.LastUse), (pins[id].Link, pins[id].Flows, pins[id].LastUse));
        switch (random.Next(3))
        {
            case 0:
                pins.Hold(id);
                return pin with { Flows = pin.Flows + 1 };
            case 1 when pin.Flows > 0:
                pins.Release(id, now);
                return pin with { Flows = pin.Flows - 1, LastUse = now };
            default:
                var link = new PortId((byte)random.Next(1, 4));
                pins.Move(id, link, PinReason.Moved, now);
                return pin with { Link = link };
        }
    }

    /// <summary>Nothing in use may end; what is idle for two seconds more than the time must; between, either.</summary>
    private static void SweepBoth(Pins pins, Dictionary<Address, (PortId Link, int Flows, long LastUse)> twin, long now)
    {
        SweepAll(pins, now);
        foreach ((Address host, (_, int flows, long lastUse)) in twin.ToArray())
        {
            bool lives = pins.Find(host, Site.Any) >= 0;
            if (flows > 0 || lastUse > now - Idle) Assert.True(lives);
            else if (lastUse < now - Idle - 2 * Second) Assert.False(lives);
            if (!lives) twin.Remove(host);
        }
        Assert.Equal(twin.Count, pins.Count);
    }

    [Fact]
    public void AllocatesNothing()
    {
        using var pins = new Pins(MappedTable<Pin>.Anonymous(1000));
        Assert.Equal(0, Seeded.Allocated(() =>
        {
            for (int host = 0; host < 1000; host++) pins.Hold(pins.Place(Host(host), Site.Any, Fiber, PinReason.Placed, 0));
            for (int host = 0; host < 1000; host++)
            {
                int id = pins.Find(Host(host), Site.Any);
                pins.Move(id, Dsl, PinReason.LinkDown, 1);
                pins.Release(id, 2);
            }
            while (pins.Count > 0) pins.Sweep(2 * Idle, 100, Idle);
        }));
    }

    [Fact]
    public void APinWithItsHeaderIsOneCacheLine() => Assert.Equal(56, Unsafe.SizeOf<Pin>());
}
