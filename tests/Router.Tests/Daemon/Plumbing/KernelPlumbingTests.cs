using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Router.Daemon.Plumbing;
using Router.Forwarding.Identities;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Tests.Daemon.Plumbing;

/// <summary>The plumbing against the real kernel, in namespaces. Needs root.</summary>
public class KernelPlumbingTests
{
    private const int Protocol4 = 9, Ttl = 8;

    [Fact]
    public void Teardown_leaves_the_box_as_it_was()
    {
        NetworkNamespace.SkipUnlessRoot();
        using var bench = new Bench();
        bench.Box.Exec("sysctl -q -w net.ipv4.conf.all.rp_filter=2 net.ipv4.conf.wan0.rp_filter=1 net.ipv4.conf.lan0.forwarding=1 net.ipv4.conf.all.accept_redirects=0");
        bench.Box.Ip("link set wan0 group 5");
        string before = bench.Box.Picture();
        using (bench.OpenTun("rt-host"))
        using (bench.OpenTun("rt-trusted"))
        {
            bench.Apply(Bench.Plan);
            Assert.NotEqual(before, bench.Box.Picture());
            bench.Apply(Bench.Plan with { Links = [] });
        }
        bench.Teardown();
        Assert.Equal(before, bench.Box.Picture());
        bench.Teardown();
        Assert.Equal(before, bench.Box.Picture());
    }

    [Fact]
    public void Applying_again_changes_nothing()
    {
        NetworkNamespace.SkipUnlessRoot();
        using var bench = new Bench();
        using TunReader host = bench.OpenTun("rt-host"), zone = bench.OpenTun("rt-trusted");
        Assert.Equal([], bench.Apply(Bench.Plan).Missing);
        bench.Box.Run(() =>
        {
            using var plumber = new Plumber(bench.RuntimeDirectory);
            string picture = bench.Box.Picture();
            Assert.Equal(1, plumber.Apply(Bench.Plan).Changes); // a new process cannot know what nft holds, and sets it anew
            Assert.Equal(0, plumber.Apply(Bench.Plan).Changes);
            Assert.Equal(picture, bench.Box.Picture());
        });
    }

    [Fact]
    public void Local_hosts_reach_the_box_and_everything_else_comes_to_us()
    {
        NetworkNamespace.SkipUnlessRoot();
        using var bench = new Bench();
        using TunReader host = bench.OpenTun("rt-host"), zone = bench.OpenTun("rt-trusted");
        bench.Apply(Bench.Plan);
        Assert.True(bench.Lan.Pings("10.0.0.1"));
        Assert.True(bench.Lan.Pings("2001:db8:a::1"));
        foreach (string target in new[] { "198.51.100.7", "192.0.2.1", "192.0.2.2" })
        {
            Assert.False(bench.Lan.Pings(target));
            byte[] packet = zone.Await(p => p[0] == 0x45 && p[Protocol4] == 1 && new IPAddress(p[16..20]).ToString() == target);
            Assert.Equal("10.0.0.5", new IPAddress(packet[12..16]).ToString());
            Assert.Equal(63, packet[Ttl]);
        }
        Assert.False(bench.Lan.Pings("2001:db8:1::2"));
        zone.Await(p => p[0] >> 4 == 6 && new IPAddress(p[24..40]).ToString() == "2001:db8:1::2");
        Assert.Empty(host.Packets);
    }

    [Fact]
    public void The_box_itself_goes_by_its_own_device_and_is_answered_there()
    {
        NetworkNamespace.SkipUnlessRoot();
        using var bench = new Bench();
        using TunReader host = bench.OpenTun("rt-host"), zone = bench.OpenTun("rt-trusted");
        bench.Apply(Bench.Plan);
        bench.Box.Run(() =>
        {
            // Not bound, to the link's own gateway: the link's connected network is not for the box to use.
            Assert.Equal("hello", Converse(host, IPAddress.Any, IPAddress.Parse("192.0.2.1"), "192.0.0.2"));
            Assert.Equal("hello", Converse(host, IPAddress.Any, IPAddress.Parse("198.51.100.7"), "192.0.0.2"));
            // Bound to the link's own address, as probes are: delivered although it is our own address that it goes to.
            Assert.Equal("hello", Converse(host, IPAddress.Parse("192.0.2.2"), IPAddress.Parse("198.51.100.7"), "192.0.2.2"));
        });
        Assert.True(bench.Box.Pings("10.0.0.5"));
        Assert.Empty(zone.Packets);
    }

    [Fact]
    public void A_packet_with_our_own_address_as_source_is_delivered_from_the_zone_device()
    {
        NetworkNamespace.SkipUnlessRoot();
        using var bench = new Bench();
        using TunReader host = bench.OpenTun("rt-host"), zone = bench.OpenTun("rt-trusted");
        bench.Apply(Bench.Plan);
        bench.Lan.Run(() =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 2000 };
            socket.Bind(new IPEndPoint(IPAddress.Any, 7000));
            zone.Write(UdpPacket.V4(IPAddress.Parse("192.0.2.2"), 53, IPAddress.Parse("10.0.0.5"), 7000, "hairpin"u8));
            byte[] buffer = new byte[64];
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            Assert.Equal(7, socket.ReceiveFrom(buffer, ref from));
            Assert.Equal("192.0.2.2:53", from.ToString());
        });
    }

    [Fact]
    public void What_a_link_receives_is_dropped_except_what_the_kernel_needs()
    {
        NetworkNamespace.SkipUnlessRoot();
        using var bench = new Bench();
        using TunReader host = bench.OpenTun("rt-host"), zone = bench.OpenTun("rt-trusted");
        bench.Apply(Bench.Plan);
        Assert.False(bench.Isp.Pings("192.0.2.2"));
        Assert.False(bench.Isp.Pings("2001:db8:1::2"));
        // ARP and neighbour discovery were answered all the same.
        Assert.Contains("lladdr", bench.Isp.Ip("neigh show 192.0.2.2 dev eth0"), StringComparison.Ordinal);
        Assert.Contains("lladdr", bench.Isp.Ip("neigh show 2001:db8:1::2 dev eth0"), StringComparison.Ordinal);
        // A forged packet from the provider to a local network does not pass.
        bench.Isp.Ip("route add 10.0.0.0/24 via 192.0.2.2");
        Assert.False(bench.Isp.Pings("10.0.0.5"));
    }

    [Fact]
    public void Without_the_device_nothing_leaks_to_a_link()
    {
        NetworkNamespace.SkipUnlessRoot();
        using var bench = new Bench();
        using (bench.OpenTun("rt-host"))
        using (bench.OpenTun("rt-trusted"))
        {
            bench.Apply(Bench.Plan);
        }
        string Sent() => bench.Box.Exec("cat /sys/class/net/wan0/statistics/tx_packets").Trim();
        bench.Isp.Pings("192.0.2.2");
        string before = Sent();
        bench.Box.Ip("link set rt-trusted down");
        bench.Box.Ip("link set rt-host down");
        Assert.False(bench.Lan.Pings("198.51.100.7"));
        Assert.False(bench.Lan.Pings("2001:db8:1::1"));
        Assert.False(bench.Box.Pings("198.51.100.7"));
        bench.Box.Ip("link del rt-trusted");
        Assert.False(bench.Lan.Pings("198.51.100.7"));
        Assert.Equal(before, Sent());
    }

    [Fact]
    public void An_interface_that_comes_back_is_a_link_again()
    {
        NetworkNamespace.SkipUnlessRoot();
        using var bench = new Bench();
        using TunReader host = bench.OpenTun("rt-host"), zone = bench.OpenTun("rt-trusted");
        bench.Apply(Bench.Plan);
        bench.Box.Ip("link del wan0");
        Assert.Equal(["wan0"], bench.Apply(Bench.Plan).Missing);
        bench.Box.Ip($"link add wan0 type veth peer name eth0 netns {bench.Isp.Name}");
        bench.Box.Ip("addr add 192.0.2.2/24 dev wan0");
        bench.Box.Ip("link set wan0 up");
        bench.Isp.Ip("addr add 192.0.2.1/24 dev eth0");
        bench.Isp.Ip("link set eth0 up");
        Assert.Equal([], bench.Apply(Bench.Plan).Missing);
        Assert.False(bench.Isp.Pings("192.0.2.2"));
        Assert.Contains("managed", bench.Box.Ip("neigh show 192.0.2.1 dev wan0"), StringComparison.Ordinal);
        Assert.Contains("group 7700", bench.Box.Ip("-d link show wan0"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_zone_that_is_no_longer_planned_leaves_nothing()
    {
        NetworkNamespace.SkipUnlessRoot();
        using var bench = new Bench();
        using TunReader host = bench.OpenTun("rt-host"), zone = bench.OpenTun("rt-trusted");
        bench.Apply(Bench.Plan);
        bench.Apply(Bench.Plan with { Zones = [] });
        Assert.DoesNotContain("rt-trusted", bench.Box.Picture(), StringComparison.Ordinal);
        Assert.DoesNotContain("7701", bench.Box.Ip("rule") + bench.Box.Ip("-6 rule") + bench.Box.Ip("route show table all"), StringComparison.Ordinal);
    }

    [Fact]
    public void Guests_reach_dns_and_the_portal_and_rules_come_before_the_default()
    {
        NetworkNamespace.SkipUnlessRoot();
        using var bench = new Bench();
        PlumbingPlan plan = Bench.Plan with
        {
            Zones = [new ZonePlan(new Router.Forwarding.PortId(1), "guest", ["lan0"], 1500)],
            PortalPorts = [4081],
            Input =
            [
                new InputRule { Name = "Secure \"shell\"", Services = [new(6, 22, 22)], Action = Router.Forwarding.Rules.RuleAction.Allow },
                new InputRule { Name = "No web", Services = [new(6, 80, 80)], Action = Router.Forwarding.Rules.RuleAction.Deny },
            ],
        };
        bench.Apply(plan);
        Assert.Equal("refused", Connect(4081)); // nobody listens, but the question was let through
        Assert.Equal("refused", Connect(22));
        Assert.Equal("refused", Connect(80));   // answered by the rule
        Assert.Equal("silence", Connect(8080));
        Assert.True(bench.Lan.Pings("10.0.0.1"));
        // What the box itself asks a guest is answered.
        Assert.True(bench.Box.Pings("10.0.0.5"));
        Assert.True(Answered(connected: true));
        // A socket that waits for anybody is no answer's.
        Assert.False(Answered(connected: false));

        bool Answered(bool connected)
        {
            Socket guest = Udp(bench.Lan, new IPEndPoint(IPAddress.Any, 7000)), box = Udp(bench.Box, new IPEndPoint(IPAddress.Any, 0));
            using (guest)
            using (box)
            {
                EndPoint asker = new IPEndPoint(IPAddress.Parse("10.0.0.1"), ((IPEndPoint)box.LocalEndPoint!).Port);
                if (connected)
                {
                    box.Connect(IPAddress.Parse("10.0.0.5"), 7000);
                    box.Send("question"u8);
                    guest.ReceiveFrom(new byte[64], ref asker);
                }
                guest.SendTo("answer"u8, asker);
                return box.Poll(300_000, SelectMode.SelectRead);
            }
        }

        static Socket Udp(NetworkNamespace where, IPEndPoint bind)
        {
            Socket socket = null!;
            where.Run(() =>
            {
                socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 2000 };
                socket.Bind(bind);
            });
            return socket;
        }

        string Connect(int port)
        {
            string outcome = "connected";
            bench.Lan.Run(() =>
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                IAsyncResult attempt = socket.BeginConnect(new IPEndPoint(IPAddress.Parse("10.0.0.1"), port), null, null);
                outcome = attempt.AsyncWaitHandle.WaitOne(3000) ? "refused" : "silence";
            });
            return outcome;
        }
    }

    [Fact]
    public void The_box_is_open_to_a_user_while_he_is_there()
    {
        NetworkNamespace.SkipUnlessRoot();
        using var bench = new Bench();
        Address lan = Address.Parse("10.0.0.5"), lan6 = Address.Parse("2001:db8:a::5");
        var tony = new Identity("tony", ["staff"]);
        PlumbingPlan plan = Bench.Plan with
        {
            Input =
            [
                new InputRule { Name = "Staff", Who = new IdentitySet([], ["staff"], false), Services = [new(1, 0, 65535)], Action = RuleAction.Allow },
                new InputRule { Name = "Nobody else", Services = [new(1, 0, 65535)], Action = RuleAction.Drop },
            ],
        };
        bench.Box.Run(() =>
        {
            using var plumber = new Plumber(bench.RuntimeDirectory);
            plumber.Apply(plan);
            Assert.False(bench.Lan.Pings("10.0.0.1"));
            plumber.Seat(new Roster([new(lan, tony), new(lan6, tony), new(Address.Parse("10.0.0.6"), new Identity("sam", []))]));
            Assert.True(bench.Lan.Pings("10.0.0.1"));
            Assert.True(bench.Lan.Pings("2001:db8:a::1"));
            plumber.Seat(new Roster([new(lan6, tony)]));
            Assert.False(bench.Lan.Pings("10.0.0.1"));
            Assert.True(bench.Lan.Pings("2001:db8:a::1"));
            // Other rules are another table, with those in it who are there.
            plumber.Apply(plan with { Input = [new InputRule { Name = "x", Who = new IdentitySet([], [], true), Action = RuleAction.Allow }, .. plan.Input], Roster = new Roster([new(lan, tony)]) });
            Assert.True(bench.Lan.Pings("10.0.0.1"));
            Assert.False(bench.Lan.Pings("2001:db8:a::1"));
            plumber.Seat(Roster.Empty);
            Assert.False(bench.Lan.Pings("10.0.0.1"));
        });
    }

    /// <summary>Asks by UDP, checks the source that the question has on rt-host, answers there, and returns what the socket gets.</summary>
    private static string Converse(TunReader host, IPAddress bind, IPAddress to, string expectedSource)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 2000 };
        socket.Bind(new IPEndPoint(bind, 0));
        socket.Connect(to, 53);
        socket.Send("question"u8);
        byte[] asked = host.Await(p => p[0] == 0x45 && p[Protocol4] == 17 && new IPAddress(p[16..20]).Equals(to));
        Assert.Equal(expectedSource, new IPAddress(asked[12..16]).ToString());
        Assert.Equal(64, asked[Ttl]);
        host.Write(UdpPacket.V4(to, 53, IPAddress.Parse(expectedSource), (ushort)((IPEndPoint)socket.LocalEndPoint!).Port, "hello"u8));
        byte[] buffer = new byte[64];
        return System.Text.Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer));
    }
}
