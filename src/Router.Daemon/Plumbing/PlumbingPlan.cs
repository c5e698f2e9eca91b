using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Daemon.Plumbing;

/// <summary>
/// What the network namespace shall look like, as <see cref="Plumber.Apply"/> makes it. Immutable; interfaces are named, and
/// need not exist yet.
/// </summary>
public sealed record PlumbingPlan
{
    public required ZonePlan[] Zones { get; init; }

    public required LinkPlan[] Links { get; init; }

    /// <summary>Which local hosts may talk to the box itself: the rules with destination `firewall`, in order.</summary>
    public InputRule[] Input { get; init; } = [];

    /// <summary>Who is logged in where, for those of the rules that are for users.</summary>
    public Roster Roster { get; init; } = Roster.Empty;

    /// <summary>TCP ports of the login and welcome pages, which every local host may reach.</summary>
    public ushort[] PortalPorts { get; init; } = [];

    /// <summary>The largest packet the box's own programs send towards links.</summary>
    public int HostMtu { get; init; } = 1500;
}

/// <summary>A local zone.</summary>
/// <param name="Id">Numbers its routing table.</param>
/// <param name="Interfaces">Where its hosts are.</param>
/// <param name="Mtu">Of its TUN device, octets.</param>
public sealed record ZonePlan(PortId Id, string Name, string[] Interfaces, int Mtu)
{
    /// <summary>Guests reach nothing on the box but the portal, DNS, DHCP and ping, unless a rule says so.</summary>
    public bool Guests { get; init; } = Name == "guest";

    public string Tun => Numbers.TunPrefix + Name;

    public uint Table => Numbers.HostTable + Id.Value;
}

/// <summary>A link.</summary>
/// <param name="Addresses">The box's own addresses on it: local hosts that talk to one must reach us.</param>
/// <param name="Gateways">Whose MAC the kernel shall keep fresh.</param>
public sealed record LinkPlan(string Name, string Interface, Address[] Addresses, Address[] Gateways)
{
    /// <summary>Numbers its mark and its routing table; null: programs of the box cannot be sent out by it.</summary>
    public PortId? Id { get; init; }

    /// <summary>The address that a program gets that is sent out by it; null if it has none of that family.</summary>
    public Address? Source(bool v4)
    {
        foreach (Address address in Addresses)
        {
            if (address.IsV4 == v4 && !address.IsLinkLocal) return address;
        }
        return null;
    }
}

/// <summary>One rule for what local hosts send to the box itself; the first that matches decides.</summary>
public sealed record InputRule
{
    /// <summary>For people reading `nft list table inet routerd`.</summary>
    public required string Name { get; init; }

    /// <summary>Zone interfaces it speaks of; empty means any.</summary>
    public string[] Interfaces { get; init; } = [];

    /// <summary>Source addresses it speaks of; empty means any.</summary>
    public AddressRange[] Sources { get; init; } = [];

    /// <summary>Users from whose devices it is, wherever they are; null: it does not ask. Then it names no interfaces and no addresses.</summary>
    public IdentitySet? Who { get; init; }

    /// <summary>Empty means any.</summary>
    public ServiceMatch[] Services { get; init; } = [];

    public RuleFamily Family { get; init; }

    public required RuleAction Action { get; init; }
}

/// <summary>What <see cref="Plumber.Apply"/> found.</summary>
/// <param name="Missing">Interfaces that the plan names and that do not exist yet; applying again once they do completes it.</param>
/// <param name="Changes">How many orders were given to the kernel: 0 when everything stood as planned.</param>
public sealed record PlumbingResult(string[] Missing, int Changes);

/// <summary>The box cannot be plumbed; the message is a sentence that says what to do.</summary>
public sealed class PlumbingException : Exception
{
    public PlumbingException(string message) : base(message) { }

    public PlumbingException(string message, Exception inner) : base(message, inner) { }
}
