using System.Net;
using System.Net.Sockets;
using Router.Api.Web;
using Router.Users;
using Router.Web.Listening;
using Router.Web.Serving;

namespace Router.Web.Tests.Bed;

/// <summary>router-web on two free ports of this machine, before a <see cref="FakeRouter"/>. "tony" has the password "correct horse".</summary>
public sealed class RunningPortal : IAsyncLifetime
{
    public const string Password = "correct horse";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("router-web-");
    private readonly CancellationTokenSource _stop = new();
    private readonly StringWriter _log = new();
    private readonly Life _life;
    private Task _running = Task.CompletedTask;

    public RunningPortal()
    {
        Router = new FakeRouter(Path.Combine(_directory.FullName, "portal.sock"));
        _life = new Life(new CommandLine(Router.Socket, _directory.FullName), new InheritedListeners([]), new Log(TextWriter.Synchronized(_log)), TimeProvider.System);
        (Http, Https) = (FreePort(), FreePort());
        Router.Settings = new WebSettings
        {
            Http = Http, Https = Https, UsersFile = UsersFile, Contact = "Jo in room 12",
            Zones =
            [
                new WebZone { Name = "trusted", Addresses = ["127.0.0.1"] },
                new WebZone { Name = "guest", Addresses = ["127.0.9.1"], Welcome = new WebWelcome { Text = "Hello <there>.\n\nBe kind.", AsksPassword = true, PassSeconds = 28_800 } },
            ],
        };
        AccountsFile.Change(UsersFile, accounts => accounts
            .With(new Account { Name = "Tony", Hash = Passwords.Hash(Password), Groups = ["staff"] })
            .With(new Account { Name = "root", Hash = Passwords.Hash("key under mat"), IsAdministrator = true }));
    }

    internal FakeRouter Router { get; }

    public int Http { get; }

    public int Https { get; }

    public string UsersFile => Path.Combine(_directory.FullName, "users.yaml");

    public string StateDirectory => _directory.FullName;

    public string Log => _log.ToString();

    public string Home => $"https://127.0.0.1:{Https}";

    public async ValueTask InitializeAsync()
    {
        await Router.StartAsync();
        _running = _life.RunAsync(_stop.Token);
        while (!Log.Contains("the portal answers", StringComparison.Ordinal))
        {
            if (_running.IsCompleted) await _running;
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>As systemd does it.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _life.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested) await StopAsync();
        await Router.DisposeAsync();
        _directory.Delete(recursive: true);
        _stop.Dispose();
    }

    /// <summary>A browser without a screen, at an address of the loopback network: it keeps cookies and follows nothing.</summary>
    public HttpClient Device(string address = "127.0.0.1", bool cookies = true)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = cookies, UseProxy = false };
#pragma warning disable CA5359 // As a visitor who clicks the warning away; the certificate has tests of its own.
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        handler.ConnectCallback = async (connection, cancel) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(IPAddress.Loopback, connection.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        };
        return new HttpClient(handler) { BaseAddress = new Uri(Home) };
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
