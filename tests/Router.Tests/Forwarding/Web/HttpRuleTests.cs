using Router.Forwarding;
using Router.Forwarding.Flows;
using Router.Forwarding.Web;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Web;

public class HttpRuleTests
{
    private const string Get = "GET /a HTTP/1.1\r\nHost: www.example.org\r\n\r\n", Bad = "GET /b?c=d&e HTTP/1.1\r\nHost: www.example.net\r\n\r\n";

    private static readonly WebRule s_deny = Client.Rule(WebAction.Deny, "*.example.net");

    [Fact]
    public void A_denied_request_gets_the_page_and_both_sides_are_ended()
    {
        using var bed = new PathBed(Client.With(Client.Rule(WebAction.Allow, "other.example"), s_deny));
        var client = new Client(bed);
        Sent[] sent = client.Say(Bad);
        Assert.Equal(DropReason.WebRule, bed.Refused);
        Sent page = sent.Single(one => one.Port == PathBed.Trusted), reset = sent.Single(one => one.Port == PathBed.One);
        Tcp tcp = Client.TcpOf(page), end = Client.TcpOf(reset);
        Assert.Equal((client.Far, client.Near), (page.From, page.To));
        Assert.Equal((TcpFlags.Ack | TcpFlags.Psh | TcpFlags.Fin, client.Heard, client.First + (uint)Bad.Length), (tcp.Flags, tcp.Sequence, tcp.Acknowledgment));
        Assert.StartsWith("HTTP/1.1 302 Found\r\nLocation: http://192.168.10.1:4080/go?why=web&rule=2&to=http%3A%2F%2Fwww.example.net%2Fb%3Fc%3Dd%26e\r\n", Client.Text(page), StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", Client.Text(page), StringComparison.Ordinal);
        Assert.Equal((TcpFlags.Rst | TcpFlags.Ack, client.First), (end.Flags, end.Sequence));

        // It asks again, since the answer was lost; and then it takes leave.
        Assert.Equal(Client.Text(page), Client.Text(Assert.Single(client.SayAt(0, [.. Bad.Select(letter => (byte)letter)]))));
        bed.Send(PathBed.One, Make.Tcp(client.Server, client.Outside, TcpFlags.Ack, client.Heard, client.First, 10));
        Assert.Equal(DropReason.WebRule, bed.Refused);
        Sent thanks = Assert.Single(bed.Send(PathBed.Trusted, client.Segment(Bad.Length, [], TcpFlags.Fin | TcpFlags.Ack)));
        Assert.Equal((TcpFlags.Ack, client.First + (uint)Bad.Length + 1), (Client.TcpOf(thanks).Flags, Client.TcpOf(thanks).Acknowledgment));
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void A_later_request_of_the_same_connection_is_denied_too()
    {
        using var bed = new PathBed(Client.With(s_deny));
        var client = new Client(bed);
        client.Pass(Get);
        client.Answer(1000);
        client.Pass("POST /form HTTP/1.1\r\nHost: a.example\r\nContent-Length: 60\r\n\r\nGET / HTTP/1.1\r\nHost: www.example.net\r\n\r\n");
        client.Pass("12345678901234567890");
        client.Answer(1000);
        client.Pass("PUT / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n29;x\r");
        client.Pass("\nGET / HTTP/1.1\r\nHost: www.example.net\r\n\r\n\r\n0\r");
        client.Pass("\nSum: 1\r\n\r\n");
        Sent[] sent = client.Say(Bad);
        Assert.Equal(DropReason.WebRule, bed.Refused);
        Assert.Contains(sent, one => one.Port == PathBed.Trusted && Client.Text(one).StartsWith("HTTP/1.1 302", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_cut_and_order_of_two_requests_ends_with_the_same_no()
    {
        byte[] stream = [.. (Get + "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n123456789012345678901234567890" + Bad).Select(letter => (byte)letter)];
        for (int seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            using var bed = new PathBed(Client.With(s_deny));
            var client = new Client(bed);
            var passed = new HashSet<int>();
            bool isDenied = false;
            var pieces = new List<(int At, int Length)>();
            for (int at = 0; at < stream.Length; at += pieces[^1].Length) pieces.Add((at, Math.Min(stream.Length - at, random.Next(1, 40))));
            (int At, int Length)[] order = [.. pieces];
            if (seed % 2 == 0) random.Shuffle(order.AsSpan());
            foreach ((int at, int length) in order)
            {
                Sent[] sent = client.SayAt(at, stream[at..(at + length)]);
                if (bed.Refused == DropReason.WebRule)
                {
                    isDenied = true;
                    break;
                }
                Assert.Equal(DropReason.None, bed.Refused);
                Assert.Equal(stream[at..(at + length)], Client.TcpOf(Assert.Single(sent)).Payload.ToArray());
            }
            Assert.True(isDenied, $"seed {seed}");
        }
    }

    [Fact]
    public void What_is_repeated_with_other_words_is_unreadable()
    {
        using var bed = new PathBed(draft => draft.Web = new WebPolicy { Rules = [s_deny], DeniesUnreadable = true });
        var client = new Client(bed);
        client.Pass("GET / HTTP/1.1\r\nHost: www.exam");
        client.SayAt(10, [.. "XTTP/1.1\r\nHost: www.example.org\r\n\r\n".Select(letter => (byte)letter)]);
        Assert.Equal(DropReason.WebRule, bed.Refused);
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: www.example.net\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    public void The_policy_decides_on_what_cannot_be_read(string text)
    {
        foreach (bool denies in (bool[])[false, true])
        {
            using var bed = new PathBed(draft => draft.Web = new WebPolicy { Rules = [s_deny], DeniesUnreadable = denies });
            var client = new Client(bed);
            Sent[] sent = client.Say(text);
            Assert.Equal(denies ? DropReason.WebRule : DropReason.None, bed.Refused);
            Assert.Equal(denies ? 0 : 1, bed.Forwarder.FlowCount);
            if (denies) Assert.All(sent, one => Assert.True((Client.TcpOf(one).Flags & TcpFlags.Rst) != 0));
            else Assert.False(client.IsWatched);
            Assert.Equal(1, bed.Forwarder.Web.Unreadable);
        }
    }

    [Fact]
    public void Behind_an_upgrade_anything_may_follow_and_so_may_a_request()
    {
        using var bed = new PathBed(Client.With(s_deny));
        var socket = new Client(bed);
        socket.Pass("GET /chat HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\n\r\n");
        Assert.True(socket.IsWatched);
        socket.Pass("\u0081\u0005hello");
        Assert.False(socket.IsWatched);

        using var other = new PathBed(Client.With(s_deny));
        var client = new Client(other);
        client.Pass("GET / HTTP/1.1\r\nHost: a.example\r\nUpgrade: h2c\r\n\r\n");
        client.Say(Bad);
        Assert.Equal(DropReason.WebRule, other.Refused);
    }

    [Fact]
    public void A_denied_request_behind_another_in_one_segment_is_ended_without_a_page()
    {
        using var bed = new PathBed(Client.With(s_deny));
        Sent[] sent = new Client(bed).Say(Get + Bad);
        Assert.Equal(DropReason.WebRule, bed.Refused);
        Assert.Equal(2, sent.Length);
        Assert.All(sent, one => Assert.True((Client.TcpOf(one).Flags & TcpFlags.Rst) != 0));
    }

    [Fact]
    public void A_rule_may_lead_elsewhere_or_say_nothing()
    {
        using var bed = new PathBed(Client.With(Client.Rule(WebAction.Redirect, "www.example.net/b*"), Client.Rule(WebAction.Drop, "*.example.org")));
        var client = new Client(bed);
        Assert.Contains(client.Say(Bad), one => Client.Text(one).Contains("\r\nLocation: http://elsewhere.example/x\r\n", StringComparison.Ordinal));
        var silent = new Client(bed, from: "192.168.10.5:5001");
        Assert.Empty(silent.Say(Get));
        Assert.Equal(DropReason.WebRule, bed.Refused);
        Assert.Empty(silent.SayAt(0, [.. Get.Select(letter => (byte)letter)]));
    }

    [Fact]
    public void Only_what_local_hosts_begin_to_the_internet_is_read()
    {
        using var bed = new PathBed(draft => draft.Web = new WebPolicy { Rules = [s_deny], Ports = [81] });
        var client = new Client(bed);
        Assert.False(client.IsWatched);
        client.Pass(Bad);
    }

    [Fact]
    public void Zones_are_told_apart()
    {
        WebRule guests = new() { Name = "guests", Action = WebAction.Deny, Zones = PathBed.Guest.Bit };
        using var bed = new PathBed(Client.With(guests));
        new Client(bed).Pass(Bad);
    }

    [Fact]
    public void Nothing_is_allocated_for_a_request()
    {
        using var bed = new PathBed(Client.With(s_deny));
        var client = new Client(bed);
        bed.Forwarder.Outbox.Attach(PathBed.One, new AllocationTests.Sink());
        byte[] request = [.. Get.Select(letter => (byte)letter)];
        byte[][] segments = [.. Enumerable.Range(0, 100).Select(i => client.Segment(i * request.Length, request))];
        void Walk(byte[] segment)
        {
            int slot = bed.Batch.Add();
            segment.CopyTo(bed.Batch.Space(slot));
            bed.Batch[slot] = default;
            bed.Batch[slot].Length = segment.Length;
            bed.Forwarder.Begin(bed.Plan, bed.Now);
            bed.Forwarder.Walk(PathBed.Trusted, bed.Batch);
            bed.Batch.Clear();
        }
        foreach (byte[] segment in segments.AsSpan(0, 20)) Walk(segment);
        long allocated = long.MaxValue;
        // A collection that another test causes meanwhile charges this thread once (see AllocationTests).
        for (int part = 20; part < 100 && allocated > 0; part += 20)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (byte[] segment in segments.AsSpan(part, 20)) Walk(segment);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(0, allocated);
        Assert.True(bed.Forwarder.Web.Requests >= 40);
    }
}
