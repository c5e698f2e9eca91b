using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Router.Web.Listening;
using Router.Web.Tests.Bed;

namespace Router.Web.Tests.Listening;

/// <summary>Visitors whose connection stands and who have asked nothing yet while router-web is stopped.</summary>
public sealed class FirstRequestTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhoHasJustComeIsStillAnswered(bool isSecure)
    {
        await using var portal = new RunningPortal();
        await portal.InitializeAsync();
        using TcpClient idle = new(), visitor = new();
        await idle.ConnectAsync(IPAddress.Loopback, portal.Http, Cancel);
        await Task.Delay(FirstRequest.Grace, Cancel);
        await visitor.ConnectAsync(IPAddress.Loopback, isSecure ? portal.Https : portal.Http, Cancel);
        // A second one that is answered shows that the first has been accepted.
        using HttpClient another = portal.Device();
        (await another.GetAsync(new Uri("/login", UriKind.Relative), Cancel)).Dispose();
        await using Stream stream = isSecure ? Secure(visitor) : visitor.GetStream();

        Task stopping = portal.StopAsync();
        // It hangs up on who has been silent for longer.
        Assert.Equal(0, await idle.GetStream().ReadAsync(new byte[1], Cancel));
        if (stream is SslStream tls) await tls.AuthenticateAsClientAsync("127.0.0.1");
        await stream.WriteAsync("GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"u8.ToArray(), Cancel);

        byte[] heard = new byte[12];
        await stream.ReadExactlyAsync(heard, Cancel);
        Assert.StartsWith(isSecure ? "HTTP/1.1 200" : "HTTP/1.1 30", Encoding.ASCII.GetString(heard), StringComparison.Ordinal);
        await stopping;
    }

    [Fact]
    public async Task WhoSaysNothingDoesNotKeepItUp()
    {
        await using var portal = new RunningPortal();
        await portal.InitializeAsync();
        using var visitor = new TcpClient();
        await visitor.ConnectAsync(IPAddress.Loopback, portal.Http, Cancel);

        await portal.StopAsync().WaitAsync(TimeSpan.FromSeconds(5), Cancel);

        Assert.Equal(0, await visitor.GetStream().ReadAsync(new byte[1], Cancel));
    }

    private static SslStream Secure(TcpClient visitor) =>
#pragma warning disable CA5359 // As a visitor who clicks the warning away; the certificate has tests of its own.
        new(visitor.GetStream(), leaveInnerStreamOpen: false, static (_, _, _, _) => true);
#pragma warning restore CA5359
}
