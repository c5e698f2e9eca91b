// The lab's little world, all in network namespaces whose names begin with one prefix:
//
//     host1 host2 host3                 guest
//        \    |    /                      |
//         [ bridge ]                      |
//             |lan0                       |guest0
//     +-------+---------------------------+-------+
//     |                  router                   |   the namespace under examination
//     +-------+---------------+---------------+---+
//             |wan0           |wan1           |wan2
//            isp0            isp1            isp2      each checks the source of what its customer sends (BCP 38)
//               \             |             /
//                +--------- internet ------+           servers see the address that a client got on its way
//
// A shim may stand in any of the wires wan0..wan2. Interfaces: eth0 in hosts, `cust` and `core` in a provider, isp0..isp2
// in the Internet. The router namespace has addresses, default routes of rising metric (as DHCP would leave them) and
// forwarding; nothing of a router besides: that is what a Routers/ member adds.

using System.Globalization;
using System.Diagnostics;

using Router.Lab.Kernel;
using Router.Lab.Wires;

namespace Router.Lab.Bed;

internal sealed class Topology : IDisposable
{
    private static int _count;

    private readonly List<NetworkNamespace> _all = [];
    private readonly Dictionary<int, Shim> _shims = [];
    private readonly string _prefix;

    private Topology(BedOptions options)
    {
        Options = options;
        _prefix = $"rt{Environment.ProcessId}-{Interlocked.Increment(ref _count)}-";
        Directory = System.IO.Directory.CreateTempSubdirectory(_prefix).FullName;
        Router = Add("router");
        Internet = Add("internet");
        Guest = Add("guest");
        Hosts = [.. Enumerable.Range(0, options.Hosts).Select(i => Add($"host{i + 1}"))];
        Providers = [.. Enumerable.Range(0, options.Providers).Select(i => Add($"isp{i}"))];
    }

    public BedOptions Options { get; }

    /// <summary>A place for files of this lab, removed with it.</summary>
    public string Directory { get; }

    public NetworkNamespace Router { get; }

    public NetworkNamespace Internet { get; }

    public NetworkNamespace Guest { get; }

    public IReadOnlyList<NetworkNamespace> Hosts { get; }

    public IReadOnlyList<NetworkNamespace> Providers { get; }

    public IEnumerable<NetworkNamespace> Namespaces => _all;

    public static Topology Raise(BedOptions? options = null)
    {
        Remains.Sweep();
        MakeRoomForNeighbours();
        var bed = new Topology(options ?? new BedOptions());
        try
        {
            bed.Build();
            return bed;
        }
        catch
        {
            bed.Dispose();
            throw;
        }
    }

    /// <summary>
    /// All namespaces share one neighbour table, whose limits only the first namespace shows: a thousand hosts behind a router do not
    /// fit in its default of 1,024. On a real box routerd sees to it.
    /// </summary>
    private static void MakeRoomForNeighbours()
    {
        foreach ((string limit, int least) in (ReadOnlySpan<(string, int)>)[("gc_thresh3", 16384), ("gc_thresh2", 8192), ("gc_thresh1", 4096)])
        {
            string file = $"/proc/sys/net/ipv4/neigh/default/{limit}";
            if (File.Exists(file) && int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) < least) File.WriteAllText(file, $"{least}");
        }
    }

    /// <summary>The shim in the wire of a link; the lab must have been raised with it.</summary>
    public Shim Shim(int link) => _shims.TryGetValue(link, out Shim? shim) ? shim : throw new LabException($"no shim in the wire of wan{link}");

    /// <summary>Takes the other end of a link's cable out, or puts it back.</summary>
    public void SetCarrier(int link, bool on)
    {
        NetworkNamespace there = _shims.TryGetValue(link, out Shim? shim) ? shim.Namespace : Providers[link];
        string port = shim is null ? "cust" : Wires.Shim.RouterSide;
        Command.Run("ip", ["-n", there.Name, "link", "set", port, on ? "up" : "down"]).OrThrow();
        if (on && shim is null) RestoreProvider(link);
    }

    /// <summary>Takes a link's interface away, as a USB modem that is pulled.</summary>
    public void RemoveLink(int link) => Ip("router", $"link delete wan{link}");

    /// <summary>Makes a link's interface anew, with another number and another MAC. It must have no shim.</summary>
    public void RestoreLink(int link)
    {
        Command.IpBatch([$"link add wan{link} netns {Router.Name} type veth peer name cust netns {Providers[link].Name}"]);
        SetUpLink(link);
    }

    /// <summary>Makes guest0 and what hangs on it, also after guest0 was deleted.</summary>
    public void RestoreGuest()
    {
        Command.IpBatch([$"link add guest0 netns {Router.Name} type veth peer name eth0 netns {Guest.Name}"]);
        Ip("router", "link set guest0 up", $"addr add {Plan.GuestRouter}/24 dev guest0");
        Ip("guest", "link set lo up", "link set eth0 up", $"addr add {Plan.GuestHost}/24 dev eth0", $"route add default via {Plan.GuestRouter}");
    }

    public void Dispose()
    {
        foreach (Shim shim in _shims.Values) shim.Dispose();
        foreach (NetworkNamespace space in Enumerable.Reverse(_all)) space.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private void Build()
    {
        foreach (NetworkNamespace space in _all) Quieten(space);
        BuildLan();
        foreach (int link in Enumerable.Range(0, Options.Providers)) BuildLink(link);
        BuildInternet();
        SwitchForwarding();
        if (!Options.Offloads) DropOffloads();
        WaitUntilWired();
    }

    /// <summary>Addresses are usable at once, nothing is asked of routers, and sources are checked only where we say so.</summary>
    private static void Quieten(NetworkNamespace space) => space.Sysctl(
        "ipv6/conf/default/accept_dad=0", "ipv6/conf/default/dad_transmits=0", "ipv6/conf/default/router_solicitations=0",
        "ipv6/conf/default/accept_ra=0", "ipv4/conf/all/rp_filter=0", "ipv4/conf/default/rp_filter=0", "ipv4/ping_group_range=0 2147483647");

    private void BuildLan()
    {
        var lines = new List<string>();
        string routerPeer = Hosts[0].Name, routerPort = "eth0";
        if (Options.Bridge)
        {
            NetworkNamespace bridge = Add("switch");
            Quieten(bridge);
            (routerPeer, routerPort) = (bridge.Name, "router");
            lines.Add($"link add br0 netns {bridge.Name} type bridge stp_state 0 mcast_snooping 0");
            for (int i = 0; i < Hosts.Count; i++)
                lines.Add($"link add eth0 netns {Hosts[i].Name} type veth peer name host{i + 1} netns {bridge.Name}");
        }
        lines.Add($"link add lan0 netns {Router.Name} type veth peer name {routerPort} netns {routerPeer}");
        Command.IpBatch(lines);
        if (Options.Bridge) Ip("switch", [.. BridgePorts()]);
        Ip("router", "link set lo up", "link set lan0 up", $"addr add {Plan.LanRouter}/{Plan.LanPrefixLength} dev lan0",
            $"addr add {Plan.LanRouter6}/64 dev lan0 nodad");
        for (int i = 0; i < Hosts.Count; i++)
        {
            Ip($"host{i + 1}", "link set lo up", "link set eth0 up", $"addr add {Plan.LanHost(i)}/{Plan.LanPrefixLength} dev eth0",
                $"addr add {Plan.LanHost6(i)}/64 dev eth0 nodad", $"route add default via {Plan.LanRouter}", $"route add default via {Plan.LanRouter6}");
        }
        Ip("host1", $"route add local {Plan.Crowd} dev lo");
        RestoreGuest();
    }

    private IEnumerable<string> BridgePorts()
    {
        foreach (string port in Hosts.Select((_, i) => $"host{i + 1}").Append("router"))
        {
            yield return $"link set {port} master br0";
            yield return $"link set {port} up";
        }
        yield return "link set br0 up";
    }

    private void BuildLink(int link)
    {
        string isp = Providers[link].Name, wan = $"wan{link}";
        if (Options.Shimmed.Contains(link))
        {
            NetworkNamespace middle = Add($"shim{link}");
            Quieten(middle);
            Command.IpBatch([
                $"link add {wan} netns {Router.Name} type veth peer name {Wires.Shim.RouterSide} netns {middle.Name}",
                $"link add cust netns {isp} type veth peer name {Wires.Shim.ProviderSide} netns {middle.Name}"]);
            DropOffloads(Router, wan); // a frame is to be a packet, with its whole checksum
            DropOffloads(Providers[link], "cust");
            _shims.Add(link, Wires.Shim.Start(middle));
        }
        else
        {
            Command.IpBatch([$"link add {wan} netns {Router.Name} type veth peer name cust netns {isp}"]);
        }
        Command.IpBatch([$"link add core netns {isp} type veth peer name isp{link} netns {Internet.Name}"]);
        Ip($"isp{link}", "link set lo up", "link set core up", $"addr add {Transit(link, 2)}/30 dev core", $"addr add {Transit6(link, 2)}/64 dev core nodad",
            $"route add default via {Transit(link, 1)}", $"route add default via {Transit6(link, 1)}");
        SetUpLink(link);
    }

    // Both ends of the cable between router and provider.
    private void SetUpLink(int link)
    {
        string wan = $"wan{link}";
        int mtu = Options.LinkMtu.GetValueOrDefault(link, 1500);
        Ip($"isp{link}", $"link set cust mtu {mtu} up", $"addr add {Plan.Gateway(link)}/24 dev cust", $"addr add {Plan.Gateway6(link)}/64 dev cust nodad");
        Ip("router", $"link set {wan} mtu {mtu} up", $"addr add {Plan.LinkAddress(link)}/24 dev {wan}", $"addr add {Plan.LinkAddress6(link)}/64 dev {wan} nodad",
            $"route add default via {Plan.Gateway(link)} dev {wan} metric {100 + link}", $"route add default via {Plan.Gateway6(link)} dev {wan} metric {100 + link}");
        RestoreProvider(link);
        Providers[link].Sysctl("ipv4/conf/cust/rp_filter=1", "ipv6/conf/cust/keep_addr_on_down=1");
    }

    /// <summary>A port that was down has lost its IPv6 routes; they can be made again once the port is seen to have carrier.</summary>
    private void RestoreProvider(int link)
    {
        string isp = Providers[link].Name;
        Wait.Until(() => Command.Run("ip", ["-n", isp, "-6", "route", "replace", $"{Plan.LinkNetwork6(link)}/64", "dev", "cust"]).Succeeded,
            TimeSpan.FromSeconds(5), () => $"{isp} has no route to its customer");
        if (link == 0) Ip("isp0", $"route replace 2001:db8:51:100::/56 via {Plan.LinkAddress6(0)}");
    }

    private void BuildInternet()
    {
        var lines = new List<string> { "link set lo up" };
        lines.AddRange(Plan.Servers.Append(Plan.NameServer).Select(address => $"addr add {address}/32 dev lo"));
        lines.Add($"addr add {Plan.Server6}/128 dev lo nodad");
        for (int i = 0; i < Providers.Count; i++)
        {
            lines.Add($"link set isp{i} up");
            lines.Add($"addr add {Transit(i, 1)}/30 dev isp{i}");
            lines.Add($"addr add {Transit6(i, 1)}/64 dev isp{i} nodad");
            lines.Add($"route add {Plan.LinkNetwork(i)}0/24 via {Transit(i, 2)}");
            lines.Add($"route add {Plan.LinkNetwork6(i)}/64 via {Transit6(i, 2)}");
            if (i == 0) lines.Add($"route add 2001:db8:51:100::/56 via {Transit6(0, 2)}");
        }
        Ip("internet", [.. lines]);
    }

    private void SwitchForwarding()
    {
        foreach (NetworkNamespace space in Providers.Append(Router)) space.Sysctl("ipv4/ip_forward=1", "ipv6/conf/all/forwarding=1");
    }

    private void DropOffloads()
    {
        foreach (NetworkNamespace space in _all)
        {
            string[] ports = space.On(() => System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces()
                .Select(port => port.Name).Where(name => name is not ("lo" or "br0")).ToArray());
            foreach (string port in ports) DropOffloads(space, port);
        }
    }

    private static void DropOffloads(NetworkNamespace space, string port) =>
        space.Run("ethtool", "-K", port, "tx", "off", "tso", "off", "gso", "off", "gro", "off").OrThrow();

    /// <summary>Bridge ports forward and links answer only some milliseconds after "up": the lab is ready when its wires answer.</summary>
    private void WaitUntilWired()
    {
        foreach (NetworkNamespace host in Hosts) Answers(host, Plan.LanRouter);
        Answers(Guest, Plan.GuestRouter);
        for (int i = 0; i < Providers.Count; i++) Answers(Router, Plan.Gateway(i));
    }

    private static void Answers(NetworkNamespace from, System.Net.IPAddress address) => Wait.Until(
        () => from.Run("ping", "-n", "-q", "-c1", "-W1", address.ToString()).Succeeded, TimeSpan.FromSeconds(10), () => $"{from.Name} cannot reach {address}");

    private static string Transit(int link, int end) => $"198.18.255.{(4 * link) + end}";

    private static string Transit6(int link, int end) => $"2001:db8:ff:{link}::{end}";

    private void Ip(string space, params string[] lines)
    {
        Outcome outcome = Command.Run("ip", ["-n", _prefix + space, "-batch", "-"], string.Join('\n', lines) + "\n");
        if (!outcome.Succeeded) throw new LabException($"{outcome}\n{string.Join('\n', lines)}");
    }

    private NetworkNamespace Add(string name)
    {
        NetworkNamespace space = NetworkNamespace.Create(_prefix + name);
        _all.Add(space);
        return space;
    }
}
