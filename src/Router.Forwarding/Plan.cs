using System.Collections.Frozen;
using Router.Forwarding.Flows;
using Router.Forwarding.Identities;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Forwarding;

/// <summary>
/// Everything the path reads that it does not own, at one moment: the policy, and what the kernel and the probes say of links and
/// zones. Immutable. The control part builds a new one on each change and publishes it with one write; the forwarding thread takes
/// it up between two batches, so that rules, links and addresses change in one step.
///
/// The epoch grows with each plan. A flow remembers the epoch under which it was last looked at, and one comparison a packet tells
/// whether it must be looked at again (<see cref="Flows.Flow.Epoch"/>). Only who is behind which address may change without a new epoch
/// (<see cref="With(Roster)"/>).
/// </summary>
public sealed class Plan
{
    private readonly LinkState?[] _links = new LinkState?[PortId.Most + 1];
    private readonly ZoneState?[] _zones = new ZoneState?[PortId.Most + 1];
    private readonly LinkPolicy?[] _linkPolicies = new LinkPolicy?[PortId.Most + 1];
    private readonly FrozenDictionary<Address, ulong> _own;
    private readonly (Prefix Network, PortId Zone)[] _behind;
    private readonly ServiceMatch[] _served;
    private readonly FrozenSet<Address> _probed;
    private readonly LinkPolicy[] _weighed;
    private readonly ulong _able4, _able6;

    public Plan(uint epoch, Policy policy, IEnumerable<LinkState> links, IEnumerable<ZoneState> zones,
        IEnumerable<KeyValuePair<(PortId Link, Address Neighbour), ulong>>? neighbours = null, IEnumerable<Address>? probed = null)
    {
        Epoch = epoch;
        Policy = policy;
        var own = new Dictionary<Address, ulong>();
        foreach (LinkState link in links)
        {
            _links[link.Id.Value] = link;
            LinkPorts |= link.Id.Bit;
            if (link.Queues) QueueingLinks |= link.Id.Bit;
            if (link is { Health: not LinkHealth.Degraded, Volume: LinkVolume.Ample }) HealthyLinks |= link.Id.Bit;
            bool isAble = link is { Usable: true, Volume: not LinkVolume.Spent };
            if (!link.Outside(v4: true).IsUnspecified) _able4 |= isAble ? link.Id.Bit : 0;
            if (Carries6(policy, link)) _able6 |= isAble ? link.Id.Bit : 0;
            foreach (Address address in link.Addresses) own[address] = own.GetValueOrDefault(address) | link.Id.Bit | PortId.Host.Bit;
        }
        foreach (ZoneState zone in zones)
        {
            _zones[zone.Id.Value] = zone;
            foreach (Address address in zone.Addresses) own[address] = own.GetValueOrDefault(address) | PortId.Host.Bit;
        }
        foreach (LinkPolicy link in policy.Links) _linkPolicies[link.Id.Value] = link;
        _weighed = Array.ConvertAll(policy.Links, link => link.Weight > 0 && Link(link.Id) is { Capacity: > 0 } state ? link with { Weight = state.Capacity } : link);
        foreach (LinkPolicy link in _weighed) SharingLinks |= link.Weight > 0 ? link.Id.Bit : 0;
        foreach (PortId link in policy.Order) OrderedLinks |= link.Bit;
        _own = own.ToFrozenDictionary();
        _behind = [.. _zones.OfType<ZoneState>()
            .SelectMany(zone => zone.Networks.Select(network => (network, zone.Id)))
            .OrderByDescending(entry => entry.network.IsV4 ? entry.network.Length + 96 : entry.network.Length)];
        _served = [.. policy.Rules.Where(IsServedHere).SelectMany(rule => rule.Services)];
        Neighbours = (neighbours ?? []).ToFrozenDictionary();
        _probed = (probed ?? []).ToFrozenSet();
    }

    public uint Epoch { get; }

    public Policy Policy { get; }

    /// <summary>Who is behind which local address.</summary>
    public Roster Roster { get; private set; } = Roster.Empty;

    /// <summary>The same plan, of the same epoch, with others behind some addresses.</summary>
    public Plan With(Roster roster)
    {
        var plan = (Plan)MemberwiseClone();
        plan.Roster = roster;
        return plan;
    }

    /// <summary>Who is behind a local address, if that makes any difference.</summary>
    public Identity? Who(Address address) => Policy.AsksWho ? Roster.Of(address) : null;

    /// <summary>Every link that exists now.</summary>
    public ulong LinkPorts { get; }

    /// <summary>Links that are neither degraded nor short of volume; of those that are able, these go first.</summary>
    public ulong HealthyLinks { get; }

    /// <summary>Links that balancing may use.</summary>
    public ulong SharingLinks { get; }

    /// <summary>Links that packets wait for; new hosts avoid them while others are there.</summary>
    public ulong QueueingLinks { get; }

    /// <summary>The links as balancing weighs them now.</summary>
    public ReadOnlySpan<LinkPolicy> Weighed => _weighed;

    /// <summary>Links that failover may use.</summary>
    public ulong OrderedLinks { get; }

    /// <summary>MACs of hosts that are on a link's own networks, gateways aside.</summary>
    public FrozenDictionary<(PortId Link, Address Neighbour), ulong> Neighbours { get; }

    /// <summary>
    /// Links that may take new flows of a family: usable, with volume left, and with an address of it. One that has prefixes needs no
    /// address of its own, if there is a gateway.
    /// </summary>
    public ulong Able(bool v4) => v4 ? _able4 : _able6;

    /// <summary>Whether a host may be pinned to a link by hand: it is usable, and in IPv6 has an address for the host.</summary>
    public bool MayCarry(Address host, PortId id) =>
        (Able(host.IsV4) & id.Bit & (host.IsV4 ? ulong.MaxValue : Policy.Ipv6.TranslatorsOf(host))) != 0;

    public LinkState? Link(PortId id) => _links[id.Value];

    public ZoneState? Zone(PortId id) => _zones[id.Value];

    /// <summary>The largest IP packet that a port takes; the box itself takes any.</summary>
    public int MtuOf(PortId id) => Link(id)?.Mtu ?? Zone(id)?.Mtu ?? 65535;

    public ReadOnlySpan<LinkState?> Links => _links;

    public LinkPolicy? LinkPolicy(PortId id) => _linkPolicies[id.Value];

    public bool IsLink(PortId id) => (LinkPorts & id.Bit) != 0;

    /// <summary>Whether a port is a link that is to carry nothing more in this month.</summary>
    public bool IsSpent(PortId id) => Link(id) is { Volume: LinkVolume.Spent };

    /// <summary>Whether a port is a link that loses packets or is slow, beyond its limits.</summary>
    public bool IsDegraded(PortId id) => Link(id) is { Health: LinkHealth.Degraded };

    /// <summary>Whether the mode gives a link new flows that no rule sent to a link.</summary>
    public bool IsInUse(PortId id)
    {
        ulong able = (_able4 | _able6) & HealthyLinks;
        if (able == 0) able = _able4 | _able6;
        if (Policy.Mode == InternetMode.Balance) return (able & id.Bit) != 0 && LinkPolicy(id) is { Weight: > 0 };
        foreach (PortId first in Policy.Order)
        {
            if ((able & first.Bit) != 0 || Policy.Mode == InternetMode.Single) return first == id && (able & first.Bit) != 0;
        }
        return false;
    }

    /// <summary>The bits of an address of the box (the host's, and those of the links that carry it), or 0 for anybody else's.</summary>
    public ulong Own(Address address) => _own.GetValueOrDefault(address);

    /// <summary>The zone behind which an address lives: the longest prefix that holds it.</summary>
    public bool TryBehind(Address address, out PortId zone)
    {
        foreach ((Prefix network, PortId id) in _behind)
        {
            if (!network.Contains(address)) continue;
            zone = id;
            return true;
        }
        zone = default;
        return false;
    }

    /// <summary>
    /// The bit of the link on whose own network an address lies, or 0. Where two providers hand out the same network, neither is
    /// meant more than the other, and the mode decides.
    /// </summary>
    public ulong OnLink(Address address)
    {
        ulong found = 0;
        foreach (LinkState? link in _links)
        {
            foreach (Prefix subnet in link?.Subnets ?? [])
            {
                if (subnet.Contains(address)) found |= link!.Id.Bit;
            }
        }
        return (found & (found - 1)) == 0 ? found : 0;
    }

    /// <summary>Whether an address is one of ours that only the Internet knows: in a prefix that is routed here, and not on the link itself.</summary>
    public bool IsCounterpart(Address address) => !address.IsV4 && Policy.Ipv6.IsRoutedHere(address) && OnLink(address) == 0;

    /// <summary>The last address of a local or link network, which means all of its hosts (RFC 2644).</summary>
    public bool IsDirectedBroadcast(Address address)
    {
        if (!address.IsV4) return false;
        foreach ((Prefix network, _) in _behind)
        {
            if (IsBroadcastOf(network, address)) return true;
        }
        foreach (LinkState? link in _links)
        {
            foreach (Prefix subnet in link?.Subnets ?? [])
            {
                if (IsBroadcastOf(subnet, address)) return true;
            }
        }
        return false;
    }

    /// <summary>
    /// Whether this is one of the daemon's own probes: from a link's own address to an address that links are probed by. Probes pass
    /// whatever the rules say, else a rule list that forgets the box would make every link look dead.
    /// </summary>
    internal bool IsProbe(in FlowKey key) =>
        key.Ingress == PortId.Host && (Own(key.Source) & LinkPorts) != 0 && _probed.Contains(key.Destination)
        && (key.Protocol is (Protocol.Icmp or Protocol.Icmp6 or Protocol.Tcp) || (key.Protocol == Protocol.Udp && key.DestinationPort == 53));

    /// <summary>
    /// Whether the box itself, or a mapped server, answers on this port for the Internet. No inside host may be given it as its
    /// outside port, or it would catch what is meant for the service.
    /// </summary>
    public bool IsServed(byte protocol, ushort port)
    {
        foreach (ServiceMatch service in _served)
        {
            if (service.Matches(protocol, port)) return true;
        }
        return false;
    }

    private static bool Carries6(Policy policy, LinkState link) => !link.Outside(v4: false).IsUnspecified
        || (!link.Gateway6.IsUnspecified && policy.Ipv6.On(link.Id) == Ipv6Nat.Npt);

    private static bool IsBroadcastOf(Prefix network, Address address) => network.IsV4 && network.Length < 31 && network.Last == address;

    // A rule that opens every port serves none in particular.
    private static bool IsServedHere(Rule rule) =>
        rule is { Active: true, Action: RuleAction.Allow } && !rule.Destination.IsAny
        && (rule.Destination.Ports & PortId.Host.Bit) != 0 && rule.Services.All(service => service.Last - service.First < 1024);
}
