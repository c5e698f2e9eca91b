using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Router.Web.Certificates;

namespace Router.Web.Serving;

/// <summary>
/// The two ports, on every address of the box (what comes in from the Internet never gets here: the kernel's copy of it is dropped). Kestrel by
/// itself, as on the control socket: no host, no container to speak of, no routing.
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

    private readonly KestrelServer _server;
    private readonly ServiceProvider _services;
    private readonly CertificateKeeper _certificates;
    private readonly ConnectionLimit _limit = new(MostOfOneDevice);

    public WebServer(int http, int https, CertificateKeeper certificates)
    {
        _certificates = certificates;
        // Kestrel looks for its logger among services once TLS is asked for.
        _services = new ServiceCollection().AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance).BuildServiceProvider();
        _server = new KestrelServer(
            Options.Create(Limits(http, https)),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
    }

    /// <summary>Listens.</summary>
    /// <exception cref="IOException">A port is taken.</exception>
    public Task StartAsync(IHttpApplication<HttpContext> application) => _server.StartAsync(application, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopPatience);
        await _server.StopAsync(patience.Token);
        _server.Dispose();
        await _services.DisposeAsync();
    }

    private KestrelServerOptions Limits(int http, int https)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = _services, AllowSynchronousIO = false };
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
        options.ListenAnyIP(http, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(_limit.Guard);
        });
        options.ListenAnyIP(https, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.Use(_limit.Guard);
            listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = Patience, OnConnection = _ => ValueTask.FromResult(Handshake()) });
        });
        return options;
    }

    private SslServerAuthenticationOptions Handshake() => new()
    {
        ServerCertificateContext = _certificates.Current,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
    };
}
