namespace Router.Ports;

/// <summary>How a packet socket is opened.</summary>
public sealed record PacketOptions
{
    /// <summary>Octets that may wait to be read; the kernel counts its own overhead of each packet too, and doubles the number for it.</summary>
    public int ReceiveBuffer { get; init; } = 8 << 20;

    /// <summary>Octets that may be on their way out of the interface.</summary>
    public int SendBuffer { get; init; } = 8 << 20;
}
