using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Kernel;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Web;

/// <summary>Web rules as real programs meet them. The facts leave the lab as they found it.</summary>
public sealed class WebRules(WebLab lab) : IClassFixture<WebLab>
{
    private const string Portal = "http://10.0.0.1:4080/go?why=web&rule=1&to=http%3A%2F%2Fwww.example.net%2Fa%3Fb";

    private NetworkNamespace Host => lab.Bed.Hosts[0];

    [Fact]
    public void Curl_is_led_to_the_page_by_http_and_gets_what_nobody_denies()
    {
        Assert.Equal($"302 {Portal}", Curl("-o /dev/null -w '%{http_code} %{redirect_url}'", "http://www.example.net/a?b"));
        Assert.Equal("302 http://new.example/page", Curl("-o /dev/null -w '%{http_code} %{redirect_url}'", "http://moved.example/"));
        Assert.Equal("hello", Curl("", "http://www.example.org/"));
    }

    [Fact]
    public void An_absolute_url_is_read_as_a_proxy_would()
    {
        Assert.Equal($"302 {Portal}", Host.Shell($"curl -s -m 10 -x http://{Plan.Servers[0]}:80 -o /dev/null -w '%{{http_code}} %{{redirect_url}}' 'http://www.example.net/a?b'").OrThrow().Text);
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public void Curl_by_tls_is_ended_at_once_by_name(string version)
    {
        var clock = Stopwatch.StartNew();
        Outcome denied = Host.Shell($"curl -sk -m 10 {version} --connect-to ::{Plan.Servers[0]}: https://www.example.net/");
        // CURLE_SSL_CONNECT_ERROR: a reset in the handshake; 28 would be its time limit.
        Assert.Equal(35, denied.ExitCode);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed}");
        Assert.Contains("Ciphers", Curl($"-k {version}", "https://www.example.org/"), StringComparison.Ordinal);
    }

    [Fact]
    public void Why_says_by_which_name_it_was_let_through_or_that_none_was_said()
    {
        using BackgroundProgram tls = Host.Start("openssl", "s_client", "-connect", $"{Plan.Servers[0]}:443", "-servername", "www.example.org", "-quiet");
        Wait.Until(() => Verdict(443).StartsWith("allowed", StringComparison.Ordinal), TimeSpan.FromSeconds(10), () => Verdict(443));
        Assert.Equal("allowed www.example.org TLS server name", Verdict(443));

        using Socket silent = Host.On(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        silent.Connect(Plan.Servers[0], 80);
        int port = ((IPEndPoint)silent.LocalEndPoint!).Port;
        Assert.Equal("undecided  ", Verdict(port));
        silent.Send("GET /index.html HTTP/1.1\r\nHost: www.example.org\r\n\r\n"u8);
        Wait.Until(() => Verdict(port) == "allowed www.example.org URL", TimeSpan.FromSeconds(10), () => Verdict(port));
        Assert.Contains("let through as no web rule matches: www.example.org (URL)", lab.Router.Show("why", $"10.0.0.11:{port}").Output, StringComparison.Ordinal);
    }

    private string Verdict(int port)
    {
        Outcome asked = lab.Router.Show("why", "tcp", "10.0.0.11", $"{Plan.Servers[0]}:{(port < 1024 ? port : 80)}", "--json");
        JsonNode? web = JsonNode.Parse(asked.Output)?.AsArray().LastOrDefault(why => port < 1024 ? (string?)why!["flow"]!["state"] == "established" : why!["flow"]!["inside"]!["port"]!.GetValue<int>() == port)?["web"];
        return $"{web?["decision"]} {web?["name"]} {web?["by"]}";
    }

    [Fact]
    public void A_second_request_of_a_connection_is_denied()
    {
        Outcome talk = Host.RunWithInput($$"""
            import socket
            s = socket.create_connection(('{{Plan.Servers[0]}}', 80), 10)
            def ask(host):
                s.sendall(('GET / HTTP/1.1\r\nHost: %s\r\n\r\n' % host).encode())
                text = b''
                while b'\r\n\r\n' not in text:
                    text += s.recv(65536)
                head, _, body = text.partition(b'\r\n\r\n')
                left = int(head.lower().split(b'content-length: ')[1].split(b'\r\n')[0]) - len(body)
                while left > 0:
                    left -= len(s.recv(left))
                return head.split(b'\r\n')[0].decode()
            print(ask('www.example.org'))
            print(ask('www.example.org'))
            print(ask('www.example.net'))
            print(s.recv(100))
            """, "python3", "-").OrThrow();
        Assert.Equal(["HTTP/1.1 200 OK", "HTTP/1.1 200 OK", "HTTP/1.1 302 Found", "b''"], talk.Text.Split('\n'));
    }

    [Theory]
    [InlineData("www.example.net", "ConnectionResetError")]
    [InlineData("www.example.org", "TLS")]
    public void A_hello_in_tiny_segments_is_read(string name, string outcome)
    {
        Outcome talk = Host.RunWithInput($$"""
            import socket, ssl
            s = socket.socket()
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 88)
            s.connect(('{{Plan.Servers[0]}}', 443))
            context = ssl._create_unverified_context()
            try:
                print(context.wrap_socket(s, server_hostname='{{name}}').version())
            except OSError as fault:
                print(type(fault).__name__)
            """, "python3", "-").OrThrow();
        Assert.StartsWith(outcome, talk.Text, StringComparison.Ordinal);
    }

    // The wire loses the first part once, so that the second is there before it; a server tells the client what it has (RFC 2018), and
    // the client sends that part only.
    [Theory]
    [InlineData("www.example.net", "HTTP/1.1 302 Found, ConnectionResetError")]
    [InlineData("www.example.org", "HTTP/1.1 200 OK, TLS")]
    public void Segments_in_another_order_are_read(string name, string outcome)
    {
        NetworkNamespace wire = lab.Bed.Namespaces.Single(space => space.Name.EndsWith("switch", StringComparison.Ordinal));
        Outcome talk = Host.RunWithInput($$"""
            import socket, ssl, subprocess
            def connect(port):
                s = socket.create_connection(('{{Plan.Servers[0]}}', port), 10)
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return s
            def send(s, octets, at):
                lose = ('add table netdev lose; delete table netdev lose; table netdev lose { chain c { type filter hook ingress device host1 priority 0;'
                    ' tcp dport { 80, 443 } tcp flags & psh == psh limit rate 1/day burst 1 packets counter drop; }; }')
                subprocess.run(['nsenter', '--net=/run/netns/{{wire.Name}}', 'nft', lose], check=True)
                s.sendall(octets[:at])
                s.sendall(octets[at:])
            s = connect(80)
            send(s, b'GET / HTTP/1.1\r\nHost: {{name}}\r\nConnection: close\r\n\r\n', 25)
            first = s.recv(1000).split(b'\r\n')[0].decode()
            s = connect(443)
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            tls = ssl._create_unverified_context().wrap_bio(incoming, outgoing, server_hostname='{{name}}')
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                pass
            hello = outgoing.read()
            try:
                send(s, hello, hello.index(b'{{name}}') + 5)
                second = 'TLS' if s.recv(1000)[0] == 22 else 'something else'
            except OSError as fault:
                second = type(fault).__name__
            print(first + ', ' + second)
            """, "python3", "-").OrThrow();
        Assert.Equal(outcome, talk.Text);
        Assert.Contains("packets 1 ", wire.Run("nft", "list", "table", "netdev", "lose").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_read_passes_or_is_refused_as_it_is_written()
    {
        const string Unread =
            """
            import socket
            s = socket.create_connection(('198.18.0.10', 80), 10)
            try:
                s.sendall(b'SSH-2.0-x\r\nthis is not HTTP\r\n\r\n')
                print('answered' if s.recv(100) else 'closed')
            except OSError as fault:
                print(type(fault).__name__)
            """;
        string Send() => Host.RunWithInput(Unread, "python3", "-").OrThrow().Text;
        string before = File.ReadAllText(lab.Router.ConfigurationFile);
        Assert.Equal("answered", Send());
        try
        {
            lab.Router.Write(before.Replace("web:\n", "web:\n  unreadable: deny\n", StringComparison.Ordinal));
            lab.Router.Reload();
            Assert.Equal("ConnectionResetError", Send());
            Assert.Equal("hello", Curl("", "http://www.example.org/"));
            Wait.Until(() => lab.Router.Log.Contains("as it cannot be read (web.unreadable)", StringComparison.Ordinal), TimeSpan.FromSeconds(10), () => lab.Router.Log);
        }
        finally
        {
            lab.Router.Write(before);
            lab.Router.Reload();
        }
    }

    [Fact]
    public void Http3_is_ended_at_once_by_name_and_passes_without_the_rule()
    {
        if (!QuicServer.Available) Assert.Skip("Debian's ngtcp2 examples are not installed");
        using QuicServer server = QuicServer.Start(lab.Bed, lab.Bed.Internet, Plan.Servers[1]);
        // Towards a numeric address this client names `localhost` in its hello, whatever the URL says.
        var clock = Stopwatch.StartNew();
        Outcome denied = QuicServer.Fetch(Host, Plan.Servers[1]);
        Assert.DoesNotContain("hello by quic", denied.ToString(), StringComparison.Ordinal);
        // The client says itself why: the connection was refused (0x2), by a packet that it could open.
        Assert.True(denied.ToString().Contains("CONNECTION_REFUSED", StringComparison.OrdinalIgnoreCase), denied.ToString());
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(8), $"{clock.Elapsed}: {denied}");

        string before = File.ReadAllText(lab.Router.ConfigurationFile);
        try
        {
            lab.Router.Write(before.Replace("url: localhost", "url: other.invalid", StringComparison.Ordinal));
            lab.Router.Reload();
            Wait.Until(() => QuicServer.Fetch(Host, Plan.Servers[1]).ToString().Contains("hello by quic", StringComparison.Ordinal), TimeSpan.FromSeconds(20), () => lab.Router.Log);
        }
        finally
        {
            lab.Router.Write(before);
            lab.Router.Reload();
        }
    }

    [Fact]
    public void A_million_names_are_loaded_under_traffic()
    {
        var echo = new IPEndPoint(Plan.Servers[0], 7);
        using var server = EchoServer.Start(lab.Bed.Internet, echo.Address, echo.Port);
        using var stream = DatagramStream.Start(Host, Plan.LanHost(0), echo, perSecond: 1000);
        Assert.Equal("hello", Curl("", "http://name-999999.million.example/"));
        try
        {
            // From no list to a million names, and from these to a million others, so that two of them are held at once.
            LoadUnderTraffic("million", stream);
            Assert.Equal("302", Curl("-o /dev/null -w '%{http_code}'", "http://www.name-999999.million.example/"));
            Assert.Equal("hello", Curl("", "http://name-1000000.million.example/"));
            LoadUnderTraffic("another", stream);
            Assert.Equal("hello", Curl("", "http://www.name-999999.million.example/"));
            Assert.Equal("302", Curl("-o /dev/null -w '%{http_code}'", "http://www.name-999999.another.example/"));
            Assert.Equal(0, stream.StopAndCountLost());
        }
        finally
        {
            File.WriteAllText(lab.List, "listed.example\n");
            lab.Router.Reload();
        }
    }

    // What stands still while the list is read is silent for as long as that takes.
    private void LoadUnderTraffic(string domain, DatagramStream stream)
    {
        using (StreamWriter list = File.CreateText(lab.List))
        {
            for (int i = 0; i < 1_000_000; i++) list.Write($"name-{i}.{domain}.example\n");
        }
        stream.TakeLongestGap();
        TimeSpan quiet = LongestGap(stream);
        Outcome reload = lab.Router.Show("reload").OrThrow();
        TimeSpan longest = LongestGap(stream);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"reload with 1,000,000 names: {reload.Took.TotalMilliseconds:0} ms; of {stream.Sent} datagrams {stream.Sent - stream.Answered} are on their way, longest time between two answers {longest.TotalMilliseconds:0.0} ms (before: {quiet.TotalMilliseconds:0.0} ms)\n{reload.Output}{lab.Router.Show("web").Output}");
        Assert.True(longest < reload.Took / 2, $"nothing passed for {longest.TotalMilliseconds:0} ms of the {reload.Took.TotalMilliseconds:0} ms that the reload took");
    }

    /// <summary>The longest time between two answers since this was asked for last, with another second.</summary>
    private static TimeSpan LongestGap(DatagramStream stream)
    {
        TimeSpan until = stream.Clock + TimeSpan.FromSeconds(1);
        Wait.Until(() => stream.Clock > until, TimeSpan.FromSeconds(10), () => "the clock stands");
        return stream.TakeLongestGap();
    }

    [Fact]
    public void Every_no_is_counted_and_told()
    {
        Curl("-o /dev/null", "http://listed.example/");
        Wait.Until(() => lab.Router.Log.Contains("> listed.example (http, ", StringComparison.Ordinal), TimeSpan.FromSeconds(10), () => lab.Router.Log);
        Assert.Contains("by \"From a file\"", lab.Router.Log, StringComparison.Ordinal);
        var rule = lab.Router.Ask("web")["rules"]!.AsArray()[3]!;
        Assert.True((long)rule["hits"]! > 0);
        string told = lab.Router.Show("explain", "--from", "10.0.0.11", "--url", "http://www.example.net/a").OrThrow().Output;
        TestContext.Current.TestOutputHelper?.WriteLine(told);
        Assert.Contains("denied, with the page that says so, by \"Nobody\"", told, StringComparison.Ordinal);
    }

    private string Curl(string options, string url) =>
        Host.Shell($"curl -sS -m 10 {options} --connect-to ::{Plan.Servers[0]}: '{url}'").OrThrow().Text;
}
