using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Router.Web.Certificates;

namespace Router.Web.Listening;

/// <summary>
/// The two ports of the portal, on every address of the box (what comes in from the Internet never gets here: the kernel's copy of it is dropped), and that of the metrics. Of
/// ASP.NET there is Kestrel only: it is built by the smallest builder there is, as its TLS wants services of its own, and then used by
/// itself, without host, routing, logging or configuration.
///
/// Everything a stranger sends is bounded, in size and in time: 5 s for TLS, 5 s for all headers, 240 octets a second for a body of at
/// most 16 KiB, 32 connections of one device, 1,024 in all.
/// </summary>
internal sealed class WebServer : IAsyncDisposable
{
    private const int MostConnections = 1024;
    private const int MostOfOneDevice = 32;
    private const int MostBodyOctets = 16 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private readonly WebApplication _parts;
    private readonly IServer _server;
    private readonly InheritedListeners _inherited;
    private readonly CertificateKeeper _certificates;
    private readonly ConnectionLimit _limit = new(MostOfOneDevice);

    public WebServer(WebPorts ports, InheritedListeners inherited, CertificateKeeper certificates)
    {
        (_inherited, _certificates) = (inherited, certificates);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options => Listen(options, ports));
        _parts = builder.Build();
        _server = _parts.Services.GetRequiredService<IServer>();
    }

    /// <summary>Listens.</summary>
    /// <exception cref="IOException">A port is taken.</exception>
    public Task StartAsync(IHttpApplication<HttpContext> application) => _server.StartAsync(application, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopPatience);
        await _server.StopAsync(patience.Token);
        await _parts.DisposeAsync();
    }

    private void Listen(KestrelServerOptions options, WebPorts ports)
    {
        Limit(options);
        if (ports.Metrics is { } metrics) options.Listen(metrics, Plain);
        if (ports.Http == 0) return;
        Listen(options, ports.Http, Plain);
        Listen(options, ports.Https, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            Guard(listen);
            listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = Patience, OnConnection = _ => ValueTask.FromResult(Handshake()) });
        });
    }

    private void Listen(KestrelServerOptions options, int port, Action<ListenOptions> how)
    {
        if (_inherited.TryShare(port, out ulong descriptor)) options.ListenHandle(descriptor, how);
        else options.ListenAnyIP(port, how);
    }

    private void Plain(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        Guard(listen);
    }

    private void Guard(ListenOptions listen)
    {
        listen.Use(_limit.Guard);
        listen.Use(FirstRequest.Await);
    }

    private static void Limit(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxConcurrentConnections = MostConnections;
        options.Limits.MaxRequestBodySize = MostBodyOctets;
        options.Limits.MaxRequestHeaderCount = 64;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.MaxRequestLineSize = 8 * 1024;
        options.Limits.RequestHeadersTimeout = Patience;
        options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(20);
        options.Limits.MinRequestBodyDataRate = new MinDataRate(240, Patience);
        options.Limits.MinResponseDataRate = new MinDataRate(240, Patience);
        options.Limits.Http2.MaxStreamsPerConnection = 16;
    }

    private SslServerAuthenticationOptions Handshake() => new()
    {
        ServerCertificateContext = _certificates.Current,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
    };
}
