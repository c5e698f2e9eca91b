using Router.Wire;

namespace Router.Forwarding.Links;

/// <summary>What a link is fit for (product.md 2).</summary>
public enum LinkHealth : byte { Down, Degraded, Standby, Up, Disabled }

/// <summary>Whether a link has volume left in its month: enough, so little that others go first, or none and it is to carry nothing then.</summary>
public enum LinkVolume : byte { Ample, Scarce, Spent }

/// <summary>A link at one moment, as the kernel and the probes tell. Immutable; a change makes a new one.</summary>
public sealed record LinkState
{
    public required PortId Id { get; init; }

    /// <summary>Whether new flows may be placed on it.</summary>
    public bool Usable { get; init; }

    public LinkHealth Health { get; init; }

    public LinkVolume Volume { get; init; }

    /// <summary>What balancing weighs it by in place of its written weight, if that is not 0; 0 where weights are as written.</summary>
    public int Capacity { get; init; }

    /// <summary>Packets wait for it, so that new hosts had better go elsewhere until it has drained.</summary>
    public bool Queues { get; init; }

    /// <summary>Its own addresses, the preferred one of each family first.</summary>
    public Address[] Addresses { get; init; } = [];

    /// <summary>The networks that are on the link itself.</summary>
    public Prefix[] Subnets { get; init; } = [];

    /// <summary>The gateway, unspecified where a link has none (ppp, wg, or no route yet).</summary>
    public Address Gateway4 { get; init; }

    public Address Gateway6 { get; init; }

    /// <summary>The gateway's MAC as a big-endian number, 0 while unknown. Without meaning on links without Ethernet.</summary>
    public ulong GatewayMac4 { get; init; }

    public ulong GatewayMac6 { get; init; }

    public bool Ethernet { get; init; } = true;

    /// <summary>The largest IP packet it takes.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>The address that flows of this family get; unspecified if the link has none.</summary>
    public Address Outside(bool v4)
    {
        foreach (Address address in Addresses)
        {
            if (address.IsV4 == v4 && !address.IsLinkLocal) return address;
        }
        return default;
    }
}

/// <summary>A local zone at one moment: the networks behind its interfaces, and the largest packet they all take.</summary>
public sealed record ZoneState
{
    public required PortId Id { get; init; }

    /// <summary>Connected and routed networks of its interfaces.</summary>
    public Prefix[] Networks { get; init; } = [];

    /// <summary>The box's own addresses on its interfaces.</summary>
    public Address[] Addresses { get; init; } = [];

    public int Mtu { get; init; } = 1500;
}
