namespace Router.Lab.Bed;

/// <summary>What a lab consists of.</summary>
internal sealed record BedOptions
{
    public int Hosts { get; init; } = 3;

    public int Providers { get; init; } = 3;

    /// <summary>Whether the LAN hosts hang on a bridge. Without it there is one host, wired to lan0: the bench's way.</summary>
    public bool Bridge { get; init; } = true;

    /// <summary>Segmentation and checksum offloads. With them a frame may be 64 KiB and its checksum partial, without them none is.</summary>
    public bool Offloads { get; init; } = true;

    /// <summary>Links with a <see cref="Wires.Shim"/> in their wire.</summary>
    public IReadOnlyList<int> Shimmed { get; init; } = [];

    /// <summary>MTU of each link, both ends; 1500 where nothing is said.</summary>
    public IReadOnlyDictionary<int, int> LinkMtu { get; init; } = new Dictionary<int, int>();
}
