using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Router.Daemon.Naming;
using Router.Wire;

namespace Router.Tests.Daemon.Naming;

/// <summary>Look-ups by real sockets, against servers of our own on the loopback that behave as told.</summary>
public sealed class NameLookupTests : IDisposable
{
    private readonly string _hosts = Path.GetTempFileName();
    private readonly List<Server> _servers = [];

    public void Dispose()
    {
        foreach (Server server in _servers) server.Dispose();
        File.Delete(_hosts);
    }

    [Fact]
    public void Resolv_conf_is_read_as_its_manual_says()
    {
        NameServers read = NameServers.Parse(["# comment", "nameserver 192.0.2.53", "nameserver\t2001:db8::53 # two", "nameserver rubbish",
            "options ndots:2 timeout:2 attempts:9 rotate", "nameserver 192.0.2.54", "nameserver 192.0.2.55", "search example.net"]);
        Assert.Equal(["192.0.2.53:53", "[2001:db8::53]:53", "192.0.2.54:53"], read.Servers.Select(server => server.ToString()));
        Assert.Equal((TimeSpan.FromSeconds(2), 3, true), (read.Timeout, read.Attempts, read.Rotate));
        Assert.Equal("127.0.0.1:53", Assert.Single(NameServers.Read("/nowhere/resolv.conf").Servers).ToString());
        Assert.Equal((TimeSpan.FromSeconds(5), 2, false), (NameServers.Parse([]).Timeout, NameServers.Parse([]).Attempts, NameServers.Parse([]).Rotate));
    }

    [Fact]
    public async Task Hosts_goes_before_all_servers()
    {
        await File.WriteAllTextAsync(_hosts, "127.0.0.1 localhost\n192.0.2.7\tnas.example.net  WWW.example.net # 192.0.2.8 www.example.net\n2001:db8::7 www.example.net\n", TestContext.Current.CancellationToken);
        NameFinding found = await AskAsync(Start(_ => throw new InvalidOperationException("asked")));
        Assert.Equal([Address.Parse("192.0.2.7")], found.V4!.Addresses);
        Assert.Equal([Address.Parse("2001:db8::7")], found.V6!.Addresses);
    }

    [Fact]
    public async Task Both_families_come_from_one_look_up()
    {
        NameFinding found = await AskAsync(Start(question => Answers.To(question, Addresses(question, 1))));
        Assert.Equal([Address.Parse("192.0.2.1")], found.V4!.Addresses);
        Assert.Equal([Address.Parse("2001:db8::1")], found.V6!.Addresses);
    }

    [Fact]
    public async Task A_forged_answer_is_passed_over_and_the_right_one_is_waited_for()
    {
        NameFinding found = await AskAsync(Start(question => Answers.To(question, Addresses(question, 1)), forge: true));
        Assert.Equal([Address.Parse("192.0.2.1")], found.V4!.Addresses);
    }

    [Fact]
    public async Task An_answer_that_is_cut_is_fetched_by_TCP()
    {
        NameFinding found = await AskAsync(Start(question => Answers.To(question, [.. Enumerable.Range(0, 60).Select(i => Addresses(question, (byte)i)[0])]), mostDatagram: 512));
        Assert.Equal(60, found.V4!.Addresses.Length);
        Assert.Equal(60, found.V6!.Addresses.Length);
    }

    [Fact]
    public async Task A_server_that_knows_no_extension_is_asked_without_it()
    {
        Server server = Start(question => Answers.To(question, Addresses(question, 1)), old: true);
        NameFinding found = await AskAsync(server);
        Assert.Equal([Address.Parse("192.0.2.1")], found.V4!.Addresses);
    }

    [Fact]
    public async Task The_next_server_is_asked_where_one_refuses_or_is_dead()
    {
        using var dead = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        Server refuses = Start(question => Coded(question, 5)), knows = Start(question => Answers.To(question, Addresses(question, 1)));
        var servers = new NameServers([(IPEndPoint)dead.Client.LocalEndPoint!, refuses.At, knows.At], TimeSpan.FromMilliseconds(300), 2, false);
        NameFinding found = await new NameLookup(_hosts, () => servers).AskAsync("www.example.net", TestContext.Current.CancellationToken);
        Assert.Equal([Address.Parse("192.0.2.1")], found.V4!.Addresses);
    }

    [Fact]
    public async Task Where_nobody_can_say_the_reason_is_told()
    {
        NameFinding found = await AskAsync(Start(question => Coded(question, 2)));
        Assert.Null(found.V4);
        Assert.Null(found.V6);
        Assert.Equal("127.0.0.1 refuses to say, with code 2", found.Fault);
    }

    private static byte[] Coded(NameQuestion question, byte code)
    {
        byte[] answer = Answers.To(question);
        answer[3] |= code;
        return answer;
    }

    private static byte[][] Addresses(NameQuestion question, byte last) => question.Type == NameQuestion.TypeA
        ? [Answers.Record(Answers.Asked, 1, 60, 192, 0, 2, last)]
        : [Answers.Record(Answers.Asked, 28, 60, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last)];

    private Task<NameFinding> AskAsync(Server server)
    {
        var servers = new NameServers([server.At], TimeSpan.FromSeconds(5), 1, false);
        return new NameLookup(_hosts, () => servers).AskAsync("www.example.net", TestContext.Current.CancellationToken);
    }

    private Server Start(Func<NameQuestion, byte[]> answer, int mostDatagram = NameQuestion.MostDatagram, bool forge = false, bool old = false)
    {
        var server = new Server(answer, mostDatagram, forge, old);
        _servers.Add(server);
        return server;
    }

    /// <summary>A name server by UDP and TCP on one port.</summary>
    private sealed class Server : IDisposable
    {
        private readonly Func<NameQuestion, byte[]> _answer;
        private readonly int _mostDatagram;
        private readonly bool _forge;
        private readonly bool _old;
        private readonly TcpListener _stream = new(IPAddress.Loopback, 0);
        private readonly UdpClient _datagrams;

        public Server(Func<NameQuestion, byte[]> answer, int mostDatagram, bool forge, bool old)
        {
            (_answer, _mostDatagram, _forge, _old) = (answer, mostDatagram, forge, old);
            _stream.Start();
            _datagrams = new UdpClient((IPEndPoint)_stream.LocalEndpoint);
            _ = ServeAsync();
            _ = ServeStreamsAsync();
        }

        public IPEndPoint At => (IPEndPoint)_stream.LocalEndpoint;

        public void Dispose()
        {
            _datagrams.Dispose();
            _stream.Dispose();
        }

        private async Task ServeAsync()
        {
            while (true)
            {
                UdpReceiveResult asked = await _datagrams.ReceiveAsync();
                byte[] answer = Reply(asked.Buffer);
                if (answer.Length > _mostDatagram) answer = Cut(asked.Buffer);
                if (_forge)
                {
                    byte[] forged = [.. answer];
                    forged[1] ^= 1;
                    await _datagrams.SendAsync(forged, asked.RemoteEndPoint);
                }
                await _datagrams.SendAsync(answer, asked.RemoteEndPoint);
            }
        }

        private async Task ServeStreamsAsync()
        {
            while (true)
            {
                using TcpClient client = await _stream.AcceptTcpClientAsync();
                byte[] length = new byte[2];
                await client.GetStream().ReadExactlyAsync(length);
                byte[] asked = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await client.GetStream().ReadExactlyAsync(asked);
                byte[] answer = Reply(asked);
                await client.GetStream().WriteAsync((byte[])[(byte)(answer.Length >> 8), (byte)answer.Length, .. answer]);
            }
        }

        private byte[] Reply(byte[] asked)
        {
            bool extended = asked[11] == 1;
            NameQuestion question = Question(asked);
            // Only the head, as some old ones do.
            return _old && extended ? [asked[0], asked[1], 0x80, 0x81, 0, 0, 0, 0, 0, 0, 0, 0] : _answer(question);
        }

        private static byte[] Cut(byte[] asked)
        {
            byte[] answer = Answers.To(Question(asked));
            answer[2] |= 0x02;
            return answer;
        }

        private static NameQuestion Question(byte[] asked)
        {
            ushort id = BinaryPrimitives.ReadUInt16BigEndian(asked);
            NameQuestion four = NameQuestion.Of(id, "www.example.net", NameQuestion.TypeA, extended: false);
            return asked[four.End - 3] == NameQuestion.TypeA ? four : NameQuestion.Of(id, "www.example.net", NameQuestion.TypeAaaa, extended: false);
        }
    }
}
