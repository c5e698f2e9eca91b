using Router.Forwarding.Flows;
using Router.Forwarding.Gateways;
using Router.Forwarding.Gateways.Sip;
using Router.Forwarding.Gateways.Streams;
using Router.Forwarding.Links;
using Router.Forwarding.Translation;
using Router.Tables;

namespace Router.Forwarding;

/// <summary>How many entries the tables hold.</summary>
public sealed record TableSizes(int Flows = 262_144, int Mappings = 131_072, int Pins = 65_536);

/// <summary>The tables that outlive the process, as files of one directory (on tmpfs: they are of no use after a reboot).</summary>
public sealed class ForwardingTables
{
    /// <summary>TCP control connections that gateways may watch at a time, and flows that they may have opened.</summary>
    internal const int MostWatches = 1024, MostKin = 4096;

    /// <summary>Of the connections that are watched, those that carry SIP.</summary>
    internal const int MostSipMemories = 256;

    private ForwardingTables(
        MappedTable<Flow> flows, MappedTable<Mapping> mappings, MappedTable<Pin> pins, MappedTable<Watch> watches, MappedTable<Kin> kin,
        MappedTable<SipMemory> sipMemories, MappedTable<Turn> turns)
    {
        Flows = flows;
        Mappings = mappings;
        Pins = pins;
        Watches = watches;
        Kin = kin;
        SipMemories = sipMemories;
        Turns = turns;
    }

    internal MappedTable<Flow> Flows { get; }

    internal MappedTable<Mapping> Mappings { get; }

    internal MappedTable<Pin> Pins { get; }

    internal MappedTable<Watch> Watches { get; }

    internal MappedTable<Kin> Kin { get; }

    internal MappedTable<SipMemory> SipMemories { get; }

    /// <summary>How far each link is from its share of the placements made so far.</summary>
    internal MappedTable<Turn> Turns { get; }

    /// <summary>What became of each file, for the journal: "flows: 12034 taken over".</summary>
    public IEnumerable<string> Origins =>
    [
        Flows.OriginLine("flows"),
        Mappings.OriginLine("mappings"),
        Pins.OriginLine("pins"),
        Watches.OriginLine("watched flows"),
        Kin.OriginLine("expected flows"),
        SipMemories.OriginLine("connections with SIP"),
    ];

    public static ForwardingTables Open(string directory, TableSizes sizes) => new(
        MappedTable<Flow>.Open(Path.Combine(directory, "flows"), sizes.Flows),
        MappedTable<Mapping>.Open(Path.Combine(directory, "mappings"), sizes.Mappings),
        MappedTable<Pin>.Open(Path.Combine(directory, "pins"), sizes.Pins),
        MappedTable<Watch>.Open(Path.Combine(directory, "watches"), MostWatches),
        MappedTable<Kin>.Open(Path.Combine(directory, "kin"), MostKin),
        MappedTable<SipMemory>.Open(Path.Combine(directory, "sip"), MostSipMemories),
        MappedTable<Turn>.Open(Path.Combine(directory, "turns"), Turn.Most));

    /// <summary>Takes away what an earlier process left, so that the next <see cref="Open"/> begins empty.</summary>
    /// <returns>Whether there was anything.</returns>
    public static bool Discard(string directory)
    {
        bool any = false;
        foreach (string path in ((string[])["flows", "mappings", "pins", "watches", "kin", "sip", "turns"]).Select(name => Path.Combine(directory, name)))
        {
            any |= File.Exists(path);
            File.Delete(path);
        }
        return any;
    }

    /// <summary>Tables that end with the process, for tests and measurements.</summary>
    public static ForwardingTables Anonymous(TableSizes sizes) => new(
        MappedTable<Flow>.Anonymous(sizes.Flows),
        MappedTable<Mapping>.Anonymous(sizes.Mappings),
        MappedTable<Pin>.Anonymous(sizes.Pins),
        MappedTable<Watch>.Anonymous(MostWatches),
        MappedTable<Kin>.Anonymous(MostKin),
        MappedTable<SipMemory>.Anonymous(MostSipMemories),
        MappedTable<Turn>.Anonymous(Turn.Most));

    /// <summary>The bits of all ports that an entry refers to. Whoever asks has the tables to himself.</summary>
    public ulong PortsInUse()
    {
        ulong ports = 0;
        for (int id = Flows.NextLive(-1); id >= 0; id = Flows.NextLive(id)) ports |= Flows[id].Ingress.Bit | Flows[id].Egress.Bit;
        for (int id = Mappings.NextLive(-1); id >= 0; id = Mappings.NextLive(id)) ports |= Mappings[id].Link.Bit | Mappings[id].Zone.Bit;
        for (int id = Pins.NextLive(-1); id >= 0; id = Pins.NextLive(id)) ports |= Pins[id].Link.Bit | Pins[id].Before.Bit;
        return ports;
    }
}
