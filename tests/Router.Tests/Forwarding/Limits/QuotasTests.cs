using Router.Forwarding;
using Router.Forwarding.Limits;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Limits;

/// <summary>What one host may have of the flow table (RFC 6888 REQ-4), and that nobody fills it alone.</summary>
[Collection(nameof(Alone))]
public class QuotasTests
{
    private static readonly HostLimits s_ten = new(new HostLimit(10, HostLimit.Unlimited), []);

    private static byte[] Flow(int host, int number) => Make.Udp($"192.168.10.{host}:{2000 + number}", "192.0.2.1:80", 4);

    [Fact]
    public void R9_A_host_has_so_many_live_flows_and_others_have_theirs()
    {
        using var bed = new PathBed(draft => draft.Limits = s_ten);
        for (int i = 0; i < 10; i++) bed.Pass(PathBed.Trusted, Flow(5, i));
        Sent told = Assert.Single(bed.Refuse(PathBed.Trusted, Flow(5, 10), DropReason.HostFlows));
        Assert.Equal((Icmp4.DestinationUnreachable, Icmp4.AdministrativelyProhibited), (told.IcmpType, told.IcmpCode));
        for (int i = 0; i < 10; i++) bed.Pass(PathBed.Trusted, Flow(6, i));
        // What it has goes on, both ways, and strangers come to it as before.
        bed.Pass(PathBed.Trusted, Flow(5, 3));
        bed.Pass(PathBed.One, Make.Udp("192.0.2.1:80", "198.51.100.2:2003"));
        bed.Wait(305 * PathBed.Second);
        bed.Pass(PathBed.Trusted, Flow(5, 10));
    }

    [Fact]
    public void R9_A_host_begins_so_many_flows_in_a_minute()
    {
        using var bed = new PathBed(draft => draft.Limits = new HostLimits(new HostLimit(HostLimit.Unlimited, 60), []));
        for (int i = 0; i < 60; i++) bed.Pass(PathBed.Trusted, Flow(5, i));
        for (int i = 60; i < 200; i++) bed.Refuse(PathBed.Trusted, Flow(5, i), DropReason.HostRate);
        bed.Pass(PathBed.Trusted, Flow(6, 1));
        // One more each second, and what is refused costs nothing.
        bed.Now += 10 * PathBed.Second;
        for (int i = 60; i < 70; i++) bed.Pass(PathBed.Trusted, Flow(5, i));
        bed.Refuse(PathBed.Trusted, Flow(5, 70), DropReason.HostRate);
        bed.Now += 60 * PathBed.Second;
        for (int i = 70; i < 130; i++) bed.Pass(PathBed.Trusted, Flow(5, i));
        bed.Refuse(PathBed.Trusted, Flow(5, 130), DropReason.HostRate);
    }

    [Fact]
    public void R9_One_host_takes_half_of_the_table_two_take_a_third_each_and_the_next_finds_room()
    {
        using var bed = new PathBed(draft => draft.Limits = new HostLimits(new HostLimit(5000, HostLimit.Unlimited), []), new TableSizes(900, 4096, 100));
        int first = Fill(bed, 5);
        Assert.Equal(450, first);
        int second = Fill(bed, 6);
        Assert.Equal(225, second);
        // As flows of the first end, the second may have as many as it.
        bed.Now += 200 * PathBed.Second;
        for (int i = 0; i < second; i++) bed.Send(PathBed.Trusted, Flow(6, i));
        for (int i = 0; i < 250; i++) bed.Send(PathBed.Trusted, Flow(5, i));
        bed.Wait(102 * PathBed.Second);
        Assert.Equal(475, bed.Forwarder.FlowCount);
        Assert.InRange(second + Fill(bed, 6, from: second), 320, 330);
        bed.Pass(PathBed.Trusted, Flow(7, 0));
        Assert.Equal(0, bed.Forwarder.Drops[(int)DropReason.FlowsFull]);
    }

    [Fact]
    public void R9_A_flood_at_a_mapped_server_takes_that_servers_share_and_no_more()
    {
        using var bed = new PathBed(draft =>
        {
            draft.Limits = s_ten;
            draft.First(new Rule
            {
                Name = "web", Action = RuleAction.Allow, ForwardTo = new ForwardTarget(Address.Parse("192.168.10.80"), 0),
                Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit),
            });
        }, new TableSizes(1000, 4096, 100));
        for (int i = 0; i < 1000; i++) bed.Send(PathBed.One, Make.Tcp($"192.0.{2 + i / 200}.{1 + i % 200}:7000", "198.51.100.2:443", TcpFlags.Syn));
        Assert.Equal(500, bed.Forwarder.FlowCount);
        Assert.Equal(500, bed.Forwarder.Drops[(int)DropReason.HostShare]);
        bed.Pass(PathBed.Trusted, Flow(5, 0));
    }

    [Fact]
    public void An_exception_is_for_its_hosts_and_a_reload_holds_at_once()
    {
        using var bed = new PathBed(draft => draft.Limits = s_ten);
        Assert.Equal(10, Fill(bed, 5));
        bed.Change(draft => draft.Limits = s_ten with
        {
            Exceptions = [new(Draft.From("192.168.10.5/32"), new HostLimit(20, HostLimit.Unlimited)), new(Draft.From(PathBed.Guest.Bit), HostLimit.None)],
        }, newPolicy: true);
        Assert.Equal(10, Fill(bed, 5, from: 10));
        Assert.Equal(10, Fill(bed, 6));
        for (int i = 0; i < 1000; i++) bed.Pass(PathBed.Guest, Make.Udp($"192.168.20.5:{2000 + i}", "192.0.2.1:80"));
    }

    [Fact]
    public void Flows_of_an_earlier_process_count()
    {
        string directory = Directory.CreateTempSubdirectory("nt_quotas").FullName;
        try
        {
            using (var bed = new PathBed(draft => draft.Limits = s_ten, tables: ForwardingTables.Open(directory, new TableSizes(100, 100, 100)))) Assert.Equal(10, Fill(bed, 5));
            using var next = new PathBed(draft => draft.Limits = s_ten, tables: ForwardingTables.Open(directory, new TableSizes(100, 100, 100)));
            Assert.Equal(10, next.Forwarder.FlowCount);
            next.Refuse(PathBed.Trusted, Flow(5, 10), DropReason.HostFlows);
            next.Wait(305 * PathBed.Second);
            Assert.Equal(10, Fill(next, 5, from: 20));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Hosts_that_find_no_place_are_one_together_and_places_come_free()
    {
        using var bed = new PathBed(draft => draft.Limits = s_ten, new TableSizes(4096, 4096, 20));
        for (int host = 2; host < 22; host++) bed.Pass(PathBed.Trusted, Flow(host, 0));
        int admitted = 0;
        for (int host = 22; host < 60; host++) admitted += bed.Send(PathBed.Trusted, Flow(host, 0)).Length;
        // Ten passed; the others were told.
        Assert.Equal(28, bed.Forwarder.Drops[(int)DropReason.HostFlows]);
        bed.Wait(305 * PathBed.Second);
        for (int round = 0; round < 100; round++) bed.Wait(0);
        Assert.Equal(0, bed.Forwarder.Quotas.Count);
        for (int host = 40; host < 60; host++) bed.Pass(PathBed.Trusted, Flow(host, 0));
    }

    [Fact]
    public void The_journal_hears_of_a_host_once_a_minute()
    {
        using var bed = new PathBed(draft => draft.Limits = s_ten);
        Fill(bed, 5);
        for (int i = 0; i < 99; i++) bed.Send(PathBed.Trusted, Flow(5, 100 + i));
        Fill(bed, 6);
        var told = Told(bed);
        Assert.Equal(["192.168.10.5", "192.168.10.6"], told.Select(e => e.Source.ToString()));
        Assert.All(told, e => Assert.Equal((DropReason.HostFlows, PathBed.Trusted, 10u, 1u), (e.Reason, e.Ingress, e.Flows, e.Refused)));
        bed.Now += 61 * PathBed.Second;
        bed.Send(PathBed.Trusted, Flow(5, 300));
        Assert.Equal(100u, Assert.Single(Told(bed)).Refused);
    }

    [Fact]
    public void The_box_itself_has_no_limit()
    {
        using var bed = new PathBed(draft => draft.Limits = s_ten);
        for (int i = 0; i < 200; i++) bed.Pass(PathBed.Host, Make.Udp($"198.51.100.2:{2000 + i}", "192.0.2.1:80"));
    }

    private static int Fill(PathBed bed, int host, int from = 0)
    {
        int before = bed.Forwarder.FlowCount;
        for (int i = from; i < from + 1000; i++)
        {
            bed.Send(PathBed.Trusted, Flow(host, i));
            if (bed.Refused != DropReason.None) break;
        }
        return bed.Forwarder.FlowCount - before;
    }

    private static List<PathEvent> Told(PathBed bed)
    {
        var told = new List<PathEvent>();
        while (bed.Forwarder.Events.TryRead(out PathEvent happened))
        {
            if (happened.Kind == PathEventKind.HostLimited) told.Add(happened);
        }
        return told;
    }
}
