using System.Text;
using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Tests.Forwarding.Web;
using Router.Wire;

namespace Router.Tests.Forwarding.Answers;

/// <summary>The path's own answer to those who may not pass yet.</summary>
public class FrontDoorTests
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.80:80", Request = "GET /a?b HTTP/1.1\r\nHost: www.example.net\r\n\r\n";

    private static readonly Gate s_login = new(PathBed.Trusted.Bit, 0, Selector.Nobody, Selector.Nobody);

    [Theory]
    [InlineData(Pc, Web, "http://192.168.10.1:4080")]
    [InlineData("[fd00:10::5]:5000", "[2001:db8:9::80]:80", "http://[fd00:10:0:0:0:0:0:1]:4080")]
    public void A_request_is_led_to_the_portal_without_any_state(string from, string to, string portal)
    {
        using var bed = new PathBed(draft => draft.Gate = s_login);
        Tcp hello = Ask(bed, Make.Tcp(from, to, TcpFlags.Syn, 7000));
        Assert.Equal((TcpFlags.Syn | TcpFlags.Ack, 7001u), (hello.Flags, hello.Acknowledgment));
        uint cookie = hello.Sequence;
        Assert.Empty(bed.Send(PathBed.Trusted, Make.Tcp(from, to, TcpFlags.Ack, 7001, cookie + 1)));

        Tcp answer = Ask(bed, Segment(from, to, TcpFlags.Ack | TcpFlags.Psh, 7001, cookie + 1, Request));
        Assert.Equal((TcpFlags.Ack | TcpFlags.Psh | TcpFlags.Fin, cookie + 1, 7001 + (uint)Request.Length), (answer.Flags, answer.Sequence, answer.Acknowledgment));
        string text = Encoding.ASCII.GetString(answer.Payload);
        Assert.StartsWith($"HTTP/1.1 302 Found\r\nLocation: {portal}/go?why=login&to=http%3A%2F%2Fwww.example.net%2Fa%3Fb\r\n", text, StringComparison.Ordinal);

        uint end = cookie + 1 + (uint)text.Length + 1;
        Assert.Empty(bed.Send(PathBed.Trusted, Make.Tcp(from, to, TcpFlags.Ack, 7001 + (uint)Request.Length, end)));
        Tcp thanks = Ask(bed, Make.Tcp(from, to, TcpFlags.Fin | TcpFlags.Ack, 7001 + (uint)Request.Length, end));
        Assert.Equal((TcpFlags.Ack, end, 7002 + (uint)Request.Length), (thanks.Flags, thanks.Sequence, thanks.Acknowledgment));
        Assert.Equal(0, bed.Forwarder.FlowCount);
    }

    [Fact]
    public void Of_a_request_in_pieces_the_first_is_enough()
    {
        using var bed = new PathBed(draft => draft.Gate = s_login);
        uint cookie = Ask(bed, Make.Tcp(Pc, Web, TcpFlags.Syn, 7000)).Sequence;
        Assert.Contains("to=http%3A%2F%2F192.0.2.80%2F\r\n", Encoding.ASCII.GetString(Ask(bed, Segment(Pc, Web, TcpFlags.Ack, 7001, cookie + 1, "GET /secr")).Payload), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stranger_to_the_cookie_is_reset()
    {
        using var bed = new PathBed(draft => draft.Gate = s_login);
        uint cookie = Ask(bed, Make.Tcp(Pc, Web, TcpFlags.Syn, 7000)).Sequence;
        foreach ((string from, uint number, TcpFlags flags) in ((string, uint, TcpFlags)[])[(Pc, cookie, TcpFlags.Ack), (Pc, cookie + 5000, TcpFlags.Ack), ("192.168.10.5:5001", cookie + 1, TcpFlags.Ack), (Pc, cookie + 1, TcpFlags.None)])
        {
            Assert.True((Ask(bed, Segment(from, Web, flags, 7001, number, Request)).Flags & TcpFlags.Rst) != 0);
        }
        bed.Now += 200 * PathBed.Second;
        Assert.True((Ask(bed, Segment(Pc, Web, TcpFlags.Ack, 7001, cookie + 1, Request)).Flags & TcpFlags.Rst) != 0);
    }

    [Fact]
    public void All_but_plain_http_is_refused_at_once()
    {
        using var bed = new PathBed(draft => draft.Gate = s_login);
        Tcp reset = Ask(bed, Make.Tcp(Pc, "192.0.2.80:443", TcpFlags.Syn, 7000));
        Assert.Equal((TcpFlags.Rst | TcpFlags.Ack, 7001u), (reset.Flags, reset.Acknowledgment));
        Sent error = Assert.Single(bed.Refuse(PathBed.Trusted, Make.Udp(Pc, "192.0.2.80:443"), DropReason.LoginRequired));
        Assert.Equal(Protocol.Icmp, error.Octets[9]);
        Assert.Equal((Icmp4.DestinationUnreachable, Icmp4.AdministrativelyProhibited), (error.Octets[20], error.Octets[21]));
    }

    [Fact]
    public void Answers_are_limited_and_short()
    {
        using var bed = new PathBed(draft => draft.Gate = s_login);
        int answers = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] syn = Make.Tcp($"192.168.10.5:{1024 + i}", Web, TcpFlags.Syn, 1);
            foreach (Sent sent in bed.Send(PathBed.Trusted, syn))
            {
                answers++;
                Assert.True(sent.Octets.Length <= syn.Length + 4);
            }
        }
        Assert.InRange(answers, 900, 1100);
    }

    [Fact]
    public void What_a_request_says_cannot_leave_its_place_in_the_answer()
    {
        using var bed = new PathBed(draft => draft.Gate = s_login);
        uint cookie = Ask(bed, Make.Tcp(Pc, Web, TcpFlags.Syn, 7000)).Sequence;
        string wild = "GET /\"<script>'%0d%0aSet-Cookie:x&why=web HTTP/1.1\r\nHost: a\"&b=c\r\n\r\n";
        string text = Encoding.ASCII.GetString(Ask(bed, Segment(Pc, Web, TcpFlags.Ack, 7001, cookie + 1, wild)).Payload);
        string location = text.Split("\r\n").Single(line => line.StartsWith("Location: ", StringComparison.Ordinal));
        Assert.Matches("^Location: http://192\\.168\\.10\\.1:4080/go\\?why=login&to=[A-Za-z0-9%._~-]+$", location);
        string endless = "GET /" + new string('"', 1000) + " HTTP/1.1\r\nHost: example.net\r\n\r\n";
        Assert.Contains("to=http%3A%2F%2Fexample.net%2F\r\n", Encoding.ASCII.GetString(Ask(bed, Segment(Pc, Web, TcpFlags.Ack, 7001, cookie + 1, endless)).Payload), StringComparison.Ordinal);
    }

    private static Tcp Ask(PathBed bed, byte[] packet)
    {
        Sent sent = Assert.Single(bed.Send(PathBed.Trusted, packet));
        Assert.Equal(PathBed.Trusted, sent.Port);
        return Client.TcpOf(sent);
    }

    private static byte[] Segment(string from, string to, TcpFlags flags, uint sequence, uint acknowledgment, string text)
    {
        byte[] data = Encoding.ASCII.GetBytes(text), segment = [.. new byte[Tcp.MinHeaderLength], .. data];
        Tcp tcp = Tcp.Over(segment);
        tcp.Begin(Make.End(from).Port, Make.End(to).Port, flags);
        (tcp.Sequence, tcp.Acknowledgment, tcp.Window) = (sequence, acknowledgment, 60000);
        return Make.Ip(Protocol.Tcp, Make.End(from).Address, Make.End(to).Address, segment);
    }
}
