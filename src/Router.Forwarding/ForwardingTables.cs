using Router.Forwarding.Flows;
using Router.Forwarding.Links;
using Router.Forwarding.Translation;
using Router.Tables;

namespace Router.Forwarding;

/// <summary>How many entries the tables hold.</summary>
public sealed record TableSizes(int Flows = 262_144, int Mappings = 131_072, int Pins = 65_536);

/// <summary>The tables that outlive the process, as files of one directory (on tmpfs: they are of no use after a reboot).</summary>
public sealed class ForwardingTables
{
    private ForwardingTables(MappedTable<Flow> flows, MappedTable<Mapping> mappings, MappedTable<Pin> pins)
    {
        Flows = flows;
        Mappings = mappings;
        Pins = pins;
    }

    internal MappedTable<Flow> Flows { get; }

    internal MappedTable<Mapping> Mappings { get; }

    internal MappedTable<Pin> Pins { get; }

    /// <summary>What became of each file, for the journal: "flows: 12034 taken over".</summary>
    public IEnumerable<string> Origins =>
    [
        Describe("flows", Flows.Origin, Flows.Count, Flows.OriginReason),
        Describe("mappings", Mappings.Origin, Mappings.Count, Mappings.OriginReason),
        Describe("pins", Pins.Origin, Pins.Count, Pins.OriginReason),
    ];

    public static ForwardingTables Open(string directory, TableSizes sizes) => new(
        MappedTable<Flow>.Open(Path.Combine(directory, "flows"), sizes.Flows),
        MappedTable<Mapping>.Open(Path.Combine(directory, "mappings"), sizes.Mappings),
        MappedTable<Pin>.Open(Path.Combine(directory, "pins"), sizes.Pins));

    /// <summary>Takes away what an earlier process left, so that the next <see cref="Open"/> begins empty.</summary>
    /// <returns>Whether there was anything.</returns>
    public static bool Discard(string directory)
    {
        bool any = false;
        foreach (string path in ((string[])["flows", "mappings", "pins"]).Select(name => Path.Combine(directory, name)))
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
        MappedTable<Pin>.Anonymous(sizes.Pins));

    /// <summary>The bits of all ports that an entry refers to. Whoever asks has the tables to himself.</summary>
    public ulong PortsInUse()
    {
        ulong ports = 0;
        for (int id = Flows.NextLive(-1); id >= 0; id = Flows.NextLive(id)) ports |= Flows[id].Ingress.Bit | Flows[id].Egress.Bit;
        for (int id = Mappings.NextLive(-1); id >= 0; id = Mappings.NextLive(id)) ports |= Mappings[id].Link.Bit | Mappings[id].Zone.Bit;
        for (int id = Pins.NextLive(-1); id >= 0; id = Pins.NextLive(id)) ports |= Pins[id].Link.Bit | Pins[id].Before.Bit;
        return ports;
    }

    private static string Describe(string name, TableOrigin origin, int count, string reason) => origin switch
    {
        TableOrigin.Fresh => $"{name}: empty",
        TableOrigin.Resumed when reason.Length == 0 => $"{name}: {count} taken over from the process before",
        TableOrigin.Resumed => $"{name}: {count} taken over from the process before ({reason})",
        TableOrigin.Discarded => $"{name}: those of the process before could not be taken over ({reason})",
        _ => throw new ArgumentOutOfRangeException(nameof(origin)),
    };
}
