using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Router.Configuration;
using Router.Daemon.Health.Probes;
using Router.Wire;

namespace Router.Tests.Daemon.Health.Probes;

/// <summary>Against a server of a few lines that says, octet for octet, what it is told to say.</summary>
public sealed class WebProbesTests : IDisposable
{
    private static readonly Address Here = Address.Parse("127.0.0.1");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<string> _requests = [];
    private readonly List<EndPoint> _clients = [];
    private readonly SemaphoreSlim _posted = new(0);
    private readonly Mailbox _mailbox;
    private X509Certificate2? _certificate;
    private string _answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

    public WebProbesTests()
    {
        _mailbox = new Mailbox(() => _posted.Release());
        _listener.Start();
        new Thread(Serve) { IsBackground = true }.Start();
    }

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose()
    {
        _listener.Dispose();
        _certificate?.Dispose();
        _posted.Dispose();
    }

    [Theory]
    [InlineData("200 OK", null, null, null)]
    [InlineData("204 No Content", null, null, null)]
    [InlineData("204 No Content", 204, null, null)]
    [InlineData("200 OK", 204, null, "answers with status 200, not 204")]
    [InlineData("302 Found", null, null, "answers with status 302, not 2xx")]
    [InlineData("302 Found", 302, null, null)]
    [InlineData("503 Service Unavailable", null, null, "answers with status 503, not 2xx")]
    [InlineData("200 OK", null, "here", null)]
    [InlineData("200 OK", null, "there!", "answers without the text \"there!\"")]
    public void Status_and_text_are_compared_and_redirects_not_followed(string status, int? wanted, string? text, string? fault)
    {
        string body = status.StartsWith("204", StringComparison.Ordinal) ? "" : "I am here";
        _answer = $"HTTP/1.1 {status}\r\nLocation: /login\r\n{(body.Length > 0 ? $"Content-Length: {body.Length}\r\n" : "")}\r\n{body}";
        using WebProbes probes = Probes("http", wanted, text);
        Assert.Equal(fault, Ask(probes).Fault);
        Assert.Equal("GET /ok?x=1 HTTP/1.1", Assert.Single(_requests));
    }

    [Fact]
    public void Answer_names_its_probe()
    {
        using WebProbes probes = Probes("http");
        probes.Ask(7, 99);
        Assert.True(_posted.Wait(5000, TestContext.Current.CancellationToken));
        Assert.True(_mailbox.TryTake(out WebAnswer answer));
        Assert.Equal((probes, 7u, 3, 99ul, null), (answer.From, answer.Round, answer.Target, answer.Token, answer.Fault));
    }

    [Fact]
    public void A_connection_is_used_again_and_given_up_after_a_body_without_end()
    {
        using WebProbes probes = Probes("http");
        for (int i = 0; i < 5; i++) Assert.Null(Ask(probes).Fault);
        Assert.Single(_clients);
        _answer = "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + new string('x', 200_000);
        Assert.Null(Ask(probes).Fault);
        Assert.Null(Ask(probes).Fault);
        Assert.Equal(2, _clients.Count);
    }

    [Fact]
    public void Text_behind_what_is_read_does_not_count()
    {
        _answer = $"HTTP/1.1 200 OK\r\nContent-Length: {WebCheck.MostBody + 9}\r\n\r\n{new string('x', WebCheck.MostBody)}I am here";
        using WebProbes probes = Probes("http", text: "here");
        Assert.Equal("answers without the text \"here\"", Ask(probes).Fault);
    }

    [Fact]
    public void Silence_and_refusal_are_told_apart()
    {
        _answer = "";
        using WebProbes silent = Probes("http", timeout: 200);
        Assert.Equal("does not answer", Ask(silent).Fault);
        _listener.Stop();
        using WebProbes refused = Probes("http");
        Assert.Equal("cannot be reached: Connection refused", Ask(refused).Fault);
    }

    [Fact]
    public void Certificate_that_nobody_vouches_for_is_no_answer()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.Now.AddDays(-1), DateTimeOffset.Now.AddDays(1));
        _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        using WebProbes probes = Probes("https");
        Assert.StartsWith("shows no certificate that could be trusted: ", Ask(probes).Fault);
        Assert.Empty(_requests);
    }

    [Fact]
    public void Sockets_are_bound_to_the_address_of_the_link()
    {
        using WebProbes probes = Probes("http", from: "127.7.7.7");
        Assert.Null(Ask(probes).Fault);
        Assert.Equal("127.7.7.7", ((IPEndPoint)Assert.Single(_clients)).Address.ToString());
    }

    private WebProbes Probes(string scheme, int? status = null, string? text = null, int timeout = 5000, string from = "127.0.0.1")
    {
        var check = new WebCheck(new Uri($"{scheme}://127.0.0.1:{Port}/ok?x=1"), status, text);
        var target = new ProbeTarget(ProbeKind.Web, "127.0.0.1", (ushort)Port) { Web = check };
        return new WebProbes(3, new ProbeAim(target, Here), Address.Parse(from), TimeSpan.FromMilliseconds(timeout), _mailbox);
    }

    private WebAnswer Ask(WebProbes probes)
    {
        probes.Ask(0, 0);
        Assert.True(_posted.Wait(10_000, TestContext.Current.CancellationToken), "no answer was posted");
        Assert.True(_mailbox.TryTake(out WebAnswer answer));
        return answer;
    }

    private void Serve()
    {
        try
        {
            while (true)
            {
                TcpClient client = _listener.AcceptTcpClient();
                _clients.Add(client.Client.RemoteEndPoint!);
                new Thread(() => Converse(client)) { IsBackground = true }.Start();
            }
        }
        catch (Exception over) when (over is SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private void Converse(TcpClient client)
    {
        try
        {
            Stream stream = client.GetStream();
            if (_certificate is { } certificate)
            {
                var tls = new SslStream(stream);
                tls.AuthenticateAsServer(certificate);
                stream = tls;
            }
            byte[] octets = new byte[4096];
            while (stream.Read(octets) is > 0 and int length)
            {
                _requests.Add(Encoding.ASCII.GetString(octets, 0, length).Split("\r\n")[0]);
                stream.Write(Encoding.ASCII.GetBytes(_answer));
            }
        }
        catch (Exception over) when (over is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client has given up the connection.
        }
        client.Dispose();
    }
}
