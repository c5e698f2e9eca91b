using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Identities;

/// <summary>Rules for users: they begin to hold at login and cease at logout, for live flows too (product.md 6).</summary>
public class IdentityRuleTests
{
    private const string Pc = "192.168.10.5", Other = "192.168.10.6", Visitor = "192.168.20.9", Web = "192.0.2.80:443";

    private static readonly Identity s_tony = new("Tony", ["Staff"]);
    private static readonly Identity s_ann = new("ann", []);

    private static Selector Users(params string[] names) => new(0, [], new IdentitySet(names, [], everyUser: false));

    private static Selector Group(string name) => new(0, [], new IdentitySet([], [name], everyUser: false));

    private static Rule To(string name, Selector source, RuleAction action = RuleAction.Allow, params PortId[] links) => new()
    {
        Name = name, Source = source, Destination = Draft.From(PortId.InternetBit), Action = action, Links = links,
    };

    private static Action<Draft> Only(params Rule[] rules) => draft =>
    {
        draft.Rules.Clear();
        draft.Rules.AddRange(rules);
    };

    [Fact]
    public void A_rule_for_a_user_holds_from_login_to_logout()
    {
        using var bed = new PathBed(Only(To("tony", Users("tony"))));
        bed.Refuse(PathBed.Trusted, Make.Udp(Pc + ":5000", Web), DropReason.LoginRequired);
        bed.Seat((Pc, s_ann));
        // Somebody is logged in, and it is not for him: logging in is not what is missing.
        bed.Refuse(PathBed.Trusted, Make.Udp(Pc + ":5000", Web), DropReason.RuleDropped);
        bed.Seat((Pc, s_tony));
        bed.Pass(PathBed.Trusted, Make.Udp(Pc + ":5000", Web));
        bed.Refuse(PathBed.Trusted, Make.Udp(Other + ":5000", Web), DropReason.LoginRequired);
        bed.Seat();
        bed.Refuse(PathBed.Trusted, Make.Udp(Pc + ":5000", Web), DropReason.LoginRequired);
    }

    [Fact]
    public void At_logout_both_ends_of_a_live_connection_are_told_and_those_of_others_stay()
    {
        using var bed = new PathBed(Only(To("users", new Selector(0, [], new IdentitySet([], [], everyUser: true)))));
        bed.Seat((Pc, s_tony), (Other, s_ann));
        var tonys = new Connection(bed, PathBed.Trusted, Pc + ":5000", Web);
        var anns = new Connection(bed, PathBed.Trusted, Other + ":5000", Web);
        Sent[] told = bed.Seat((Other, s_ann));
        Assert.Equal([PathBed.Trusted, PathBed.One], told.Select(sent => sent.Port).Order(Comparer<PortId>.Create((a, b) => a.Value - b.Value)));
        Assert.All(told, sent => Assert.True(Tcp.Over(sent.Octets.AsSpan(20)).Flags.HasFlag(TcpFlags.Rst)));
        anns.Talk();
        Assert.Equal(1, bed.Forwarder.FlowCount);
        Assert.Equal(1, bed.Forwarder.FlowsClosedByRules);
        bed.Refuse(PathBed.Trusted, tonys.FromNear(10), DropReason.LoginRequired);
    }

    [Fact]
    public void What_is_allowed_before_and_after_a_login_stays_by_the_rule_that_holds_now()
    {
        using var bed = new PathBed(Only(To("tony", Users("tony")), Draft.Out("all")));
        var connection = new Connection(bed, PathBed.Trusted, Pc + ":5000", Web);
        Assert.Equal(1, bed.Forwarder.Flows[bed.Forwarder.Flows.NextLive(Router.Forwarding.Flows.FlowId.None)].Rule);
        Assert.Empty(bed.Seat((Pc, s_tony)));
        connection.Talk();
        Assert.Equal(0, bed.Forwarder.Flows[bed.Forwarder.Flows.NextLive(Router.Forwarding.Flows.FlowId.None)].Rule);
        Assert.Empty(bed.Seat((Pc, s_ann)));
        connection.Talk();
        Assert.Equal(1, bed.Forwarder.Flows[bed.Forwarder.Flows.NextLive(Router.Forwarding.Flows.FlowId.None)].Rule);
    }

    [Fact]
    public void A_login_that_forbids_ends_what_was_allowed_before()
    {
        using var bed = new PathBed(Only(To("not staff", Group("staff"), RuleAction.Deny), Draft.Out("all")));
        _ = new Connection(bed, PathBed.Trusted, Pc + ":5000", Web);
        Assert.Equal(2, bed.Seat((Pc, s_tony)).Length);
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void A_rule_for_a_user_may_name_his_link()
    {
        using var bed = new PathBed(Only(To("tony by two", Users("tony"), RuleAction.Allow, PathBed.Two), Draft.Out("all")));
        bed.Seat((Pc, s_tony));
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, Make.Udp(Pc + ":5000", Web)).Port);
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Make.Udp(Other + ":5000", Web)).Port);
    }

    [Fact]
    public void A_user_is_a_destination_where_he_sits()
    {
        var rule = new Rule { Name = "to tony", Source = Draft.From(PathBed.Guest.Bit), Destination = Users("tony"), Action = RuleAction.Allow };
        using var bed = new PathBed(Only(rule));
        bed.Refuse(PathBed.Guest, Make.Udp(Visitor + ":5000", Pc + ":631"), DropReason.RuleDropped);
        bed.Seat((Pc, s_tony));
        Assert.Equal(PathBed.Trusted, bed.Pass(PathBed.Guest, Make.Udp(Visitor + ":5000", Pc + ":631")).Port);
        bed.Seat();
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void A_guest_with_a_pass_is_nobody_to_rules()
    {
        using var bed = new PathBed(Only(To("users", new Selector(0, [], new IdentitySet([], [], everyUser: true)))));
        bed.Seat((Pc, Identity.Guest));
        bed.Refuse(PathBed.Trusted, Make.Udp(Pc + ":5000", Web), DropReason.LoginRequired);
    }

    [Fact]
    public void Logging_in_is_asked_for_only_where_a_rule_above_would_let_somebody_through()
    {
        Rule deny = To("no web", Selector.Any, RuleAction.Deny), tony = To("tony", Users("tony"));
        using var above = new PathBed(Only(deny, tony));
        above.Refuse(PathBed.Trusted, Make.Udp(Pc + ":5000", Web), DropReason.RuleDenied);
        using var below = new PathBed(Only(tony, deny));
        below.Refuse(PathBed.Trusted, Make.Udp(Pc + ":5000", Web), DropReason.LoginRequired);
        // A stranger cannot log in, and neither can the box itself.
        below.Refuse(PathBed.Host, Make.Udp("198.51.100.2:5000", Web), DropReason.RuleDenied);
    }

    [Fact]
    public void Whoever_must_log_in_is_told_at_once()
    {
        using var bed = new PathBed(Only(To("tony", Users("tony"))));
        Sent reset = Assert.Single(bed.Refuse(PathBed.Trusted, Make.Tcp(Pc + ":5000", Web, TcpFlags.Syn), DropReason.LoginRequired));
        Assert.True(Tcp.Over(reset.Octets.AsSpan(20)).Flags.HasFlag(TcpFlags.Rst));
        Sent error = Assert.Single(bed.Refuse(PathBed.Trusted, Make.Udp(Pc + ":5000", Web), DropReason.LoginRequired));
        Assert.Equal((Icmp4.DestinationUnreachable, Icmp4.AdministrativelyProhibited), (error.Octets[20], error.Octets[21]));
    }

    [Fact]
    public void Explain_says_who_a_rule_is_for_and_who_is_there()
    {
        using var bed = new PathBed(Only(To("tony", Users("tony")), To("staff", Group("staff"))));
        bed.Forwarder.Begin(bed.Plan, bed.Now);
        Explanation nobody = bed.Forwarder.Explain(PathBed.Trusted, Address.Parse(Pc), Protocol.Tcp, Address.Parse("192.0.2.80"), 443);
        Assert.Equal(DropReason.LoginRequired, nobody.Refusal);
        Assert.Equal("the source differs: it is for user:tony, and nobody is logged in there", nobody.Steps[0].Why);
        bed.Seat((Pc, new Identity("sam", ["staff", "night"])));
        Explanation sam = bed.Forwarder.Explain(PathBed.Trusted, Address.Parse(Pc), Protocol.Tcp, Address.Parse("192.0.2.80"), 443);
        Assert.True(sam.Allowed);
        Assert.Equal("the source differs: it is for user:tony, and sam is there, of staff, night", sam.Steps[0].Why);
        Assert.Equal(1, sam.Rule);
    }
}
