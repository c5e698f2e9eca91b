using Router.Forwarding;
using Router.Licensing;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Limits;

/// <summary>What the path asks the licence pool, by packets: trusted is licensed, guest is not, and there is one place.</summary>
public sealed class PlacesTests : IDisposable
{
    private const long Idle = 900 * PathBed.Second;

    private static readonly PoolTerms s_terms = new() { Users = 1, DevicesPerUser = 1, DeviceIdle = Idle, LicensedZones = PathBed.Trusted.Bit };

    private readonly Pool _pool = new(PoolTables.Anonymous(new PoolSizes(64, 8)), s_terms);

    public void Dispose() => _pool.Dispose();

    private PathBed Bed(Action<Draft>? edit = null, ForwardingTables? tables = null) => new(edit, tables: tables, pool: _pool);

    private static byte[] Udp(int host, int port = 2000) => Make.Udp($"192.168.10.{host}:{port}", "192.0.2.1:443");

    [Fact]
    public void A_device_without_a_place_is_told_and_what_has_one_goes_on()
    {
        using PathBed bed = Bed();
        bed.Pass(PathBed.Trusted, Udp(5));
        Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, Udp(6), DropReason.LicenceFull));
        Assert.Equal((Icmp4.DestinationUnreachable, Icmp4.AdministrativelyProhibited), (told.IcmpType, told.IcmpCode));
        bed.Pass(PathBed.Trusted, Udp(5));
        bed.Pass(PathBed.Trusted, Udp(5, 2001));
        Assert.Equal(2, Assert.Single(_pool.Devices()).Flows);
        Assert.Contains("has no place of the licence", bed.Forwarder.Explain(PathBed.Trusted, Address.Parse("192.168.10.6"), Protocol.Udp, Address.Parse("192.0.2.1"), 443).Verdict, StringComparison.Ordinal);
        Assert.True(bed.Forwarder.Explain(PathBed.Trusted, Address.Parse("192.168.10.5"), Protocol.Udp, Address.Parse("192.0.2.1"), 443).Allowed);
    }

    [Fact]
    public void Guests_the_box_itself_and_local_traffic_take_none()
    {
        using PathBed bed = Bed(draft => draft.Rules.Add(new() { Name = "across", Source = Draft.From(PathBed.Trusted.Bit), Destination = Draft.From(PathBed.Guest.Bit), Action = Router.Forwarding.Rules.RuleAction.Allow }));
        bed.Pass(PathBed.Guest, Make.Udp("192.168.20.5:2000", "192.0.2.1:443"));
        bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:2000", "192.168.20.5:2000"));
        bed.Pass(PathBed.Host, Make.Udp("198.51.100.2:2000", "192.0.2.1:443"));
        Assert.Equal(0, _pool.Counts().Devices);
    }

    [Fact]
    public void A_flow_counts_until_it_ends_and_the_place_is_free_when_it_has_been_idle()
    {
        using PathBed bed = Bed();
        bed.Pass(PathBed.Trusted, Udp(5));
        bed.Wait(310 * PathBed.Second);
        Assert.Equal(0, Assert.Single(_pool.Devices()).Flows);
        _pool.Tick(bed.Now);
        bed.Refuse(PathBed.Trusted, Udp(6), DropReason.LicenceFull);
        bed.Now += Idle;
        _pool.Tick(bed.Now);
        bed.Pass(PathBed.Trusted, Udp(6));
    }

    [Fact]
    public void What_a_flow_carried_is_its_devices_when_it_ends()
    {
        using PathBed bed = Bed();
        byte[] question = Udp(5);
        Sent there = bed.Pass(PathBed.Trusted, question);
        bed.Pass(PathBed.Trusted, question);
        byte[] answer = Make.Udp(Make.End("192.0.2.1:443"), there.From, 500);
        bed.Pass(there.Port, answer);
        Assert.Equal(default, Assert.Single(_pool.Devices()).Ended);
        bed.Wait(310 * PathBed.Second);
        Assert.Equal(new Carried(answer.Length, 2 * question.Length), Assert.Single(_pool.Devices()).Ended);
    }

    [Fact]
    public void Somebody_who_is_logged_in_where_nothing_is_licensed_is_told_of_his_volume_too()
    {
        using PathBed bed = Bed();
        Address guest = Address.Parse("192.168.20.5");
        _pool.Login(new LoginRequest(guest, PathBed.Guest.Value, "tony", [], LoginMethod.Web, false, 0, AtLimit.Refuse), bed.Now);
        byte[] question = Make.Udp($"{guest}:2000", "192.0.2.1:443");
        bed.Pass(PathBed.Guest, question);
        bed.Wait(310 * PathBed.Second);
        Assert.Equal(new Carried(0, question.Length), _pool.Find(guest)!.Ended);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_refused_for_something_else_takes_none(bool byRule)
    {
        using PathBed bed = Bed(draft =>
        {
            if (byRule) draft.Rules.Clear();
            else (draft.LinkOne, draft.LinkTwo) = (draft.LinkOne with { Usable = false }, draft.LinkTwo with { Usable = false });
        });
        bed.Refuse(PathBed.Trusted, Udp(5), byRule ? DropReason.RuleDropped : DropReason.NoUsableLink);
        Assert.Equal(0, _pool.Counts().Devices);
        Assert.All(_pool.Devices(), device => Assert.Equal(0, device.Flows));
    }

    [Fact]
    public void A_flow_that_moves_to_another_link_keeps_the_place_and_is_counted_once()
    {
        using PathBed bed = Bed();
        bed.Pass(PathBed.Trusted, Udp(5));
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = false });
        bed.Review();
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, Udp(5)).Port);
        Assert.Equal(1, Assert.Single(_pool.Devices()).Flows);
    }

    [Fact]
    public void When_the_licence_ends_live_flows_end_under_the_next_plan_and_new_ones_are_refused()
    {
        using PathBed bed = Bed();
        bed.Pass(PathBed.Trusted, Udp(5));
        bed.Pass(PathBed.Guest, Make.Udp("192.168.20.5:2000", "192.0.2.1:443"));
        _pool.SetTerms(s_terms with { IsEnded = true });
        bed.Change(_ => { });
        bed.Review();
        Assert.Equal(1, bed.Forwarder.FlowCount);
        bed.Refuse(PathBed.Trusted, Udp(5), DropReason.LicenceEnded);
        bed.Pass(PathBed.Guest, Make.Udp("192.168.20.5:2000", "192.0.2.1:443"));
        Assert.Equal(0, Assert.Single(_pool.Devices()).Flows);
    }

    [Fact]
    public void The_next_process_counts_the_flows_that_it_finds()
    {
        var tables = ForwardingTables.Anonymous(new TableSizes(512, 512, 64));
        var first = new PathBed(tables: tables, pool: _pool);
        first.Pass(PathBed.Trusted, Udp(5));
        first.Pass(PathBed.Trusted, Udp(5, 2001));
        using var next = new Pool(PoolTables.Anonymous(new PoolSizes(64, 8)), s_terms);
        using var second = new PathBed(tables: tables, pool: next);
        Assert.Equal(2, Assert.Single(next.Devices()).Flows);
        second.Refuse(PathBed.Trusted, Udp(6), DropReason.LicenceFull);
        second.Pass(PathBed.Trusted, Udp(5));
    }
}
