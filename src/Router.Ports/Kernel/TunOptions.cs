namespace Router.Ports;

/// <summary>How a TUN device is opened.</summary>
public sealed record TunOptions
{
    /// <summary>Several queues, each opened by a call of its own under the same name. All queues of a device must agree on it.</summary>
    public bool MultiQueue { get; init; }

    /// <summary>The device stays when its last queue is closed, with its addresses, routes and rules.</summary>
    public bool Persist { get; init; }

    /// <summary>Super-packets and unfinished checksums are welcome; false makes the kernel finish every packet first.</summary>
    public bool Offloads { get; init; } = true;
}
