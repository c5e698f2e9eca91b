namespace Router.Ports;

/// <summary>How often what goes wrong, each as a probability from 0 to 1 for a packet. The default is a perfect wire.</summary>
public readonly record struct FaultPlan
{
    /// <summary>The packet is lost.</summary>
    public double Drop { get; init; }

    /// <summary>The packet comes twice.</summary>
    public double Duplicate { get; init; }

    /// <summary>The packet changes places with the one before it in the batch.</summary>
    public double Reorder { get; init; }

    /// <summary>The packet loses its tail, at any octet.</summary>
    public double Truncate { get; init; }

    /// <summary>One bit of the packet is flipped.</summary>
    public double Corrupt { get; init; }
}
