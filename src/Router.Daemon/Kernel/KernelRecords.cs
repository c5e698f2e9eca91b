using Router.Ports.Linux.Netlink;
using Router.Wire;

namespace Router.Daemon.Kernel;

/// <summary>An interface of this network namespace.</summary>
/// <param name="Mac">Six octets as a big-endian number, 0 where it has none.</param>
/// <param name="Mtu">The largest IP packet, octets.</param>
/// <param name="Ethernet">Whether frames carry an Ethernet header (not so on ppp, wg, tun).</param>
/// <param name="Up">An administrator wants it up (IFF_UP).</param>
/// <param name="Carrier">The medium is there (IFF_LOWER_UP).</param>
/// <param name="Group">The interface group (ip link set ... group), 0 by default.</param>
/// <param name="Kind">The driver's kind ("veth", "tun", "bridge"), empty for real hardware.</param>
public sealed record KernelInterface(
    int Index, string Name, ulong Mac, int Mtu, bool Ethernet, bool Up, bool Carrier, uint Group, string Kind);

/// <summary>An address that this box has.</summary>
/// <param name="Interface">Index of the interface that carries it.</param>
/// <param name="Peer">The far end on a point-to-point interface; the address itself elsewhere. The connected network is around it.</param>
/// <param name="PrefixLength">Bits of its own family.</param>
/// <param name="Scope">RT_SCOPE_*: 0 is global, 253 link, 254 host.</param>
/// <param name="Flags">IFA_F_*.</param>
public readonly record struct KernelAddress(
    int Interface, Address Address, Address Peer, int PrefixLength, byte Scope, uint Flags)
{
    /// <summary>Duplicate address detection runs or has failed: the address may not be used (RFC 4862 5.4).</summary>
    public bool Tentative => (Flags & (LinuxIfAddr.IFA_F_TENTATIVE | LinuxIfAddr.IFA_F_DADFAILED)) != 0
        && (Flags & LinuxIfAddr.IFA_F_OPTIMISTIC) == 0;

    /// <summary>Its preferred lifetime is over: for what is open already, not for new flows (RFC 4862 5.5.4).</summary>
    public bool Deprecated => (Flags & LinuxIfAddr.IFA_F_DEPRECATED) != 0;

    /// <summary>IPv4: a further address of a network of which it already has one. IPv6: a temporary one (RFC 8981).</summary>
    public bool Secondary => (Flags & LinuxIfAddr.IFA_F_SECONDARY) != 0;

    /// <summary>The network that is on the interface because of this address.</summary>
    public Prefix Network => new(Peer, PrefixLength);
}

/// <summary>A unicast route of table main; a multipath route is one of these for each of its next hops.</summary>
/// <param name="Gateway">Unspecified where the destination is on the interface itself. May be IPv6 for an IPv4 route (RFC 5549).</param>
/// <param name="Metric">Lower is preferred.</param>
/// <param name="Protocol">RTPROT_*: who put it there.</param>
public readonly record struct KernelRoute(Prefix Destination, Address Gateway, int Interface, uint Metric, byte Protocol);

/// <summary>What the kernel thinks of a neighbour, its NUD states told apart only as far as anybody here needs.</summary>
public enum NeighbourState : byte
{
    /// <summary>NUD_INCOMPLETE: asked for, no answer yet.</summary>
    Incomplete,

    /// <summary>NUD_REACHABLE, STALE, DELAY, PROBE, NOARP and PERMANENT: the MAC may be used.</summary>
    Resolved,

    /// <summary>NUD_FAILED: nobody answered.</summary>
    Failed,
}

/// <summary>An entry of the ARP or neighbour discovery cache.</summary>
/// <param name="Mac">Six octets as a big-endian number; 0 unless <paramref name="State"/> is Resolved.</param>
/// <param name="Managed">The kernel keeps it fresh by itself (NTF_MANAGED).</param>
public readonly record struct Neighbour(int Interface, Address Address, ulong Mac, NeighbourState State, bool Managed);
