using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Router.Configuration;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.Health.Probes;

/// <summary>
/// A GET by HTTP or HTTPS to one target of one link, whenever it is told to, by the framework's own client.
/// Its sockets are bound to the link's address. Certificates are checked, redirects are not followed (a login page in the way is
/// what this kind of probe is to find), no proxy, no cookies, and no more than <see cref="WebCheck.MostBody"/> of a body is read.
///
/// Connections are used again for up to <see cref="Renewal"/>: two handshakes of TLS a second would cost the box and the server more than
/// all other probes together. A GET that fails gives its connection up, so the next one begins with a new one.
/// </summary>
internal sealed class WebProbes : IDisposable
{
    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(1);

    private readonly int _target;
    private readonly WebCheck _check;
    private readonly TimeSpan _timeout;
    private readonly Mailbox _mailbox;
    private readonly byte[]? _text;
    private readonly HttpMessageInvoker _client;

    /// <param name="target">The target's place among those of its link.</param>
    /// <param name="aim">Whom to ask; its name has an address.</param>
    /// <param name="source">The link's own address of that family.</param>
    /// <param name="timeout">For the whole of a GET.</param>
    /// <param name="mailbox">Where answers go.</param>
    public WebProbes(int target, in ProbeAim aim, Address source, TimeSpan timeout, Mailbox mailbox)
    {
        (_target, _check, _timeout, _mailbox) = (target, aim.Target.Web!, timeout, mailbox);
        _text = _check.Text is { } text ? Encoding.UTF8.GetBytes(text) : null;
        var to = new IPEndPoint(aim.Address.ToIPAddress(), aim.Target.Port);
        var from = new IPEndPoint(source.ToIPAddress(), 0);
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = (_, cancel) => ConnectAsync(from, to, cancel),
            ConnectTimeout = timeout,
            PooledConnectionLifetime = Renewal,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 0,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trust() },
        });
    }

    /// <summary>Begins a GET on the caller's thread, which waits for nothing; what comes of it is posted from a thread of the pool.</summary>
    public void Ask(uint round, ulong token) => _ = AskAsync(round, token);

    public void Dispose() => _client.Dispose();

    /// <summary>What is wrong with an answer's status and body; null if nothing is.</summary>
    internal static string? Fault(WebCheck check, byte[]? text, int status, ReadOnlySpan<byte> body)
    {
        string wanted = check.Status is { } one ? $"{one}" : "2xx";
        if (!check.IsStatus(status)) return $"answers with status {status}, not {wanted}";
        return text is null || body.IndexOf(text) >= 0 ? null : $"answers without the text \"{check.Text}\"";
    }

    private static X509ChainPolicy Trust() => new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };

    private static async ValueTask<Stream> ConnectAsync(IPEndPoint from, IPEndPoint to, CancellationToken cancel)
    {
        // Ended by a reset, as other probes are: no TIME_WAIT stays behind.
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new LingerOption(true, 0) };
        try
        {
            socket.Bind(from);
            await socket.ConnectAsync(to, cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task AskAsync(uint round, ulong token)
    {
        string? fault = await GetAsync().ConfigureAwait(false);
        _mailbox.Post(new WebAnswer(this, round, _target, token, fault, Monotonic.Microseconds()));
    }

    private async Task<string?> GetAsync()
    {
        using var limit = new CancellationTokenSource(_timeout);
        byte[] body = ArrayPool<byte>.Shared.Rent(WebCheck.MostBody);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, _check.Url) { VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.UserAgent.ParseAdd("routerd");
            using HttpResponseMessage response = await _client.SendAsync(request, limit.Token).ConfigureAwait(false);
            int read = await ReadAsync(response.Content, body, limit.Token).ConfigureAwait(false);
            return Fault(_check, _text, (int)response.StatusCode, body.AsSpan(0, read));
        }
        catch (OperationCanceledException)
        {
            return "does not answer";
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or SocketException or ObjectDisposedException)
        {
            return Words(fault);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    // Only what is read to its end leaves a connection that can be used again; a longer body costs the connection.
    private static async Task<int> ReadAsync(HttpContent content, byte[] body, CancellationToken cancel)
    {
        Stream stream = await content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            return await stream.ReadAtLeastAsync(body.AsMemory(0, WebCheck.MostBody), WebCheck.MostBody, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        }
    }

    private static string Words(Exception fault) => fault switch
    {
        HttpRequestException { InnerException: AuthenticationException inner } => $"shows no certificate that could be trusted: {inner.Message}",
        HttpRequestException { InnerException: SocketException inner } => $"cannot be reached: {inner.Message}",
        _ => $"fails: {fault.Message}",
    };
}
