using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding;

/// <summary>A second process takes over the tables of a first one that just ended, and nobody notices (architecture.md, hitless restart).</summary>
[Collection(nameof(Alone))]
public sealed class ResumeTests : IDisposable
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.1:80";

    private static readonly TableSizes s_sizes = new(1024, 1024, 256);

    private readonly string _directory = Directory.CreateTempSubdirectory("router-resume-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private PathBed Open(Action<Draft> edit, long now) => new(edit, tables: ForwardingTables.Open(_directory, s_sizes)) { Now = now };

    private static void Setup(Draft draft)
    {
        (draft.Mode, draft.Generation) = (InternetMode.Balance, 1);
        draft.First(new Rule
        {
            Name = "web", Action = RuleAction.Allow, ForwardTo = new ForwardTarget(Address.Parse("192.168.10.80"), 8443),
            Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit), Services = [new ServiceMatch(Protocol.Tcp, 443, 443)],
        });
    }

    [Fact]
    public void A_smaller_table_says_how_many_flows_it_lost()
    {
        using (PathBed bed = Open(Setup, 10_000 * PathBed.Second))
        {
            for (int port = 0; port < 300; port++) bed.Pass(PathBed.Trusted, Make.Udp($"192.168.10.6:{5000 + port}", Web));
        }
        ForwardingTables smaller = ForwardingTables.Open(_directory, s_sizes with { Flows = 100 });
        using var after = new PathBed(Setup, tables: smaller);
        string said = smaller.Origins.First();
        Assert.StartsWith("flows: 100 taken over from the process before (", said, StringComparison.Ordinal);
        Assert.EndsWith("went from 1024 to 100 entries; live ones lost: 200)", said, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_discarded_is_told_only_if_there_was_something()
    {
        Assert.False(ForwardingTables.Discard(_directory));
        using (Open(Setup, 10_000 * PathBed.Second)) { }
        Assert.True(ForwardingTables.Discard(_directory));
        Assert.False(ForwardingTables.Discard(_directory));
    }

    [Fact]
    public void Ports_that_a_flow_a_mapping_or_a_pin_refers_to_are_in_use()
    {
        ForwardingTables tables = ForwardingTables.Open(_directory, s_sizes);
        using var bed = new PathBed(tables: tables) { Now = 10_000 * PathBed.Second };
        Assert.Equal(0UL, bed.Forwarder.PortsInUse());
        bed.Pass(PathBed.Guest, Make.Udp("192.168.20.5:5000", Web));
        Assert.Equal(Draft.Guest.Bit | Draft.One.Bit, bed.Forwarder.PortsInUse());
        bed.Wait(1000 * PathBed.Second);
        bed.Wait(1000 * PathBed.Second);
        Assert.Equal(0UL, tables.PortsInUse());
    }

    [Fact]
    public void Flows_mappings_and_pins_go_on_as_they_were()
    {
        var seen = new List<byte[]>();
        long now;
        Connection outbound, inbound, hairpin;
        using (PathBed bed = Open(Setup, 10_000 * PathBed.Second))
        {
            outbound = new Connection(bed, PathBed.Trusted, Pc, Web);
            inbound = new Connection(bed, PathBed.Two, "192.0.2.9:7000", "203.0.113.2:443");
            hairpin = new Connection(bed, PathBed.Guest, "192.168.20.6:7000", "198.51.100.2:443");
            bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.6:5000", Web));
            foreach ((PortId ingress, byte[] packet) in Talk()) seen.Add(bed.Pass(ingress, packet).Octets);
            bed.Wait(60 * PathBed.Second);
            now = bed.Now;
        }
        using (PathBed bed = Open(Setup, now))
        {
            Assert.Equal((4, 2), (bed.Forwarder.FlowCount, bed.Forwarder.PinCount));
            Assert.Empty(bed.Review());
            int at = 0;
            foreach ((PortId ingress, byte[] packet) in Talk())
            {
                Assert.Equal(seen[at++], bed.Pass(ingress, packet).Octets);
            }
            // New connections of the same endpoints have the same outside endpoint and link, and nobody else gets it.
            Sent again = bed.Pass(PathBed.Trusted, Make.Tcp(Pc, "192.0.2.2:80", TcpFlags.Syn));
            Assert.Equal((outbound.Egress, outbound.Outside), (again.Port, again.From));
            bed.Wait(7500 * PathBed.Second);
            Assert.Equal(0, bed.Forwarder.FlowCount);
            bed.Wait(700 * PathBed.Second);
            Assert.Equal((0, 0), (bed.Forwarder.PinCount, bed.Forwarder.Mappings.Count));
        }

        (PortId, byte[])[] Talk() =>
        [
            (PathBed.Trusted, Make.Tcp(outbound.Near, outbound.Far, TcpFlags.Ack, 1001, 5001, 10)),
            (outbound.Egress, Make.Tcp(outbound.Server, outbound.Outside, TcpFlags.Ack, 5001, 1001, 10)),
            (PathBed.Two, Make.Tcp(inbound.Near, inbound.Far, TcpFlags.Ack, 1001, 5001, 10)),
            (PathBed.Trusted, Make.Tcp(inbound.Server, inbound.Outside, TcpFlags.Ack, 5001, 1001, 10)),
            (PathBed.Guest, Make.Tcp(hairpin.Near, hairpin.Far, TcpFlags.Ack, 1001, 5001, 10)),
            (PathBed.Trusted, Make.Tcp(hairpin.Server, hairpin.Outside, TcpFlags.Ack, 5001, 1001, 10)),
            (PathBed.Trusted, Make.Udp("192.168.10.6:5000", Web)),
        ];
    }

    [Fact]
    public void What_the_new_rules_no_longer_allow_is_closed_at_the_start()
    {
        long now;
        using (PathBed bed = Open(Setup, 10_000 * PathBed.Second))
        {
            new Connection(bed, PathBed.Trusted, Pc, Web).Talk();
            bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.6:5000", Web));
            now = bed.Now;
        }
        using PathBed next = Open(draft => draft.First(new Rule { Name = "no", Action = RuleAction.Drop, Source = Draft.From("192.168.10.5/32") }), now);
        Assert.Equal(2, next.Review().Length);
        Assert.Equal((1, 1L), (next.Forwarder.FlowCount, next.Forwarder.FlowsClosedByRules));
    }

    [Fact]
    public void Ports_in_quarantine_stay_there()
    {
        long now;
        using (PathBed bed = Open(Setup, 10_000 * PathBed.Second))
        {
            bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
            bed.Wait(305 * PathBed.Second);
            Assert.Equal(0, bed.Forwarder.FlowCount);
            now = bed.Now;
        }
        using PathBed next = Open(draft => { }, now);
        Assert.NotEqual(5000, next.Pass(PathBed.Trusted, Make.Udp("192.168.10.7:5000", Web)).From.Port);
        Assert.Equal(5000, next.Pass(PathBed.Trusted, Make.Udp(Pc, Web)).From.Port);
    }
}
