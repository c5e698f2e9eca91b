using Router.Daemon.Kernel;
using Router.Ports.Linux.Netlink;
using Router.Wire;
using static Router.Ports.Linux.Netlink.LinuxFibRules;
using static Router.Ports.Linux.Netlink.LinuxIfAddr;
using static Router.Ports.Linux.Netlink.LinuxIfLink;
using static Router.Ports.Linux.Netlink.LinuxNetlink;
using static Router.Ports.Linux.Netlink.LinuxNeighbour;
using static Router.Ports.Linux.Netlink.LinuxRtnetlink;

namespace Router.Daemon.Plumbing;

/// <summary>
/// What the plumbing asks of rtnetlink, counted. A refusal is an exception with a sentence, except for what had happened before (EEXIST,
/// ENOENT and ESRCH say that the state is as wanted) and an interface that went meanwhile (ENODEV): the next apply sees to it.
/// </summary>
internal sealed class KernelOrders(Rtnetlink kernel)
{
    private const int EPERM = 1, ENOENT = 2, ESRCH = 3, EEXIST = 17, ENODEV = 19, EINVAL = 22, ENETDOWN = 100;

    /// <summary>How many orders were carried out.</summary>
    public int Changes { get; private set; }

    public HashSet<PolicyRule> ReadRules(byte family)
    {
        var rules = new HashSet<PolicyRule>();
        var request = new NetlinkRequest(RTM_GETRULE, NLM_F_DUMP).Body(new fib_rule_hdr { family = family });
        kernel.Dump(request, rules.Clear, (in NetlinkMessage message) =>
        {
            if (PolicyRule.TryRead(message, out PolicyRule rule)) rules.Add(rule);
        });
        return rules;
    }

    /// <summary>Our own routes, by their protocol number.</summary>
    public HashSet<TableRoute> ReadRoutes(byte family)
    {
        var routes = new HashSet<TableRoute>();
        var request = new NetlinkRequest(RTM_GETROUTE, NLM_F_DUMP).Body(new rtmsg { rtm_family = family, rtm_protocol = Numbers.Protocol });
        kernel.Dump(request, routes.Clear, (in NetlinkMessage message) =>
        {
            if (TableRoute.TryRead(message, out TableRoute route)) routes.Add(route);
        });
        return routes;
    }

    public void Rule(PolicyRule rule, bool add) => Give(rule.Request(add), add ? "add a routing rule" : "remove a routing rule");

    public void Route(TableRoute route, bool add) => Give(route.Request(add), add ? "add a route" : "remove a route");

    public void SetGroup(int index, uint group) =>
        Give(Link(RTM_NEWLINK, index).Attribute(IFLA_GROUP, group), "set an interface's group");

    public void DeleteLink(int index) => Give(Link(RTM_DELLINK, index), "delete a TUN device");

    /// <summary>
    /// Makes a TUN device ours and brings it up. It has no hardware, so neither multicast nor a link-local address is of use: both would
    /// only send us chatter of the kernel's own.
    /// </summary>
    public void PrepareTun(int index, int mtu, string alias)
    {
        NetlinkRequest request = new NetlinkRequest(RTM_NEWLINK, NLM_F_ACK)
            .Body(new ifinfomsg { ifi_index = index, ifi_flags = IFF_UP, ifi_change = IFF_UP | IFF_MULTICAST })
            .Attribute(IFLA_MTU, (uint)mtu).Attribute(IFLA_TXQLEN, Numbers.TunQueueLength)
            .Attribute(IFLA_GROUP, Numbers.TunGroup).Attribute(IFLA_IFALIAS, alias);
        if (KernelTables.Ipv6Exists)
        {
            request.Nest(IFLA_AF_SPEC, specs => specs.Nest(KernelMessages.AF_INET6,
                six => six.Attribute(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE)));
        }
        Give(request, "set up a TUN device");
    }

    public void AddAddress(int index, Address address)
    {
        var body = new ifaddrmsg
        {
            ifa_family = KernelMessages.AF_INET, ifa_prefixlen = 32, ifa_scope = RT_SCOPE_UNIVERSE, ifa_index = (uint)index,
        };
        var request = new NetlinkRequest(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL).Body(body);
        Give(request.Attribute(IFA_LOCAL, address).Attribute(IFA_ADDRESS, address), "add the box's own address to rt-host");
    }

    /// <summary>Has the kernel keep a neighbour's MAC fresh from now on (NTF_MANAGED, Linux 5.16).</summary>
    public void Manage(int index, Address neighbour)
    {
        NetlinkRequest request = Neighbour(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, index, neighbour, 0);
        Give(request.Attribute(NDA_FLAGS_EXT, NTF_EXT_MANAGED), "keep a gateway's MAC fresh");
    }

    /// <summary>Has the kernel look for a neighbour now.</summary>
    public void Resolve(int index, Address neighbour) =>
        Give(Neighbour(RTM_NEWNEIGH, NLM_F_CREATE, index, neighbour, NTF_USE), "look for a neighbour");

    /// <summary>Has the kernel ask for a neighbour whose MAC it believes to know, and go on using that MAC until another is answered.</summary>
    public void Verify(int index, Address neighbour)
    {
        // EINVAL: the MAC has gone since, and it is being looked for.
        Give(Neighbour(RTM_NEWNEIGH, NLM_F_REPLACE, index, neighbour, 0, NUD_PROBE), "ask for a gateway's MAC", but: EINVAL);
        // An order that says NTF_MANAGED changes no state, and one that does not ends it.
        Manage(index, neighbour);
    }

    public void Forget(int index, Address neighbour) => Give(Neighbour(RTM_DELNEIGH, 0, index, neighbour, 0), "forget a neighbour");

    private static NetlinkRequest Link(ushort type, int index) =>
        new NetlinkRequest(type, NLM_F_ACK).Body(new ifinfomsg { ifi_index = index });

    private static NetlinkRequest Neighbour(ushort type, ushort flags, int index, Address address, byte neighbourFlags, ushort state = NUD_NONE)
    {
        byte family = address.IsV4 ? KernelMessages.AF_INET : KernelMessages.AF_INET6;
        var body = new ndmsg { ndm_family = family, ndm_ifindex = index, ndm_state = state, ndm_flags = neighbourFlags };
        return new NetlinkRequest(type, (ushort)(flags | NLM_F_ACK)).Body(body).Attribute(NDA_DST, address);
    }

    private void Give(NetlinkRequest request, string what, int but = 0)
    {
        int error = kernel.Order(request);
        if (error is EEXIST or ENOENT or ESRCH or ENODEV or ENETDOWN || (error != 0 && error == but)) return;
        if (error == EPERM) throw new PlumbingException($"routerd may not {what}: start it as root or give it CAP_NET_ADMIN");
        if (error != 0)
        {
            string words = kernel.LastRefusal.Length > 0 ? kernel.LastRefusal : System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error);
            throw new PlumbingException($"the kernel refuses to {what}: {words}");
        }
        Changes++;
    }
}
