using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Router.Api;
using Router.Daemon.Control;
using Router.Daemon.Systemd;
using Router.Tests.Api;

namespace Router.Tests.Daemon.Control;

public class ControlServerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnswersEveryVerb()
    {
        await using RunningServer server = await RunningServer.StartAsync();

        Assert.Equal(4711, JsonSerializer.Deserialize(await GetAsync(server, "/v1/status"), ControlJson.Wire.StatusReport)!.Pid);
        Assert.Equal("dsl", JsonSerializer.Deserialize(await GetAsync(server, "/v1/links"), ControlJson.Wire.IReadOnlyListLinkReport)![1].Name);
        Assert.Equal(17, JsonSerializer.Deserialize(await GetAsync(server, "/v1/flows"), ControlJson.Wire.IReadOnlyListFlowReport)![0].Id);
        Assert.Equal(4, JsonSerializer.Deserialize(await GetAsync(server, "/v1/hosts"), ControlJson.Wire.IReadOnlyListHostReport)![0].Flows);
        Assert.Equal(2, JsonSerializer.Deserialize(await GetAsync(server, "/v1/rules"), ControlJson.Wire.IReadOnlyListRuleReport)![0].Flows);
        Assert.Single(JsonSerializer.Deserialize(await GetAsync(server, "/v1/check"), ControlJson.Wire.CheckReport)!.Errors);
        string explained = await GetAsync(server, "/v1/explain?from=10.0.0.5&protocol=tcp&destination=192.0.2.1&port=443");
        Assert.Equal(2, JsonSerializer.Deserialize(explained, ControlJson.Wire.ExplainReport)!.Steps.Count);

        using HttpResponseMessage reload = await server.Http.PostAsync("/v1/reload", null, Cancel);
        Assert.Equal(4, JsonSerializer.Deserialize(await reload.Content.ReadAsStringAsync(Cancel), ControlJson.Wire.ReloadReport)!.PolicyGeneration);
        Assert.Equal("application/json", reload.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Files_are_checked_as_they_are_sent()
    {
        IReadOnlyList<CheckedFile> files = [];
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with
        {
            CheckFiles = sent => { files = sent; return Samples.Check with { File = sent[0].Name }; },
        });
        using var body = new StringContent("[{\"name\":\"/tmp/a.yaml\",\"text\":\"zones: {}\"}]");

        using HttpResponseMessage answer = await server.Http.PostAsync(ControlPath.Check, body, Cancel);

        Assert.Equal("/tmp/a.yaml", JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(Cancel), ControlJson.Wire.CheckReport)!.File);
        Assert.Equal("zones: {}", Assert.Single(files).Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("[{\"name\":\"a\"}]")]
    [InlineData("[{\"name\":\"a\",\"text\":null}]")]
    [InlineData("{\"name\":\"a\",\"text\":\"b\"}")]
    [InlineData("[[[[")]
    [InlineData("\ud800")]
    public async Task What_is_no_list_of_files_is_refused(string sent)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using var body = new StringContent(sent);

        using HttpResponseMessage answer = await server.Http.PostAsync(ControlPath.Check, body, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.StartsWith("The body is to be ", JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(Cancel), ControlJson.Wire.ErrorReport)!.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task QueriesArriveAsTheyWereAsked()
    {
        FlowQuery? flows = null;
        ExplainQuery? explain = null;
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with
        {
            Flows = query => { flows = query; return []; },
            Explain = query => { explain = query; return Samples.Explain; },
        });
        var asked = new FlowQuery { Host = "2001:db8::5", Link = "dsl & more", Rule = "Büro=1?", Port = 443, Protocol = "udp", Limit = 7 };
        var packet = new ExplainQuery { From = "10.0.0.5", Zone = "guest", Protocol = "icmp", Destination = "192.0.2.1" };

        Assert.Equal("[]", await GetAsync(server, ControlPath.Flows + asked.ToQuery()));
        await GetAsync(server, ControlPath.Explain + packet.ToQuery());

        Assert.Equal(asked, flows);
        Assert.Equal(packet, explain);
    }

    [Theory]
    [InlineData("GET", "/v1/nothing", 404, "no verb '/v1/nothing'")]
    [InlineData("GET", "/", 404, "no verb '/'")]
    [InlineData("POST", "/v1/status", 405, "asked by GET")]
    [InlineData("GET", "/v1/reload", 405, "asked by POST")]
    [InlineData("GET", "/v1/links?name=dsl", 400, "'name' is no parameter of this verb, which takes no parameters")]
    [InlineData("GET", "/v1/flows?hots=10.0.0.5", 400, "which knows host, link, rule, port, protocol, user, state, since, sort, limit")]
    [InlineData("GET", "/v1/flows?host=10", 400, "'10' is no address")]
    [InlineData("GET", "/v1/flows?host=10.0.0.5&host=10.0.0.6", 400, "'host' must be given once")]
    [InlineData("GET", "/v1/flows?port=65536", 400, "'port' must be a number from 0 to 65535, not '65536'")]
    [InlineData("GET", "/v1/flows?limit=0", 400, "'limit' must be a number from 1")]
    [InlineData("GET", "/v1/flows?protocol=ftp", 400, "'ftp' is no protocol")]
    [InlineData("GET", "/v1/explain?from=10.0.0.5&protocol=tcp", 400, "'destination' is missing")]
    public async Task SaysWhatIsWrongWithARequest(string method, string path, int status, string sentence)
    {
        await using RunningServer server = await RunningServer.StartAsync();

        using HttpResponseMessage answer = await server.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Cancel);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(sentence, await ErrorOf(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AVerbThatThrowsAnswers500AndIsInTheJournal()
    {
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with
        {
            Links = () => throw new InvalidOperationException("the table of links is gone"),
        });

        using HttpResponseMessage answer = await server.Http.GetAsync("/v1/links", Cancel);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains("the table of links is gone", await ErrorOf(answer), StringComparison.Ordinal);
        Assert.Contains("error: control: GET /v1/links failed: System.InvalidOperationException", server.JournalText, StringComparison.Ordinal);
        Assert.Contains("fiber", await GetAsync(server, "/v1/hosts"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReloadsRunOneAfterTheOther()
    {
        int running = 0, most = 0;
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with
        {
            Reload = () =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                Thread.Sleep(20);
                Interlocked.Decrement(ref running);
                return Samples.Reload;
            },
        });

        HttpResponseMessage[] answers = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => server.Http.PostAsync("/v1/reload", null, Cancel)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task OnlyOwnerAndGroupMayOpenTheSocket()
    {
        await using RunningServer server = await RunningServer.StartAsync();

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
            File.GetUnixFileMode(server.SocketPath));
    }

    [Theory]
    [InlineData("GARBAGE\r\n\r\n")]
    [InlineData("GET /v1/status HTTP/1.1\r\n\r\n")]
    [InlineData("\0\u0001\u0002\u0003\u0004\r\n\r\n")]
    [InlineData("GET /v1/status HTTP/1.1\r\nHost: routerd\r\nContent-Length: -5\r\n\r\n")]
    public async Task GarbageIsRefusedAndTheNextOneIsServed(string garbage)
    {
        await using RunningServer server = await RunningServer.StartAsync();

        string answer = await SendRawAsync(server, Encoding.Latin1.GetBytes(garbage));

        Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
        Assert.Contains("balance", await GetAsync(server, "/v1/status"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("line", "HTTP/1.1 414")]
    [InlineData("headers", "HTTP/1.1 431")]
    public async Task OversizedRequestsAreRefused(string what, string expected)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        string request = what == "line"
            ? $"GET /v1/flows?rule={new string('x', 20_000)} HTTP/1.1\r\nHost: routerd\r\n\r\n"
            : $"GET /v1/status HTTP/1.1\r\nHost: routerd\r\nX-Long: {new string('x', 40_000)}\r\n\r\n";

        Assert.StartsWith(expected, await SendRawAsync(server, Encoding.ASCII.GetBytes(request)), StringComparison.Ordinal);
        Assert.Contains("balance", await GetAsync(server, "/v1/status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnOversizedBodyIsRefused()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/reload") { Content = new ByteArrayContent(new byte[100_000]) };
        // The daemon closes as soon as it has read the length; whoever has begun to send by then may meet a broken pipe instead of the answer.
        request.Headers.ExpectContinue = true;

        using HttpResponseMessage answer = await server.Http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("65536", await ErrorOf(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASocketThatAKilledDaemonLeftIsReplaced()
    {
        await using RunningServer left = await RunningServer.StartAsync();
        string path = left.SocketPath + ".left";
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(path + ".bound"));
            File.Move(path + ".bound", path);
        }
        Assert.True(File.Exists(path));
        await using var server = new ControlServer(path, new ControlRequests(RunningServer.Sample, left.Journal));

        await server.StartAsync(Cancel);

        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path), Cancel);
    }

    [Fact]
    public async Task ASocketThatAnswersIsLeftAlone()
    {
        await using RunningServer first = await RunningServer.StartAsync();
        await using (var second = new ControlServer(first.SocketPath, new ControlRequests(RunningServer.Sample, first.Journal)))
        {
            ControlSocketTaken taken = await Assert.ThrowsAsync<ControlSocketTaken>(() => second.StartAsync(Cancel));
            Assert.Contains("systemctl stop routerd", taken.Message, StringComparison.Ordinal);
        }
        Assert.Contains("balance", await GetAsync(first, "/v1/status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileThatIsNoSocketIsLeftAlone()
    {
        string path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "precious", Cancel);
        using var journal = new Journal(null, Stream.Null, TimeProvider.System);
        await using (var server = new ControlServer(path, new ControlRequests(RunningServer.Sample, journal)))
        {
            await Assert.ThrowsAsync<IOException>(() => server.StartAsync(Cancel));
        }
        Assert.Equal("precious", await File.ReadAllTextAsync(path, Cancel));
        File.Delete(path);
    }

    [Fact]
    public async Task WithoutItsDirectoryItSaysWhatIsMissing()
    {
        using var journal = new Journal(null, Stream.Null, TimeProvider.System);
        await using var server = new ControlServer("/nowhere/control.sock", new ControlRequests(RunningServer.Sample, journal));

        IOException refused = await Assert.ThrowsAsync<IOException>(() => server.StartAsync(Cancel));

        Assert.Contains("its directory must exist", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StoppingRemovesTheSocket()
    {
        string path;
        await using (RunningServer server = await RunningServer.StartAsync()) path = server.SocketPath;
        Assert.False(File.Exists(path));
    }

    private static async Task<string> GetAsync(RunningServer server, string path)
    {
        using HttpResponseMessage answer = await server.Http.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Cancel);
    }

    private static async Task<string> ErrorOf(HttpResponseMessage answer) =>
        JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(Cancel), ControlJson.Wire.ErrorReport)!.Error;

    private static async Task<string> SendRawAsync(RunningServer server, byte[] request)
    {
        using Socket socket = await server.ConnectAsync(Cancel);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(request, Cancel);
        byte[] answer = new byte[4096];
        int length = await stream.ReadAsync(answer, Cancel);
        return Encoding.Latin1.GetString(answer, 0, length);
    }
}
