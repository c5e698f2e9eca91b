using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Identities;

/// <summary>What a host must do before anything else, what it may reach before, and who need do nothing.</summary>
public class GateTests
{
    private const string Pc = "192.168.10.5:5000", Printer = "192.168.10.9:5000", Visitor = "192.168.20.9:5000", Web = "192.0.2.80:443", Shop = "192.0.2.200:443";

    private static readonly Identity s_tony = new("tony", []);

    private static readonly Gate s_gate = Gate.Open with
    {
        LoginZones = PathBed.Trusted.Bit,
        WelcomeZones = PathBed.Guest.Bit,
        Exempt = Draft.From("192.168.10.9/32"),
        Garden = Draft.From("192.0.2.200/32"),
    };

    private static PathBed Bed() => new(draft => draft.Gate = s_gate);

    [Fact]
    public void Who_must_log_in_gets_out_once_he_has()
    {
        using PathBed bed = Bed();
        bed.Refuse(PathBed.Trusted, Make.Udp(Pc, Web), DropReason.LoginRequired);
        bed.Seat(("192.168.10.5", Identity.Guest));
        bed.Refuse(PathBed.Trusted, Make.Udp(Pc, Web), DropReason.LoginRequired);
        bed.Seat(("192.168.10.5", s_tony));
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Seat();
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void A_guest_gets_out_with_a_pass_or_as_a_user()
    {
        using PathBed bed = Bed();
        bed.Refuse(PathBed.Guest, Make.Udp(Visitor, Web), DropReason.WelcomeRequired);
        bed.Seat(("192.168.20.9", Identity.Guest));
        bed.Pass(PathBed.Guest, Make.Udp(Visitor, Web));
        Assert.Empty(bed.Seat(("192.168.20.9", s_tony)));
        bed.Pass(PathBed.Guest, Make.Udp(Visitor, Web));
        bed.Seat();
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void The_garden_is_open_to_all_and_the_exempt_go_everywhere_as_far_as_rules_allow()
    {
        using PathBed bed = Bed();
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Shop));
        bed.Pass(PathBed.Guest, Make.Udp(Visitor, Shop));
        bed.Pass(PathBed.Trusted, Make.Udp(Printer, Web));
        bed.Seat(("192.168.10.5", s_tony));
        bed.Seat();
        Assert.Equal(3, bed.Forwarder.FlowCount);
        bed.Change(draft => draft.First(new Rule { Name = "no", Action = RuleAction.Drop }), newPolicy: true);
        bed.Refuse(PathBed.Trusted, Make.Udp("192.168.10.9:5001", Web), DropReason.RuleDropped);
        bed.Refuse(PathBed.Trusted, Make.Udp("192.168.10.5:5001", Shop), DropReason.RuleDropped);
    }

    [Fact]
    public void Strangers_are_not_asked_and_neither_is_the_box()
    {
        using var bed = new PathBed(draft =>
        {
            draft.Gate = s_gate with { LoginZones = ulong.MaxValue >> 1 & ~PathBed.One.Bit & ~PathBed.Host.Bit };
            draft.First(new Rule
            {
                Name = "server", Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit), Action = RuleAction.Allow,
                ForwardTo = new ForwardTarget(Address.Parse("192.168.10.80"), 0),
            });
        });
        Assert.Equal(PathBed.Trusted, bed.Pass(PathBed.One, Make.Udp("192.0.2.7:6000", "198.51.100.2:443")).Port);
        bed.Pass(PathBed.Host, Make.Udp("198.51.100.2:5000", Web));
        // What the server begins by itself is another matter.
        bed.Refuse(PathBed.Trusted, Make.Udp("192.168.10.80:443", Web), DropReason.LoginRequired);
    }

    [Fact]
    public void A_gate_that_a_reload_closes_ends_what_is_not_logged_in()
    {
        using var bed = new PathBed();
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.6:5000", Web));
        bed.Seat(("192.168.10.6", s_tony));
        bed.Change(draft => draft.Gate = s_gate, newPolicy: true);
        bed.Seat(("192.168.10.6", s_tony));
        bed.Review();
        Assert.Equal(1, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void The_roster_tells_whom_rules_see_anew()
    {
        Address a = Address.Parse("10.0.0.1"), b = Address.Parse("10.0.0.2"), c = Address.Parse("fd00::3");
        var before = new Roster([new(a, new Identity("Tony", ["x", "y"])), new(b, s_tony)]);
        Assert.Empty(new Roster([new(a, new Identity("tony", ["X", "y"])), new(b, new Identity("tony", []))]).ChangedFrom(before));
        Assert.Equal([a], new Roster([new(a, new Identity("tony", ["x"])), new(b, s_tony)]).ChangedFrom(before));
        Assert.Equal([b, c], new Roster([new(a, new Identity("tony", ["x", "y"])), new(c, s_tony)]).ChangedFrom(before).Order());
        Assert.Equal([a, b], Roster.Empty.ChangedFrom(before).Order());
        Assert.Equal([a], before.AddressesOf(new IdentitySet([], ["Y"], everyUser: false)));
        Assert.Null(before.With(a, null).Of(a));
        Assert.Equal("tony", before.With(c, s_tony).Of(c)!.User);
    }
}
