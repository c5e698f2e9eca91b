using Router.Daemon.Kernel;
using Router.Forwarding.Identities;
using Router.Wire;

namespace Router.Daemon.Plumbing;

/// <summary>
/// Makes the kernel hand us what passes between zones, links and the box, and puts everything back.
///
/// <see cref="Apply"/> reads what is there, compares it with the plan and changes only what differs: calling it again changes
/// nothing, after a crash it goes on where the last process stood, and after an interface came back it completes what was
/// missing. The order within it is such that no step opens anything: tables are filled before rules lead to them, table local is
/// there again before the old place loses it, the packet filter stands before the kernel may forward. <see cref="Teardown"/>
/// walks back, and needs no plan: what is ours is known by <see cref="Numbers"/> and by the <see cref="PlumbingMemory"/>.
///
/// TUN devices are made by whoever opens their queues; here they are set up once they exist. Everything is done on the calling
/// thread, in its network namespace; one thread at a time [C].
/// </summary>
public sealed class Plumber : IDisposable
{
    private static readonly byte[] Families = KernelTables.Ipv6Exists
        ? [KernelMessages.AF_INET, KernelMessages.AF_INET6]
        : [KernelMessages.AF_INET];

    private readonly Rtnetlink _kernel;
    private readonly KernelOrders _orders;
    private readonly PlumbingMemory _memory;
    private readonly KernelSettings _settings;
    private string _appliedScript = "";
    private UserSets _users = UserSets.None;
    private Dictionary<string, HashSet<Address>> _seated = [];

    /// <param name="runtimeDirectory">Where plumbing.state is kept, /run/routerd for the daemon; made if it is not there.</param>
    /// <exception cref="Ports.PortException">The kernel refuses a netlink socket.</exception>
    public Plumber(string runtimeDirectory)
    {
        _kernel = new Rtnetlink();
        _orders = new KernelOrders(_kernel);
        _memory = new PlumbingMemory(runtimeDirectory);
        _settings = new KernelSettings(_memory);
    }

    /// <summary>Makes the namespace look as planned.</summary>
    /// <exception cref="PlumbingException">Something was refused. What was done until then stays; applying again goes on.</exception>
    public PlumbingResult Apply(PlumbingPlan plan)
    {
        int before = _orders.Changes + _settings.Changes;
        KernelView view = KernelWatch.ReadOnce(_kernel);
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        Dictionary<string, KernelInterface> tuns = PrepareTuns(plan, view, missing);
        (string Interface, int Index)[] links = PrepareLinks(plan, view, missing);
        foreach (string name in plan.Zones.SelectMany(z => z.Interfaces).Where(n => view.Interface(n) is null)) missing.Add(name);
        foreach (byte family in Families) ApplyRouting(plan, family, tuns);
        int scripts = ApplyFilter(NftScript.Build(plan, links), plan);
        _settings.Forward("ipv4", "net/ipv4/ip_forward");
        _settings.Forward("ipv6", "net/ipv6/conf/all/forwarding");
        RaiseNeighbourLimits();
        ManageGateways(plan, view);
        // Devices of zones that an earlier plan had: whoever still reads one is told that it is gone. At the end, since this alone
        // cannot be taken back if something is refused.
        foreach (KernelInterface former in view.Interfaces)
        {
            if (IsOurTun(former) && !tuns.ContainsKey(former.Name)) _orders.DeleteLink(former.Index);
        }
        return new PlumbingResult([.. missing], _orders.Changes + _settings.Changes + scripts - before);
    }

    /// <summary>Leaves the namespace as it was before the first <see cref="Apply"/>, whichever process did that.</summary>
    /// <exception cref="PlumbingException">Something was refused; tearing down again goes on.</exception>
    public void Teardown()
    {
        KernelView view = KernelWatch.ReadOnce(_kernel);
        List<PlumbingException> refused = _settings.Restore();
        foreach (byte family in Families)
        {
            HashSet<PolicyRule> rules = _orders.ReadRules(family);
            if (!rules.Contains(PolicyRule.KernelLocal(family))) _orders.Rule(PolicyRule.KernelLocal(family), add: true);
            foreach (PolicyRule rule in rules.Where(r => r.Protocol == Numbers.Protocol)) _orders.Rule(rule, add: false);
            foreach (TableRoute route in _orders.ReadRoutes(family)) _orders.Route(route, add: false);
        }
        NftProgram.Apply(NftScript.Remove());
        (_appliedScript, _users, _seated) = ("", UserSets.None, []);
        foreach (KernelInterface tun in view.Interfaces.Where(IsOurTun)) _orders.DeleteLink(tun.Index);
        foreach (KernelInterface link in view.Interfaces.Where(i => i.Group == Numbers.LinkGroup))
        {
            _orders.SetGroup(link.Index, uint.TryParse(_memory.Find("group", link.Name), out uint group) ? group : 0);
        }
        foreach ((string _, string name, string gateway) in _memory.Entries.Where(e => e.Kind == "neighbour"))
        {
            if (view.Interface(name) is { } link && Address.TryParse(gateway, out Address address)) _orders.Forget(link.Index, address);
        }
        if (refused.Count > 0) throw new PlumbingException($"{refused.Count} kernel settings are not as they were, all else is; {refused[0].Message}", refused[0]);
        _memory.Clear();
    }

    /// <summary>Brings to the packet filter who is logged in where. Nothing where no rule for the box asks for that, or it asks for others.</summary>
    /// <exception cref="PlumbingException">nft refuses; the filter is as it was.</exception>
    public void Seat(Roster roster)
    {
        Dictionary<string, HashSet<Address>> members = _users.Members(roster);
        string change = UserSets.Change(_seated, members);
        if (change.Length == 0) return;
        NftProgram.Apply(change);
        _seated = members;
    }

    /// <summary>
    /// Has the kernel look for a neighbour's MAC; the answer comes by <see cref="KernelWatch"/>. Nothing if the interface is gone.
    /// </summary>
    public void Resolve(int interfaceIndex, Address neighbour) => _orders.Resolve(interfaceIndex, neighbour);

    /// <summary>Has the kernel ask whether a gateway still has the MAC that it had. Nothing if the interface is gone.</summary>
    public void Verify(int interfaceIndex, Address gateway) => _orders.Verify(interfaceIndex, gateway);

    public void Dispose() => _kernel.Dispose();

    /// <summary>Only what we have marked and what has our kind of name is ours.</summary>
    private static bool IsOurTun(KernelInterface found) =>
        found.Kind == "tun" && found.Group == Numbers.TunGroup && found.Name.StartsWith(Numbers.TunPrefix, StringComparison.Ordinal);

    private Dictionary<string, KernelInterface> PrepareTuns(PlumbingPlan plan, KernelView view, SortedSet<string> missing)
    {
        var tuns = new Dictionary<string, KernelInterface>();
        Prepare(Numbers.HostTun, plan.HostMtu, "routerd: the box itself");
        foreach (ZonePlan zone in plan.Zones) Prepare(zone.Tun, zone.Mtu, $"routerd: zone {zone.Name}");
        return tuns;

        void Prepare(string name, int mtu, string alias)
        {
            if (view.Interface(name) is not { } tun)
            {
                missing.Add(name);
                return;
            }
            if (tun.Kind != "tun")
                throw new PlumbingException($"the interface {name} is there and is no TUN device: rename it, or choose another name for the zone");
            _settings.SetOwn($"net/ipv4/conf/{name}/rp_filter", "0");
            _settings.SetOwn($"net/ipv4/conf/{name}/accept_local", "1");
            _settings.SetOwn($"net/ipv4/conf/{name}/accept_redirects", "0");
            _settings.SetOwn($"net/ipv6/conf/{name}/accept_ra", "0");
            if (!tun.Up || tun.Mtu != mtu || tun.Group != Numbers.TunGroup) _orders.PrepareTun(tun.Index, mtu, alias);
            Address own = Address.Parse(Numbers.HostAddress);
            if (name == Numbers.HostTun && !view.AddressesOf(tun.Index).Contains(own)) _orders.AddAddress(tun.Index, own);
            tuns.Add(name, tun);
        }
    }

    private (string Interface, int Index)[] PrepareLinks(PlumbingPlan plan, KernelView view, SortedSet<string> missing)
    {
        // The larger of all's and the interface's own value holds: with anything but 0 in all, our deliveries would be martians.
        _settings.Set("net/ipv4/conf/all/rp_filter", "0");
        var present = new List<(string, int)>();
        foreach (string name in plan.Links.Select(l => l.Interface).Distinct())
        {
            if (view.Interface(name) is not { } link)
            {
                missing.Add(name);
                continue;
            }
            // With a check, ARP questions from the provider would go unanswered, as the box's own route to it leads to rt-host.
            _settings.Set($"net/ipv4/conf/{name}/rp_filter", "0");
            AskAloud(name);
            // 1 means "unless this is a router"; where an administrator wrote 0, somebody else handles advertisements.
            if (KernelSettings.Read($"net/ipv6/conf/{name}/accept_ra") == "1") _settings.Set($"net/ipv6/conf/{name}/accept_ra", "2");
            if (link.Group != Numbers.LinkGroup)
            {
                _memory.Note("group", name, link.Group.ToString(System.Globalization.CultureInfo.InvariantCulture));
                _orders.SetGroup(link.Index, Numbers.LinkGroup);
            }
            present.Add((name, link.Index));
        }
        ReleaseLinks(plan, view);
        return [.. present];
    }

    // Whether a neighbour still has its MAC the kernel asks that MAC only, for half a minute. A gateway that was exchanged would not hear it,
    // so everybody is asked, the answer counts however short ago the kernel asked (`locktime`), and it asks often enough that a lossy
    // link does not lose its gateway.
    private void AskAloud(string link)
    {
        foreach (string family in (ReadOnlySpan<string>)["ipv4", "ipv6"])
        {
            _settings.Set($"net/{family}/neigh/{link}/ucast_solicit", "0");
            _settings.Set($"net/{family}/neigh/{link}/mcast_resolicit", "10");
        }
        _settings.Set($"net/ipv4/neigh/{link}/locktime", "0");
    }

    /// <summary>
    /// The kernel keeps 1,024 neighbours unless told otherwise, for all namespaces together: fewer than a hotel's hosts, and what is
    /// beyond loses its packets. The first limit must stay the lowest, so the last is raised first.
    /// </summary>
    private void RaiseNeighbourLimits()
    {
        foreach (string family in (string[])["ipv4", "ipv6"])
        {
            _settings.Raise($"net/{family}/neigh/default/gc_thresh3", Numbers.MostNeighbours);
            _settings.Raise($"net/{family}/neigh/default/gc_thresh2", Numbers.MostNeighbours / 2);
            _settings.Raise($"net/{family}/neigh/default/gc_thresh1", Numbers.MostNeighbours / 4);
        }
    }

    /// <summary>Interfaces that were links in an earlier plan and are none now.</summary>
    private void ReleaseLinks(PlumbingPlan plan, KernelView view)
    {
        foreach (KernelInterface former in view.Interfaces)
        {
            if (former.Group != Numbers.LinkGroup || plan.Links.Any(l => l.Interface == former.Name)) continue;
            string before = _memory.Find("group", former.Name) ?? "0";
            _orders.SetGroup(former.Index, uint.TryParse(before, out uint group) ? group : 0);
        }
    }

    private void ApplyRouting(PlumbingPlan plan, byte family, Dictionary<string, KernelInterface> tuns)
    {
        HashSet<TableRoute> routes = _orders.ReadRoutes(family), wantedRoutes = DesiredRouting.Routes(plan, family, tuns);
        foreach (TableRoute route in wantedRoutes.Except(routes).OrderByDescending(r => r.Metric)) _orders.Route(route, add: true);

        HashSet<PolicyRule> rules = _orders.ReadRules(family), wanted = DesiredRouting.Rules(plan, family);
        PolicyRule local = DesiredRouting.Local(family);
        // Local first; then from the last preference to the first, so that the closing rules stand before those that open.
        foreach (PolicyRule rule in wanted.Except(rules).OrderByDescending(r => r == local).ThenByDescending(r => r.Preference))
        {
            _orders.Rule(rule, add: true);
        }
        foreach (PolicyRule rule in rules.Except(wanted).Where(r => r.Protocol == Numbers.Protocol)) _orders.Rule(rule, add: false);
        if (rules.Contains(PolicyRule.KernelLocal(family))) _orders.Rule(PolicyRule.KernelLocal(family), add: false);

        foreach (TableRoute route in routes.Except(wantedRoutes)) _orders.Route(route, add: false);
    }

    /// <summary>A script that this process has applied is not applied again: our tables are nobody else's to change.</summary>
    private int ApplyFilter(string script, PlumbingPlan plan)
    {
        if (script == _appliedScript)
        {
            Seat(plan.Roster);
            return 0;
        }
        var users = new UserSets(plan.Input);
        Dictionary<string, HashSet<Address>> members = users.Members(plan.Roster);
        NftProgram.Apply(script + UserSets.Change([], members));
        (_appliedScript, _users, _seated) = (script, users, members);
        return 1;
    }

    private void ManageGateways(PlumbingPlan plan, KernelView view)
    {
        var wanted = new HashSet<(string, string)>();
        foreach (LinkPlan link in plan.Links)
        {
            if (view.Interface(link.Interface) is not { Up: true, Ethernet: true } found) continue;
            foreach (Address gateway in link.Gateways.Where(g => !g.IsUnspecified))
            {
                wanted.Add((link.Interface, gateway.ToString()));
                if (view.Neighbour(found.Index, gateway) is { Managed: true }) continue;
                _memory.Note("neighbour", link.Interface, gateway.ToString());
                _orders.Manage(found.Index, gateway);
            }
        }
        foreach ((string kind, string name, string gateway) in _memory.Entries.ToList())
        {
            if (kind != "neighbour" || wanted.Contains((name, gateway))) continue;
            if (view.Interface(name) is { } former && Address.TryParse(gateway, out Address address)) _orders.Forget(former.Index, address);
            _memory.Forget("neighbour", name, gateway);
        }
    }
}
