using System.Buffers.Binary;
using Router.Forwarding;
using Router.Forwarding.Gateways.Pptp;
using Router.Forwarding.Identities;
using Router.Forwarding.Limits;
using Router.Forwarding.Rules;
using Router.Ports;
using Router.Tests.Forwarding.Bed;
using Router.Tests.Forwarding.Gateways;
using Router.Tests.Forwarding.Gateways.Pptp;
using Router.Tests.Forwarding.Gateways.Sip;
using Router.Wire;

namespace Router.Tests.Forwarding;

/// <summary>The path allocates nothing, whatever comes (architecture.md, threads).</summary>
public class AllocationTests
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.1:80", Us = "198.51.100.2";

    /// <summary>Takes everything.</summary>
    internal sealed class Sink() : Port("sink")
    {
        public long Taken { get; private set; }

        public override int Receive(Batch batch) => 0;

        public override int Send(Batch batch, ReadOnlySpan<int> slots)
        {
            Taken += slots.Length;
            return slots.Length;
        }
    }

    private static readonly Sink s_sink = new();

    private static PathBed Open(Action<Draft>? edit = null)
    {
        var bed = new PathBed(edit, new TableSizes(20_000, 20_000, 100));
        foreach (PortId id in new[] { PathBed.Host, PathBed.Trusted, PathBed.Guest, PathBed.One, PathBed.Two }) bed.Forwarder.Outbox.Attach(id, s_sink);
        return bed;
    }

    // So many rounds of the same batch, each a bit later than the one before. Changes to the packets are the test's.
    private static void Rounds(PathBed bed, PortId ingress, byte[][] packets, int rounds, long step = 1000, Action<byte[][]>? next = null, Plan[]? plans = null)
    {
        for (int round = 0; round < rounds; round++)
        {
            bed.Now += step;
            next?.Invoke(packets);
            foreach (byte[] packet in packets)
            {
                int slot = bed.Batch.Add();
                packet.CopyTo(bed.Batch.Space(slot));
                bed.Batch[slot].Length = packet.Length;
            }
            Plan plan = plans is null ? bed.Plan : plans[round % plans.Length];
            bed.Forwarder.Begin(plan, bed.Now);
            bed.Forwarder.Walk(ingress, bed.Batch);
            bed.Batch.Clear();
            bed.Forwarder.Review.Scan(plan, 120, bed.Now);
            bed.Forwarder.Outbox.Flush(bed.Batch);
            bed.Forwarder.Upkeep.Tend(plan, bed.Now);
        }
    }

    private static void Unchanged(PathBed bed, PortId ingress, byte[][] packets, long step = 1000, Action<byte[][]>? next = null, Plan[]? plans = null)
    {
        Rounds(bed, ingress, packets, 200, step, next, plans);
        long allocated = long.MaxValue;
        // A collection that another test causes meanwhile charges this thread with the rest of its allocation buffer, once.
        for (int attempt = 0; attempt < 5 && allocated > 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Rounds(bed, ingress, packets, 200, step, next, plans);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Known_flows_both_ways()
    {
        using var bed = new PathBed();
        var connection = new Connection(bed, PathBed.Trusted, Pc, Web);
        bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
        bed.Pass(PathBed.Trusted, Make.Echo("192.168.10.5", "192.0.2.1", 5000));
        foreach (PortId id in new[] { PathBed.Trusted, PathBed.One }) bed.Forwarder.Outbox.Attach(id, s_sink);
        Unchanged(bed, PathBed.Trusted, [connection.FromNear(100), Make.Udp(Pc, Web), Make.Echo("192.168.10.5", "192.0.2.1", 5000)]);
        Unchanged(bed, PathBed.One, [connection.FromFar(100), Make.Udp(Web, Us + ":5000"), Make.Echo("192.0.2.1", Us, 5000, isReply: true)]);
        Assert.Equal(3, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void First_packets_where_rules_are_for_users()
    {
        Rule[] rules = [.. Enumerable.Range(0, 200).Select(i => new Rule
        {
            Name = $"user {i}", Action = RuleAction.Allow, Destination = Draft.From(PortId.InternetBit),
            Source = new Selector(0, [], new IdentitySet(i < 100 ? [$"user{i}"] : [], i < 100 ? [] : [$"group{i}"], everyUser: false)),
        })];
        using var bed = new PathBed(draft => draft.Rules.InsertRange(0, rules));
        bed.Change(draft => draft.Rules.RemoveAt(200), newPolicy: true);
        bed.Seat([.. Enumerable.Range(6, 100).Select(i => ($"192.168.10.{i}", new Identity($"user{i}", ["night"]))), ("192.168.10.5", new Identity("tony", ["x", "group150"]))]);
        foreach (PortId id in new[] { PathBed.Trusted, PathBed.One }) bed.Forwarder.Outbox.Attach(id, s_sink);
        long before = bed.Forwarder.Drops[(int)DropReason.LoginRequired];
        byte[][] packets = [Make.Udp(Pc, Web), Make.Udp("192.168.10.50:7000", Web), Make.Udp("192.168.10.250:7000", Web)];
        Unchanged(bed, PathBed.Trusted, packets, step: 310 * PathBed.Second);
        Assert.True(bed.Forwarder.Drops[(int)DropReason.LoginRequired] - before >= 400);
        Assert.Equal(0, bed.Forwarder.Drops[(int)DropReason.RuleDropped]);
    }

    [Fact]
    public void Telephone_calls_both_ways()
    {
        using PathBed bed = Talk.Raise();
        byte[] invite = Talk.Datagram(Talk.Phone + ":5060", Talk.Proxy + ":5060", Talk.Request("INVITE", Talk.Phone, Talk.Offer(Talk.Phone, 40000)));
        byte[] answer = Talk.Datagram(Talk.Proxy + ":5060", Talk.Us + ":5060", Talk.Response(200, "INVITE", Talk.Us, Talk.Offer(Talk.Media, 30000)));
        bed.Pass(PathBed.Trusted, invite);
        foreach (PortId id in new[] { PathBed.Trusted, PathBed.One }) bed.Forwarder.Outbox.Attach(id, s_sink);
        Unchanged(bed, PathBed.Trusted, [invite]);
        Unchanged(bed, PathBed.One, [answer]);
        Assert.Equal(8, bed.Forwarder.Gateways.Open); // both Contacts, and for RTP and RTCP: two let in each, and one let out
    }

    [Fact]
    public void Watched_flows_both_ways()
    {
        using var bed = new PathBed();
        Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, "192.168.10.55:5000", "192.0.2.80:21");
        talk.ClientSays("PORT 192,168,10,55,156,65\r\n");
        Assert.Equal(1, bed.Forwarder.Gateways.Open);
        byte[] again = talk.Client.Again("PORT 192,168,10,55,156,65\r\n", talk.Client.Next - 27), held = talk.Client.Again("PORT 1", talk.Client.Next);
        byte[] answer = talk.Server.Segment("200 ok\r\n");
        foreach (PortId id in new[] { PathBed.Trusted, PathBed.One }) bed.Forwarder.Outbox.Attach(id, s_sink);
        long before = s_sink.Taken;
        Unchanged(bed, PathBed.Trusted, [again, held]);
        Unchanged(bed, PathBed.One, [answer]);
        Assert.True(s_sink.Taken - before >= 1200);
    }

    [Fact]
    public void Tunnelled_calls_both_ways()
    {
        using var bed = new PathBed();
        PptpTalk talk = new PptpTalk(bed, "192.168.10.55:4000", "192.0.2.23").Greet();
        talk.Call(77, 1000);
        byte[] request = talk.Line.Client.Segment(PptpTalk.Message(PptpType.OutgoingCallRequest, 78));
        foreach (PortId id in new[] { PathBed.Trusted, PathBed.One }) bed.Forwarder.Outbox.Attach(id, s_sink);
        long before = s_sink.Taken;
        Unchanged(bed, PathBed.Trusted, [PptpTalk.Gre("192.168.10.55", "192.0.2.23", 1000), request]);
        Unchanged(bed, PathBed.One, [PptpTalk.Gre("192.0.2.23", Us, 77)]);
        Assert.True(s_sink.Taken - before >= 1200);
        Assert.Equal(3, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void New_flows()
    {
        using PathBed bed = Open();
        byte[][] packets = [Make.Udp("192.168.10.5:2000", Web), Make.Tcp("192.168.10.6:2000", Web, TcpFlags.Syn), Make.Udp("[fd00:10::5]:2000", "[2001:db8:9::1]:80")];
        int port = 2000;
        Unchanged(bed, PathBed.Trusted, packets, next: all =>
        {
            port++;
            foreach (byte[] packet in all) BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(packet[0] >> 4 == 4 ? 20 : 40), (ushort)port);
        });
        Assert.Equal(3 * (port - 2000), bed.Forwarder.FlowCount);
    }

    [Fact]
    public void R9_New_flows_of_hosts_with_limits_and_those_that_are_refused()
    {
        using PathBed bed = Open(draft => draft.Limits = new HostLimits(new HostLimit(300, 6000), []));
        byte[][] packets = [Make.Udp("192.168.10.5:2000", Web), Make.Tcp("192.168.10.6:2000", Web, TcpFlags.Syn)];
        int port = 2000, host = 2;
        Unchanged(bed, PathBed.Trusted, packets, next: all =>
        {
            port++;
            BinaryPrimitives.WriteUInt16BigEndian(all[0].AsSpan(20), (ushort)port);
            all[1][15] = (byte)(2 + host++ % 200);
            BinaryPrimitives.WriteUInt16BigEndian(all[1].AsSpan(20), (ushort)port);
        });
        Assert.True(bed.Forwarder.Drops[(int)DropReason.HostFlows] > 0);
    }

    [Fact]
    public void Refused_packets_and_what_is_said_about_them()
    {
        using PathBed bed = Open(draft => draft.First(new Rule
        {
            Name = "no", Action = RuleAction.Deny, Log = RuleLog.Packets, Source = Draft.From("192.168.10.66/32"),
        }));
        long before = s_sink.Taken;
        Unchanged(bed, PathBed.Trusted,
        [
            Make.Udp("192.168.10.66:5000", Web), Make.Tcp("192.168.10.66:5000", Web, TcpFlags.Syn), Make.Tcp(Pc, Web, TcpFlags.Ack),
            Make.Udp("127.0.0.1:1", Web), Make.Udp("192.168.10.7:1", "224.0.0.1:1"), Make.Udp(Pc, Web)[..19], Make.Udp(Pc, Web).With(0, 0x55),
        ], step: 100_000);
        Unchanged(bed, PathBed.One, [Make.Udp(Web, Us + ":1"), Make.Udp(Web, "203.0.113.2:1"), Make.Tcp(Web, Us + ":1", TcpFlags.Syn)]);
        Assert.True(s_sink.Taken > before);
    }

    [Fact]
    public void Pieces_in_the_wrong_order_and_packets_that_are_broken()
    {
        using PathBed bed = Open(draft => draft.LinkOne = draft.LinkOne with { Mtu = 1400 });
        byte[][] pieces = Pieces.Break(Make.Udp(Pc, Web, 4000), 1000, 7);
        Array.Reverse(pieces);
        Unchanged(bed, PathBed.Trusted, [.. pieces, Make.Udp(Pc, Web, 4000)], step: 2_100_000);
        Assert.Equal(0, bed.Forwarder.Drops[(int)DropReason.FragmentOverlap]);
    }

    [Fact]
    public void ICMP_errors()
    {
        using PathBed bed = Open();
        Rounds(bed, PathBed.Trusted, [Make.Udp(Pc, Web)], 1);
        byte[] sent = Make.Udp(Us + ":5000", Web);
        Unchanged(bed, PathBed.One,
        [
            Make.Error("192.0.2.254", Us, Icmp4.TimeExceeded, 0, sent), Make.Error("192.0.2.254", Us, Icmp4.TimeExceeded, 0, sent.AsSpan(0, 28)),
            Make.Error("192.0.2.254", Us, Icmp4.TimeExceeded, 0, Make.Udp(Us + ":5001", Web)), Make.Udp(Web, Us + ":5000").WithTtl(1),
        ]);
        Assert.Equal(0, bed.Forwarder.Drops[(int)DropReason.BadIcmpChecksum]);
        Assert.True(bed.Forwarder.Drops[(int)DropReason.IcmpUnexplained] > 0);
    }

    [Fact]
    public void Links_that_come_and_go()
    {
        using PathBed bed = Open(draft => draft.Mode = InternetMode.Balance);
        Plan up = bed.Plan;
        bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = false });
        Plan noOne = bed.Plan;
        bed.Change(draft => (draft.LinkOne, draft.LinkTwo) = (draft.LinkOne with { Usable = true }, draft.LinkTwo with { Usable = false }));
        Unchanged(bed, PathBed.Trusted, [Make.Udp(Pc, Web), Make.Udp("192.168.10.6:5000", Web), Make.Tcp(Pc, Web, TcpFlags.Syn)], plans: [up, noOne, bed.Plan]);
        Assert.True(bed.Forwarder.Ends.Moved > 100);
        Assert.True(bed.Forwarder.Ends.Reset > 50);
    }
}
