using Router.Forwarding;
using Router.Forwarding.Flows;
using Router.Forwarding.Identities;
using Router.Forwarding.Reading;
using Router.Licensing;
using Router.Ports;
using Router.Wire;

namespace Router.Tests.Forwarding.Bed;

/// <summary>
/// A forwarder between ports of memory, with plan and time in hand: octets in, octets out. Every packet that comes out has its
/// checksums looked at whole.
/// </summary>
internal sealed class PathBed : IDisposable
{
    public const long Second = 1_000_000;

    public static readonly PortId Host = PortId.Host, Trusted = Draft.Trusted, Guest = Draft.Guest, One = Draft.One, Two = Draft.Two;

    private static readonly PortId[] s_ports = [Host, Trusted, Guest, One, Two];

    private readonly ForwardingTables _tables;
    private readonly MemoryPort[] _ports = [.. s_ports.Select(id => new MemoryPort(id.ToString(), 2048))];
    private readonly long[] _before = new long[Enum.GetValues<DropReason>().Length];

    public PathBed(Action<Draft>? edit = null, TableSizes? sizes = null, ForwardingTables? tables = null, Pool? pool = null)
    {
        edit?.Invoke(Draft);
        Plan = Draft.Make(newPolicy: true);
        _tables = tables ?? ForwardingTables.Anonymous(sizes ?? new TableSizes(4096, 4096, 2048));
        Forwarder = new Forwarder(_tables, Plan, Batch.Capacity, pool);
        for (int i = 0; i < s_ports.Length; i++) Forwarder.Outbox.Attach(s_ports[i], _ports[i]);
    }

    public Draft Draft { get; } = new();

    public Forwarder Forwarder { get; }

    public Plan Plan { get; private set; }

    public Batch Batch { get; } = new(64);

    /// <summary>Monotonic microseconds.</summary>
    public long Now { get; set; } = 10_000 * Second;

    /// <summary>Why a packet of the last batch went no further; None if all did.</summary>
    public DropReason Refused { get; private set; }

    /// <summary>For packets that are sent wrong on purpose.</summary>
    public bool LooksAtChecksums { get; set; } = true;

    public MemoryPort Port(PortId id) => _ports[Array.IndexOf(s_ports, id)];

    /// <summary>Makes a new plan; the next batch is walked under it.</summary>
    public void Change(Action<Draft> edit, bool newPolicy = false)
    {
        edit(Draft);
        Plan = Draft.Make(newPolicy);
    }

    /// <summary>Lets others be behind some addresses, and has the flows of those looked at again, as the control part does. Answers what was sent meanwhile.</summary>
    public Sent[] Seat(params (string Address, Identity Who)[] people)
    {
        var roster = new Roster(people.Select(one => KeyValuePair.Create(Address.Parse(one.Address), one.Who)));
        IReadOnlySet<Address> changed = roster.ChangedFrom(Plan.Roster);
        Plan = Plan.With(roster);
        Forwarder.Begin(Plan, Now);
        FlowSearch search = new LiveTables(_tables).FlowsOf(changed);
        var found = new (int Id, long Created)[2];
        while (!search.IsOver)
        {
            int count = search.Next(found);
            foreach ((int id, long created) in found.AsSpan(0, count)) Forwarder.Review.Reconsider(Plan, new FlowId(id), created, Now);
        }
        Forwarder.Outbox.Flush(Batch);
        return Collect();
    }

    /// <summary>One batch of packets. Answers all that came out, by port.</summary>
    public Sent[] Send(PortId ingress, params byte[][] packets)
    {
        foreach (byte[] packet in packets) Put(packet, default);
        return Walk(ingress);
    }

    /// <summary>One packet with what the kernel left undone on it.</summary>
    public Sent[] Send(PortId ingress, byte[] packet, Offload offload)
    {
        Put(packet, offload);
        return Walk(ingress);
    }

    /// <summary>One packet that has to come out as one.</summary>
    public Sent Pass(PortId ingress, byte[] packet, Offload offload = default)
    {
        Sent[] sent = Send(ingress, packet, offload);
        Assert.True(sent.Length == 1, $"{sent.Length} packets came out; refused: {Refused}");
        Assert.Equal(DropReason.None, Refused);
        return sent[0];
    }

    /// <summary>One packet that must not pass. Answers what was said in its place.</summary>
    public Sent[] Refuse(PortId ingress, byte[] packet, DropReason reason, Offload offload = default)
    {
        Sent[] sent = Send(ingress, packet, offload);
        Assert.Equal(reason, Refused);
        return sent;
    }

    /// <summary>Takes everything that ports were given.</summary>
    public Sent[] Collect()
    {
        var sent = new List<Sent>();
        for (int i = 0; i < s_ports.Length; i++)
        {
            while (_ports[i].Outbox.Count > 0)
            {
                byte[] octets = _ports[i].Outbox.Take(out PacketMeta meta);
                sent.Add(new Sent(s_ports[i], octets, meta));
                if (LooksAtChecksums) sent[^1].CheckSums();
            }
        }
        return [.. sent];
    }

    /// <summary>Lets time go by, with all that is done between batches.</summary>
    public void Wait(long microseconds)
    {
        Now += microseconds;
        for (int slice = 0; slice < 102; slice++)
        {
            Forwarder.Begin(Plan, Now);
            Forwarder.Upkeep.Tend(Plan, Now);
            Now += 10_000;
        }
    }

    /// <summary>Looks at all flows under the plan, as the worker does between batches. Answers what was sent meanwhile.</summary>
    public Sent[] Review()
    {
        var forecast = new Forecast(this);
        Forwarder.Begin(Plan, Now);
        while (Forwarder.IsReviewing)
        {
            Forwarder.Review.Scan(Plan, 120, Now);
            Forwarder.Outbox.Flush(Batch);
        }
        forecast.Expect();
        return Collect();
    }

    public void Dispose()
    {
        Forwarder.Dispose();
        Batch.Dispose();
    }

    private void Put(byte[] packet, Offload offload)
    {
        int slot = Batch.Add();
        packet.CopyTo(Batch.Space(slot));
        Batch[slot].Length = packet.Length;
        Batch[slot].Offload = offload;
    }

    private Sent[] Walk(PortId ingress)
    {
        Forwarder.Drops.CopyTo(_before);
        Forwarder.Begin(Plan, Now);
        Forwarder.Walk(ingress, Batch);
        Batch.Clear();
        Refused = DropReason.None;
        ReadOnlySpan<long> drops = Forwarder.Drops;
        for (int reason = 0; reason < drops.Length; reason++)
        {
            if (drops[reason] != _before[reason]) Refused = (DropReason)reason;
        }
        return Collect();
    }
}
