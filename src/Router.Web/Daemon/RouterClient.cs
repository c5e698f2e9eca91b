using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Router.Api;
using Router.Api.Metrics;
using Router.Api.Web;
using Router.Api.Web.Dashboard;

namespace Router.Web.Daemon;

/// <summary>routerd does not answer, or not as it should; the message is a sentence.</summary>
/// <param name="refusal">What it said, if it answered and did not want to.</param>
internal sealed class RouterSilent(string message, string? refusal = null) : Exception(message)
{
    public bool IsRefusal => refusal is not null;

    /// <summary>For whoever asked.</summary>
    public string Sentence => refusal ?? Message;
}

/// <summary>
/// Asks routerd over the portal's socket. An answer is waited for a few seconds: routerd answers from memory, so a longer silence means that
/// it is not there, and people are told so.
/// </summary>
internal sealed class RouterClient : IDisposable
{
    private const int MostAnswerOctets = 4 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly string _socket;
    private readonly HttpClient _http;

    /// <param name="socket">Path of the portal's socket.</param>
    public RouterClient(string socket)
    {
        _socket = socket;
        var handler = new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false, UseCookies = false, MaxConnectionsPerServer = 32 };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://routerd"), MaxResponseContentBufferSize = MostAnswerOctets, Timeout = Patience };
    }

    public Task<WebSettings> SettingsAsync() => AskAsync(PortalPath.Settings, PortalJson.Wire.WebSettings);

    public Task<Visitor> LookAsync(IPAddress address) => AskAsync($"{PortalPath.Look}?address={address}", PortalJson.Wire.Visitor);

    /// <summary>Null if there is no such rule, or routerd knows of none.</summary>
    public async Task<RuleText?> RuleAsync(int number)
    {
        try
        {
            return await AskAsync($"{PortalPath.Rule}?number={number}", PortalJson.Wire.RuleText);
        }
        catch (RouterSilent)
        {
            return null;
        }
    }

    public Task<MetricReport> MetricsAsync() => AskAsync(PortalPath.Metrics, PortalJson.Wire.MetricReport);

    /// <summary>The router at a moment, in the name of an administrator at an address.</summary>
    public Task<LiveReport> LiveAsync(string asker, bool withLists) =>
        AskAsync($"{PortalPath.Live}?address={Uri.EscapeDataString(asker)}{(withLists ? "&lists=yes" : "")}", PortalJson.Wire.LiveReport);

    /// <summary>An answer that goes on to a browser as it is.</summary>
    public Task<byte[]> BytesAsync(string pathAndQuery) => SendAsync(new HttpRequestMessage(HttpMethod.Get, pathAndQuery));

    public Task<Outcome> ActAsync(ActOrder order) => OrderAsync(PortalPath.Act, order, PortalJson.Wire.ActOrder);

    public Task<Outcome> LoginAsync(LoginOrder order) => OrderAsync(PortalPath.Login, order, PortalJson.Wire.LoginOrder);

    public Task<Outcome> LogoutAsync(LogoutOrder order) => OrderAsync(PortalPath.Logout, order, PortalJson.Wire.LogoutOrder);

    public Task<Outcome> DropAsync(DropOrder order) => OrderAsync(PortalPath.Drop, order, PortalJson.Wire.DropOrder);

    public Task<Outcome> WelcomeAsync(WelcomeOrder order) => OrderAsync(PortalPath.Welcome, order, PortalJson.Wire.WelcomeOrder);

    public Task<Outcome> FailedAsync(FailedLogin failed) => OrderAsync(PortalPath.Failed, failed, PortalJson.Wire.FailedLogin);

    public void Dispose() => _http.Dispose();

    private Task<T> AskAsync<T>(string pathAndQuery, JsonTypeInfo<T> type) => SendAsync(new HttpRequestMessage(HttpMethod.Get, pathAndQuery), type);

    private Task<Outcome> OrderAsync<T>(string path, T order, JsonTypeInfo<T> type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(order, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, PortalJson.Wire.Outcome);
    }

    private async Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type)
    {
        byte[] body = await SendAsync(request);
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new RouterSilent("routerd answered null");
        }
        catch (JsonException odd)
        {
            throw new RouterSilent($"routerd answered on {_socket} what is not understood: {odd.Message}");
        }
    }

    private async Task<byte[]> SendAsync(HttpRequestMessage request)
    {
        try
        {
            using (request)
            using (HttpResponseMessage answer = await _http.SendAsync(request))
            {
                byte[] body = await answer.Content.ReadAsByteArrayAsync();
                if (answer.IsSuccessStatusCode) return body;
                throw new RouterSilent($"routerd refused {request.RequestUri?.OriginalString}: {Sentence(body)}", Sentence(body));
            }
        }
        catch (Exception failed) when (failed is HttpRequestException or HttpIOException or TaskCanceledException)
        {
            throw new RouterSilent($"routerd does not answer on {_socket}: {failed.InnerException?.Message ?? failed.Message}");
        }
    }

    private static string Sentence(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, PortalJson.Wire.ErrorReport)?.Error ?? "";
        }
        catch (JsonException)
        {
            return "not in words that are understood";
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext connection, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
