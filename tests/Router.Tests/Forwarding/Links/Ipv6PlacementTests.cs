using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Tests.Forwarding.Checklist;
using Router.Wire;

namespace Router.Tests.Forwarding.Links;

/// <summary>Which link IPv6 leaves by, and moves to, where links translate it, where none does, and where some do (product.md 1, 2, 4).</summary>
public class Ipv6PlacementTests
{
    private const string Pc = "[fd00:10::5]:5000", Web = "[2001:db8:9::1]:80";

    private static void Prefixes(Draft draft) => PrefixChecklist.Translate(draft);

    private static void Ports(Draft draft) => draft.Napt = true;

    private static void OneDown(Draft draft) => draft.LinkOne = draft.LinkOne with { Usable = false, Health = LinkHealth.Down };

    private static void OneUp(Draft draft) => draft.LinkOne = draft.LinkOne with { Usable = true, Health = LinkHealth.Up };

    private static Action<Draft> Way(bool byPrefix) => byPrefix ? Prefixes : Ports;

    private static Address Seen(PortId link, bool byPrefix) => Address.Parse(
        byPrefix ? PrefixChecklist.Counterpart(link == PathBed.One ? PrefixChecklist.ByOne : PrefixChecklist.ByTwo, "fd00:10::5")
        : link == PathBed.One ? "2001:db8:1::2" : "2001:db8:2::2");

    [Theory]
    [InlineData(true, PinMode.Host)]
    [InlineData(true, PinMode.Connection)]
    [InlineData(false, PinMode.Host)]
    [InlineData(false, PinMode.Connection)]
    public void Translated_IPv6_is_shared_by_weight_and_held_by_pins(bool byPrefix, PinMode pin)
    {
        using var bed = new PathBed(draft =>
        {
            Way(byPrefix)(draft);
            (draft.Mode, draft.WeightOne, draft.WeightTwo) = (InternetMode.Balance, 4, 8);
            draft.Rules[0] = new Rule { Name = "out", Action = RuleAction.Allow, Pin = pin };
        });
        string From(int i) => pin == PinMode.Host ? $"[fd00:10::{i + 1:x}:1]:5000" : $"[fd00:10::1:1]:{2000 + i}";
        PortId[] first = [.. Enumerable.Range(0, 900).Select(i => bed.Pass(PathBed.Trusted, Make.Udp(From(i), Web)).Port)];
        Assert.Equal(300, first.Count(link => link == PathBed.One));
        if (pin != PinMode.Host) return;
        Assert.Equal(first, Enumerable.Range(0, 900).Select(i => bed.Pass(PathBed.Trusted, Make.Udp(From(i), "[2001:db8:9::2]:53")).Port));
        Explanation said = bed.Forwarder.Explain(PathBed.Trusted, Address.Parse("fd00:10::1:1"), Protocol.Udp, Address.Parse("2001:db8:9::3"), 80);
        Assert.EndsWith("the host is pinned to it", said.Verdict, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, InternetMode.Failover)]
    [InlineData(true, InternetMode.Balance)]
    [InlineData(false, InternetMode.Failover)]
    [InlineData(false, InternetMode.Balance)]
    public void UDP_moves_to_the_other_link_with_its_address_there_and_TCP_is_reset(bool byPrefix, InternetMode mode)
    {
        using var bed = new PathBed(draft =>
        {
            Way(byPrefix)(draft);
            draft.Mode = mode;
        });
        var open = new Connection(bed, PathBed.Trusted, "[fd00:10::5]:6000", Web);
        Assert.Equal((PathBed.One, Seen(PathBed.One, byPrefix)), (open.Egress, open.Outside.Address));
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web)).Port);
        bed.Change(OneDown);
        Sent moved = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        Assert.Equal((PathBed.Two, new End(Seen(PathBed.Two, byPrefix), 5000), 0x020000000202UL), (moved.Port, moved.From, moved.Meta.NextHop));
        Assert.Equal(Make.End(Pc), bed.Pass(PathBed.Two, Make.Udp(moved.To, moved.From)).To);
        Sent reset = Assert.Single(bed.Review());
        Assert.Equal((PathBed.Trusted, open.Far, open.Near, open.NextToNear), (reset.Port, reset.From, reset.To, reset.Sequence));
        Assert.True(reset.Flags.HasFlag(TcpFlags.Rst));
        Assert.Equal(PathBed.Two, new Connection(bed, PathBed.Trusted, "[fd00:10::5]:6001", Web).Egress);
        bed.Change(OneUp);
        bed.Review();
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web)).Port);
        Assert.Equal((1L, 1L, 0L), bed.Forwarder.Ends);
    }

    [Fact]
    public void Untranslated_IPv6_goes_by_the_first_usable_link_also_where_balance_shares_the_rest()
    {
        using var bed = new PathBed(draft => draft.Mode = InternetMode.Balance);
        for (int i = 2; i < 9; i++) Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Make.Udp($"[fd00:10::{i:x}]:5000", Web)).Port);
        bed.Change(OneDown);
        Sent sent = bed.Pass(PathBed.Trusted, Make.Udp("[fd00:10::2]:5001", Web));
        Assert.Equal((PathBed.Two, Make.End("[fd00:10::2]:5001")), (sent.Port, sent.From));
        Assert.Equal(0, bed.Forwarder.PinCount);
    }

    [Fact]
    public void Behind_a_link_that_does_not_translate_the_other_that_does_serves_in_its_place()
    {
        using var bed = new PathBed(draft => (draft.Mode, draft.PrefixesTwo) = (InternetMode.Balance, PrefixChecklist.ByTwo));
        var open = new Connection(bed, PathBed.Trusted, "[fd00:10::5]:6000", Web);
        Assert.Equal((PathBed.One, Make.End("[fd00:10::5]:6000")), (open.Egress, open.Outside));
        for (int i = 2; i < 9; i++) Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Make.Udp($"[fd00:10::{i:x}]:5000", Web)).Port);
        bed.Change(OneDown);
        // Untranslated it cannot go on with another address.
        Assert.Contains(bed.Review(), sent => sent.Port == PathBed.Trusted && sent.Read.Protocol == Protocol.Tcp && sent.Flags.HasFlag(TcpFlags.Rst));
        Sent moved = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        Assert.Equal((PathBed.Two, Seen(PathBed.Two, byPrefix: true)), (moved.Port, moved.From.Address));
        Sent back = bed.Pass(PathBed.Two, Make.Udp(moved.To, moved.From));
        Assert.Equal(Make.End(Pc), back.To);
    }

    [Fact]
    public void And_a_flow_that_comes_back_from_a_translating_link_has_its_own_address_again()
    {
        using var bed = new PathBed(draft =>
        {
            draft.PrefixesTwo = PrefixChecklist.ByTwo;
            draft.Rules[0] = new Rule { Name = "out", Action = RuleAction.Allow, OnLinkReturn = new FlowPlans(FlowPlan.Move, FlowPlan.Move, FlowPlan.Move, FlowPlan.Move) };
        });
        bed.Change(OneDown);
        Assert.Equal(Seen(PathBed.Two, byPrefix: true), bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web)).From.Address);
        bed.Change(OneUp);
        Sent back = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        Assert.Equal((PathBed.One, Make.End(Pc)), (back.Port, back.From));
        Assert.Equal(Make.End(Pc), bed.Pass(PathBed.One, Make.Udp(back.To, back.From)).To);
    }

    [Fact]
    public void The_providers_own_prefix_is_kept_on_its_link_and_translated_on_the_other_and_so_balanced()
    {
        using var bed = new PathBed(draft =>
        {
            draft.Mode = InternetMode.Balance;
            (draft.PrefixesOne, draft.PrefixesTwo) = (PrefixChecklist.Between("fd00:10::/48"), PrefixChecklist.ByTwo);
        });
        Sent[] sent = [.. Enumerable.Range(2, 100).Select(i => bed.Pass(PathBed.Trusted, Make.Udp($"[fd00:10::{i:x}]:5000", Web)))];
        Assert.Equal(50, sent.Count(one => one.Port == PathBed.One && one.From == Make.End($"[{one.From.Address}]:5000") && one.From.Address.High == 0xfd00_0010_0000_0000));
        Assert.Equal(50, sent.Count(one => one.Port == PathBed.Two && one.From.Address.High >> 16 == 0x2001_0db8_0202));
        // A reload that changes nothing of this closes nothing.
        bed.Change(_ => { }, newPolicy: true);
        Assert.Empty(bed.Review());
        Assert.Equal(100, bed.Forwarder.FlowCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_reload_that_translates_otherwise_closes_what_leaves_as_nobody_any_more(bool byPrefix)
    {
        using var bed = new PathBed(Way(byPrefix));
        new Connection(bed, PathBed.Trusted, "[fd00:10::5]:6000", Web).Talk();
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Change(_ => { }, newPolicy: true);
        Assert.Empty(bed.Review());
        bed.Change(draft => (draft.PrefixesOne, draft.PrefixesTwo, draft.Napt) = (null, null, false), newPolicy: true);
        Assert.Equal(2, bed.Review().Length);
        Assert.Equal((0, 2L), (bed.Forwarder.FlowCount, bed.Forwarder.FlowsClosedByRules));
        Assert.Equal(Make.End(Pc), bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web)).From);
    }

    [Fact]
    public void A_new_prefix_is_taken_up_by_the_next_packet()
    {
        using var bed = new PathBed(Prefixes);
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Change(draft => draft.PrefixesOne = PrefixChecklist.Between("2001:db8:303::/48"), newPolicy: true);
        bed.Review();
        Assert.Equal(0x2001_0db8_0303UL, bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web)).From.Address.High >> 16);
    }

    [Fact]
    public void A_host_leaves_by_no_link_whose_prefix_it_is_not_in()
    {
        using var bed = new PathBed(draft =>
        {
            draft.Mode = InternetMode.Balance;
            (draft.PrefixesOne, draft.PrefixesTwo) = (PrefixChecklist.ByOne, PrefixChecklist.Between("2001:db8:202::/48", "fd00:20::/48"));
            draft.First(new Rule { Name = "by one", Action = RuleAction.Allow, Links = [PathBed.One], Destination = Draft.From("2001:db8:9::99/128") });
        });
        for (int i = 2; i < 5; i++)
        {
            Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Make.Udp($"[fd00:10::{i:x}]:5000", Web)).Port);
            Assert.Equal(PathBed.Two, bed.Pass(PathBed.Guest, Make.Udp($"[fd00:20::{i:x}]:5000", Web)).Port);
        }
        bed.Refuse(PathBed.Guest, Make.Udp("[fd00:20::2]:5000", "[2001:db8:9::99]:80"), DropReason.SourceUnmapped);
        bed.Change(OneDown);
        bed.Refuse(PathBed.Trusted, Make.Udp("[fd00:10::2]:5001", Web), DropReason.SourceUnmapped);
        bed.Change(draft => draft.LinkTwo = draft.LinkTwo with { Usable = false });
        bed.Refuse(PathBed.Trusted, Make.Udp("[fd00:10::2]:5001", Web), DropReason.NoUsableLink);
    }

    [Fact]
    public void A_rule_without_translation_and_programs_bound_to_a_links_address_keep_theirs()
    {
        using var bed = new PathBed(draft =>
        {
            Prefixes(draft);
            draft.First(new Rule { Name = "off", Action = RuleAction.Allow, Nat = SourceNat.Off, Destination = Draft.From("2001:db8:9::99/128") });
        });
        Assert.Equal(Make.End(Pc), bed.Pass(PathBed.Trusted, Make.Udp(Pc, "[2001:db8:9::99]:80")).From);
        Sent own = bed.Pass(PathBed.Host, Make.Udp("[2001:db8:2::2]:5000", Web));
        Assert.Equal((PathBed.Two, Make.End("[2001:db8:2::2]:5000")), (own.Port, own.From));
        bed.Change(_ => { }, newPolicy: true);
        Assert.Empty(bed.Review());
        Assert.Equal(2, bed.Forwarder.FlowCount);
    }
}
