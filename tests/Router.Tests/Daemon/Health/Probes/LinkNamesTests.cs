using System.Net;
using System.Net.Sockets;
using Router.Daemon.Health.Probes;
using Router.Wire;

namespace Router.Tests.Daemon.Health.Probes;

/// <summary>Times and answers by hand; and once a name server of our own, at an address of this machine that nobody else uses.</summary>
public class LinkNamesTests
{
    private const long Second = 1_000_000;
    private static readonly (string Name, bool V4) Name = ("ok.example", true);
    private static readonly Address One = Address.Parse("192.0.2.1"), Two = Address.Parse("192.0.2.2");

    private readonly LinkNames _names = new(new Mailbox(() => { }));

    public LinkNamesTests() => _names.Want([Name]);

    [Fact]
    public void Name_is_asked_for_again_when_its_answer_holds_no_longer()
    {
        Assert.Equal(0, _names.Deadline);
        Assert.False(_names.IsSettled);
        Assert.True(Answer(100 * Second, 300, One));
        Assert.True(_names.IsSettled);
        Assert.Equal(One, _names.Find("ok.example", true));
        Assert.Equal(400 * Second, _names.Deadline);
    }

    [Theory]
    [InlineData(0u, 30), InlineData(30u, 30), InlineData(86_400u, 3600), InlineData(uint.MaxValue, 3600)]
    public void Time_that_an_answer_holds_is_taken_within_bounds(uint ttl, int seconds)
    {
        Answer(0, ttl, One);
        Assert.Equal(seconds * Second, _names.Deadline);
    }

    [Fact]
    public void Address_stays_while_answers_have_it_and_when_nobody_answers()
    {
        Answer(0, 60, One, Two);
        Assert.False(Answer(60 * Second, 60, Two, One));
        Assert.False(Answer(120 * Second, 0));
        Assert.Equal(One, _names.Find("ok.example", true));
        Assert.True(Answer(180 * Second, 60, Two));
        Assert.Equal(Two, _names.Find("ok.example", true));
    }

    [Fact]
    public void Name_without_an_address_is_settled_and_soon_asked_for_again()
    {
        Assert.False(Answer(0, 0));
        Assert.True(_names.IsSettled);
        Assert.Equal(5 * Second, _names.Deadline);
    }

    [Fact]
    public void Answers_of_names_that_are_gone_are_nobodys()
    {
        Answer(0, 600, One);
        _names.Want([("other.example", true), Name]);
        Assert.Equal((One, 0), (_names.Find("ok.example", true), _names.Deadline));
        _names.Want([]);
        Assert.False(Answer(0, 60, Two));
        Assert.True(_names.IsSettled);
        Assert.Equal(long.MaxValue, _names.Deadline);
    }

    [Fact]
    public void Servers_are_asked_in_turn_until_one_knows()
    {
        using Socket? wrong = Listen("127.53.0.1"), right = Listen("127.53.0.2");
        Assert.SkipWhen(wrong is null || right is null, "port 53 is taken on this machine");
        using var posted = new SemaphoreSlim(0);
        var mailbox = new Mailbox(() => posted.Release());
        var names = new LinkNames(mailbox);
        names.Want([Name]);
        names.Ask([Address.Parse("127.53.0.1"), Address.Parse("127.53.0.2")], new ProbeSource(Address.Parse("127.7.7.7"), default, 0), TimeSpan.FromSeconds(10), 0);
        Assert.Equal(long.MaxValue, names.Deadline);
        Reply(wrong!, rcode: 2, []);
        Assert.Equal("127.7.7.7", Reply(right!, rcode: 0, [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]));
        Assert.True(posted.Wait(10_000, TestContext.Current.CancellationToken));
        Assert.True(mailbox.TryTake(out NameAnswer? answer));
        Assert.True(names.Take(answer, 0));
        Assert.Equal(One, names.Find("ok.example", true));
    }

    private bool Answer(long now, uint ttl, params Address[] addresses) => _names.Take(new NameAnswer(_names, Name, addresses, ttl), now);

    private static Socket? Listen(string address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 53));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    private static string Reply(Socket server, byte rcode, byte[] records)
    {
        byte[] octets = new byte[512];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        int length = server.ReceiveFrom(octets, ref from);
        byte[] answer = [.. octets[..length], .. records];
        (answer[2], answer[3], answer[7]) = (0x81, (byte)(0x80 | rcode), records.Length > 0 ? (byte)1 : (byte)0);
        // Somebody who guesses comes first, and is not heard.
        byte[] forged = [.. answer];
        forged[0] ^= 0xff;
        server.SendTo(forged, from);
        server.SendTo(answer, from);
        return ((IPEndPoint)from).Address.ToString();
    }
}
