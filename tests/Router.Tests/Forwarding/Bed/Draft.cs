using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Limits;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Forwarding.Web;
using Router.Wire;

namespace Router.Tests.Forwarding.Bed;

/// <summary>
/// What plans are made from, written by hand where the daemon would ask the kernel. As it stands: two zones, two links with known
/// gateways, failover from the first link to the second, and one rule that lets everybody out.
/// <code>
///   trusted  192.168.10.0/24 fd00:10::/64, we are .1        one  198.51.100.2/24 2001:db8:1::2/64, gateway .1
///   guest    192.168.20.0/24 fd00:20::/64, we are .1        two  203.0.113.2/24  2001:db8:2::2/64, gateway .1
/// </code>
/// </summary>
internal sealed class Draft
{
    public static readonly PortId Trusted = new(1), Guest = new(2), One = new(3), Two = new(4);

    public static readonly ulong Zones = Trusted.Bit | Guest.Bit | PortId.Host.Bit;

    private Policy? _policy;
    private uint _epoch;

    public List<Rule> Rules { get; } = [Out()];

    public Rule Last { get; set; } = new() { Name = "last", Action = RuleAction.Drop };

    public InternetMode Mode { get; set; } = InternetMode.Failover;

    public PortId[] Order { get; set; } = [One, Two];

    public int WeightOne { get; set; } = 1;

    public int WeightTwo { get; set; } = 1;

    public FlowTimeouts Timeouts { get; set; } = new();

    public long DrainTime { get; set; } = 300 * PathBed.Second;

    public bool PicksUpTcp { get; set; }

    public HostLimits Limits { get; set; } = HostLimits.None;

    public WebPolicy Web { get; set; } = WebPolicy.None;

    public Gate Gate { get; set; } = Gate.Open;

    /// <summary>Of link one.</summary>
    public bool RefusesPrivate { get; set; }

    /// <summary>What each link does with IPv6: translates a prefix, or to its own address, or neither.</summary>
    public PrefixTranslation? PrefixesOne { get; set; }

    public PrefixTranslation? PrefixesTwo { get; set; }

    public bool Napt { get; set; }

    public ushort Generation { get; set; } = 1;

    public LinkState LinkOne { get; set; } = Link(One, "198.51.100", "2001:db8:1", 0x020000000101);

    public LinkState LinkTwo { get; set; } = Link(Two, "203.0.113", "2001:db8:2", 0x020000000201);

    /// <summary>Whether link one is configured.</summary>
    public bool HasLinkOne { get; set; } = true;

    public ZoneState TrustedZone { get; set; } = Zone(Trusted, "192.168.10", "fd00:10");

    public ZoneState GuestZone { get; set; } = Zone(Guest, "192.168.20", "fd00:20");

    public Dictionary<(PortId Link, Address Neighbour), ulong> Neighbours { get; } = [];

    /// <summary>Whom links are probed by.</summary>
    public List<Address> Probed { get; } = [];

    /// <summary>A rule for everything from the zones and the box to the Internet.</summary>
    public static Rule Out(string name = "out") => new()
    {
        Name = name, Source = From(Zones), Destination = From(PortId.InternetBit), Action = RuleAction.Allow,
    };

    public static Selector From(ulong ports) => new(ports, []);

    public static Selector From(string network)
    {
        Assert.True(Prefix.TryParse(network, out Prefix prefix));
        return new Selector(0, [new AddressRange(prefix.First, prefix.Last)]);
    }

    /// <summary>Puts a rule in front of all others.</summary>
    public Draft First(Rule rule)
    {
        Rules.Insert(0, rule);
        return this;
    }

    /// <summary>A plan of what is drafted now. Rules, mode and weights are taken up only with <paramref name="newPolicy"/>.</summary>
    public Plan Make(bool newPolicy)
    {
        if (_policy is not null && newPolicy) Generation++;
        if (_policy is null || newPolicy)
        {
            _policy = new Policy
            {
                Generation = Generation, Rules = [.. Rules, Last], Mode = Mode, Order = [.. Order.Where(IsConfigured)], Timeouts = Timeouts, DrainTime = DrainTime, PicksUpTcp = PicksUpTcp, Limits = Limits, Gate = Gate, Web = Web,
                Links = [.. new[] { Translating(new LinkPolicy(One, "one", "wan0", WeightOne, false, RefusesPrivate), PrefixesOne), Translating(new LinkPolicy(Two, "two", "wan1", WeightTwo, false), PrefixesTwo) }.Where(link => IsConfigured(link.Id))],
                Zones = [new ZonePolicy(Trusted, "trusted", ["lan0"], true), new ZonePolicy(Guest, "guest", ["guest0"], false)],
            };
        }
        return new Plan(++_epoch, _policy, new[] { LinkOne, LinkTwo }.Where(link => IsConfigured(link.Id)), [TrustedZone, GuestZone], Neighbours, Probed);
    }

    private bool IsConfigured(PortId link) => HasLinkOne || link != One;

    private LinkPolicy Translating(LinkPolicy link, PrefixTranslation? prefixes) =>
        link with { Prefixes = prefixes, Ipv6 = Napt ? Ipv6Nat.Napt : prefixes is null ? Ipv6Nat.Off : Ipv6Nat.Npt };

    private static LinkState Link(PortId id, string net4, string net6, ulong mac) => new()
    {
        Id = id, Usable = true, Health = LinkHealth.Up, Mtu = 1500,
        Addresses = [Address.Parse(net4 + ".2"), Address.Parse(net6 + "::2")],
        Subnets = [new Prefix(Address.Parse(net4 + ".0"), 24), new Prefix(Address.Parse(net6 + "::"), 64)],
        Gateway4 = Address.Parse(net4 + ".1"), Gateway6 = Address.Parse(net6 + "::1"), GatewayMac4 = mac, GatewayMac6 = mac + 1,
    };

    private static ZoneState Zone(PortId id, string net4, string net6) => new()
    {
        Id = id, Mtu = 1500,
        Addresses = [Address.Parse(net4 + ".1"), Address.Parse(net6 + "::1")],
        Networks = [new Prefix(Address.Parse(net4 + ".0"), 24), new Prefix(Address.Parse(net6 + "::"), 64)],
    };
}
