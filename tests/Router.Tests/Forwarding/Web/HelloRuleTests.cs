using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Web;
using Router.Tests.Forwarding.Bed;
using Router.Tests.Wire.Web;
using Router.Wire;

namespace Router.Tests.Forwarding.Web;

public class HelloRuleTests
{
    private static readonly WebRule s_deny = Client.Rule(WebAction.Deny, "*.example.net");

    [Fact]
    public void A_denied_name_is_reset_at_both_ends()
    {
        using var bed = new PathBed(Client.With(s_deny));
        var client = new Client(bed, to: "192.0.2.80:443");
        Sent[] sent = client.Say(Hellos.Records(Hellos.Handshake("www.Example.NET")));
        Assert.Equal(DropReason.WebRule, bed.Refused);
        Assert.Equal(2, sent.Length);
        Assert.All(sent, one => Assert.True((Client.TcpOf(one).Flags & TcpFlags.Rst) != 0));
        Assert.Equal(0, bed.Forwarder.FlowCount);
        Assert.True(bed.Forwarder.Events.TryRead(out PathEvent told));
        Assert.Equal((PathEventKind.WebRefused, "www.example.net", WebAction.Deny, (ushort)0), (told.Kind, told.Web.ToString(), told.WebAction, told.Rule));
    }

    [Fact]
    public void An_allowed_connection_costs_nothing_from_then_on()
    {
        using var bed = new PathBed(Client.With(s_deny));
        var client = new Client(bed, to: "192.0.2.80:443");
        Assert.Single(client.Say(Hellos.Records(Hellos.Handshake("www.example.org"))));
        Assert.False(client.IsWatched);
        client.Pass("anything");
        Assert.Equal((1L, 0L), (bed.Forwarder.Web.TlsHellos, bed.Forwarder.Web.Denied));
    }

    [Fact]
    public void Every_cut_and_order_of_a_long_hello_ends_with_the_same_no()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            byte[] hello = Hellos.Records(Hellos.Handshake("www.example.net", padding: random.Next(0, 6000)), random.Next(20, 4000));
            using var bed = new PathBed(Client.With(s_deny));
            var client = new Client(bed, to: "192.0.2.80:443");
            int most = Math.Max(100, hello.Length / 15);
            var pieces = new List<(int At, int Length)>();
            for (int at = 0; at < hello.Length; at += pieces[^1].Length) pieces.Add((at, Math.Min(hello.Length - at, random.Next(most / 2, most))));
            (int At, int Length)[] order = [.. pieces];
            random.Shuffle(order.AsSpan());
            bool isDenied = false;
            foreach ((int at, int length) in order)
            {
                client.SayAt(at, hello[at..(at + length)]);
                isDenied = bed.Refused == DropReason.WebRule;
                if (isDenied) break;
                Assert.Equal(DropReason.None, bed.Refused);
            }
            Assert.True(isDenied, $"seed {seed}");
        }
    }

    [Fact]
    public void Without_a_name_the_address_is_asked_and_then_the_policy()
    {
        byte[] nameless = Hellos.Records(Hellos.Handshake(null));
        using var bed = new PathBed(Client.With(Client.Rule(WebAction.Deny, "192.0.2.81")));
        Assert.Single(new Client(bed, to: "192.0.2.80:443").Say(nameless));
        new Client(bed, from: "192.168.10.5:5001", to: "192.0.2.81:443").Say(nameless);
        Assert.Equal(DropReason.WebRule, bed.Refused);
        using var strict = new PathBed(draft => draft.Web = new WebPolicy { DeniesUnreadable = true });
        new Client(strict, to: "192.0.2.80:443").Say(nameless);
        Assert.Equal(DropReason.WebRule, strict.Refused);
        Assert.Equal(1, strict.Forwarder.Web.Nameless);
    }

    [Fact]
    public void A_path_or_plain_http_in_a_rule_says_nothing_of_a_hello()
    {
        using var bed = new PathBed(Client.With(Client.Rule(WebAction.Deny, "*.example.net/a*", "http://*.example.net")));
        Assert.Single(new Client(bed, to: "192.0.2.80:443").Say(Hellos.Records(Hellos.Handshake("www.example.net"))));
    }

    [Fact]
    public void A_reload_ends_live_connections_to_names_that_it_denies()
    {
        using var bed = new PathBed(Client.With(Client.Rule(WebAction.Deny, "other.example")));
        var client = new Client(bed, to: "192.0.2.80:443");
        client.Say(Hellos.Records(Hellos.Handshake("www.example.net")));
        var kept = new Client(bed, from: "192.168.10.5:5001", to: "192.0.2.80:443");
        kept.Say(Hellos.Records(Hellos.Handshake("www.example.org")));
        bed.Change(Client.With(s_deny), newPolicy: true);
        Assert.Equal(2, bed.Review().Length);
        Assert.Equal(1, bed.Forwarder.FlowCount);
    }

    // The seed case: nobody opens example.net, tony does once he has logged in, others do not.
    [Fact]
    public void Who_logs_in_gets_what_is_for_him_and_loses_it_at_logout()
    {
        const string tonysPc = "192.168.10.5", othersPc = "192.168.10.6";
        WebRule tony = new() { Name = "Tony may", Action = WebAction.Allow, Patterns = [Client.Pattern("*.example.net")], Users = new IdentitySet(["tony"], [], false) };
        byte[] hello = Hellos.Records(Hellos.Handshake("www.example.net"));
        using var bed = new PathBed(Client.With(tony, s_deny));
        Try(tonysPc, 5000, isLet: false);
        bed.Seat((tonysPc, new Identity("Tony", ["staff"])), (othersPc, new Identity("sam", [])));
        Try(othersPc, 5001, isLet: false);
        Try(tonysPc, 5002, isLet: true);
        Assert.Equal(1, bed.Forwarder.FlowCount);
        int resets = bed.Seat().Length;
        Assert.Equal((2, 0), (resets, bed.Forwarder.FlowCount));
        Assert.Equal(0, bed.Forwarder.FlowCount);
        Try(tonysPc, 5003, isLet: false);

        void Try(string from, int port, bool isLet)
        {
            new Client(bed, from: $"{from}:{port}", to: "192.0.2.80:443").Say(hello);
            Assert.Equal(isLet ? DropReason.None : DropReason.WebRule, bed.Refused);
        }
    }

    [Fact]
    public void Heads_that_never_end_take_room_from_each_other_only()
    {
        using var bed = new PathBed(Client.With(s_deny));
        for (int i = 0; i < WebHeads.Most + 100; i++) new Client(bed, from: $"192.168.10.{5 + i / 250}:{5000 + i}").Say("GET / HTTP/1.1\r\nHost: www.exa");
        Assert.Equal((WebHeads.Most, 100L), (bed.Forwarder.WebHeads.Count, bed.Forwarder.WebHeads.Evicted));
        var client = new Client(bed, from: "192.168.10.200:9000", to: "192.0.2.80:443");
        byte[] hello = Hellos.Records(Hellos.Handshake("www.example.net", padding: 2000));
        client.Say(hello[..1400]);
        client.Say(hello[1400..]);
        Assert.Equal(DropReason.WebRule, bed.Refused);
    }
}
