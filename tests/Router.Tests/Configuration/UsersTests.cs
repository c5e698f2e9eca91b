using Router.Configuration;
using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Tests.Configuration;

/// <summary>`users`, a zone's `welcome`, and what of it the path goes by.</summary>
public class UsersTests
{
    private static UserSettings Users(string lines) => Loading.Sound(With(lines)).Users;

    private static string With(string lines) => Loading.Base + "users:\n  " + lines.ReplaceLineEndings("\n").Replace("\n", "\n  ") + "\n";

    [Fact]
    public void What_is_not_said_is_as_the_reference_says()
    {
        UserSettings users = Loading.Sound(Loading.Base).Users;
        Assert.Equal("/etc/routerd/users.yaml", users.File);
        Assert.Empty(users.LoginZones);
        Assert.Equal((TimeSpan.FromMinutes(120), (TimeSpan?)null), (users.LoginIdle, users.LoginMost));
        Assert.Empty(users.Automatic);
    }

    [Fact]
    public void Everything_is_read()
    {
        UserSettings users = Users(
            """
            file: /etc/people.yaml
            require_login: [trusted, VPN]
            exempt: [10.0.0.9]
            before_login: [203.0.113.7, shop.example.com]
            login_idle: 30m
            login_most: 12h
            automatic: [{ user: tony, address: [10.0.0.7, 10.0.1.0/30] }, { user: Sam, mac: "02-00-00-00-00-22" }]
            limits: { Sam: { max_devices: 10 }, kiosk: { max_devices: 1, at_limit: replace-oldest } }
            """);
        Assert.Equal(("/etc/people.yaml", TimeSpan.FromMinutes(30), TimeSpan.FromHours(12)), (users.File, users.LoginIdle, users.LoginMost));
        Assert.Equal(["trusted", "vpn"], users.LoginZones);
        Assert.Equal(("tony", 0UL, 2), (users.Automatic[0].User, users.Automatic[0].Mac, users.Automatic[0].Addresses.Count));
        Assert.Equal(("Sam", 0x020000000022UL), (users.Automatic[1].User, users.Automatic[1].Mac));
        Assert.Equal(new UserLimit(10, false), users.Limits["sam"]);
        Assert.Equal(new UserLimit(1, true), users.Limits["kiosk"]);
        Assert.Equal(["user:kiosk", "user:sam", "user:sam", "user:tony"], users.Mentions.Select(mention => mention.Term).Order());
    }

    [Fact]
    public void Whoever_must_log_in_and_where_he_may_go_before_is_the_gate()
    {
        var registry = new PortRegistry();
        Settings settings = Loading.Sound(Loading.Base.Replace("guest: { interfaces: [guest0] }", "guest: { interfaces: [guest0], welcome: { text: Hello, password: coffee, pass: 8h } }", StringComparison.Ordinal)
            + "users: { require_login: true, exempt: [10.0.0.9], before_login: [203.0.113.7] }\n");
        Assert.Equal(new WelcomeSettings("Hello", "coffee", TimeSpan.FromHours(8)), settings.Zones[1].Welcome);
        // Guests have no accounts.
        Assert.Equal(["trusted", "vpn"], settings.Users.LoginZones);
        Gate gate = PolicyCompiler.Compile(settings, registry, DateTimeOffset.Now).Policy.Gate;
        Endpoint At(string zone, string address, Identity? who = null) => new(registry.Claim(zone).Bit, Address.Parse(address), who);
        var web = new Endpoint(PortId.InternetBit, Address.Parse("192.0.2.80"));
        var garden = new Endpoint(PortId.InternetBit, Address.Parse("203.0.113.7"));
        Assert.Equal(DropReason.LoginRequired, gate.Ask(At("trusted", "10.0.0.5"), web));
        Assert.Equal(DropReason.LoginRequired, gate.Ask(At("vpn", "10.9.0.5"), web));
        Assert.Equal(DropReason.WelcomeRequired, gate.Ask(At("guest", "10.1.0.5"), web));
        Assert.Equal(DropReason.None, gate.Ask(At("trusted", "10.0.0.5", new Identity("tony", [])), web));
        Assert.Equal(DropReason.None, gate.Ask(At("trusted", "10.0.0.5"), garden));
        Assert.Equal(DropReason.None, gate.Ask(At("trusted", "10.0.0.9"), web));
    }

    [Theory]
    [InlineData("require_login: [trustd]", "f.yaml:10:19: there is no zone `trustd`; write `trusted`")]
    [InlineData("automatic: [{ address: 10.0.0.7 }]", "f.yaml:10:15: an automatic login without `user` would be nobody's; write `{ user: tony, address: 10.0.0.7 }`")]
    [InlineData("automatic: [{ user: tony }]", "f.yaml:10:15: nothing says by what `tony` is known; write `mac`, `address`, or both")]
    [InlineData("automatic: [{ user: a, address: 10.0.0.0/24 }, { user: b, address: 10.0.0.7 }]", "f.yaml:10:50: `b` is known by 10.0.0.7, which stands at f.yaml:10:15 too, for `a`; an address serves one user; keep one of the two")]
    [InlineData("automatic: [{ user: a, mac: \"02:00:00:00:00:01\" }, { user: b, mac: \"02-00-00-00-00-01\" }]", "f.yaml:10:54: this MAC is known at f.yaml:10:15 already, for `a`; a device serves one user; keep one of the two")]
    [InlineData("automatic: [{ user: a, mac: \"01:00:00:00:00:01\" }]", "f.yaml:10:31: `01:00:00:00:00:01` is not the MAC of a device; write it in quotes, like \"02:00:00:00:00:22\"")]
    [InlineData("automatic: [{ user: a, address: host.example.com }]", "f.yaml:10:35: `host.example.com` is not an address; write addresses, networks, ranges, or groups of such")]
    [InlineData("limits: { sam: { at_limit: refuse } }", "f.yaml:10:13: `sam` has no `max_devices`, so no limit; write `max_devices: 1`, or remove it")]
    [InlineData("file: users.yaml", "f.yaml:10:9: `users.yaml` is not the path of a file; write it from the root on, such as `/etc/routerd/users.yaml`")]
    [InlineData("before_login: [user:tony]", "f.yaml:10:18: `user:tony` means nothing here: it is about hosts, whoever uses them; write addresses, networks, zones or groups of addresses")]
    public void What_is_wrong_is_told_with_its_place(string line, string fault) => Assert.Equal(fault, Loading.Fault(With(line)));

    [Fact]
    public void One_address_is_one_users_however_ranges_lie()
    {
        const string far = "automatic: [{ user: a, address: 10.0.0.0/16 }, { user: a, mac: \"02:00:00:00:00:01\" }, { user: b, address: 10.1.0.1 }, { user: c, address: \"fd00::7\" }]";
        Assert.Equal(4, Users(far).Automatic.Count);
        // The one in the middle lies in the first, behind one that ends before it.
        const string nested = "automatic: [{ user: a, address: 10.0.0.0/16 }, { user: b, address: 10.1.0.1 }, { user: c, address: 10.0.255.255 }]";
        Assert.StartsWith("f.yaml:10:82: `c` is known by 10.0.255.255", Loading.Fault(With(nested)), StringComparison.Ordinal);
    }
}
