using System.Text.Json;
using Router.Api.Web;
using Router.Web.Certificates;
using Router.Web.Checking;
using Router.Web.Daemon;
using Router.Web.Dashboard;
using Router.Web.Directories;
using Router.Web.Listening;
using Router.Web.Metrics;
using Router.Web.Serving;
using Router.Web.Sessions;
using Router.Web.Words;

namespace Router.Web;

/// <summary>
/// router-web from its start to its end. It asks routerd for its settings every two seconds, and does what they say: opens and closes ports,
/// reads texts, makes certificates. Without routerd it goes on with what it knows, and its pages say that the router does not answer; so
/// the two may be started and stopped in any order.
///
/// Everything that can be lost is: sessions and throttling live in memory, as the logins themselves are routerd's. A restart here
/// logs nobody out.
/// </summary>
internal sealed class Life : IAsyncDisposable
{
    private const int MostSessions = 20_000;
    private const int MostThrottled = 16_384;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(1);

    private readonly InheritedListeners _inherited;
    private readonly Log _log;
    private readonly TimeProvider _time;
    private readonly RouterClient _router;
    private readonly CertificateKeeper _certificates;
    private readonly LocalAccounts _accounts;
    private readonly PeopleDirectory _directory;
    private readonly SharedAnswers _answers;
    private readonly Portal _portal;
    private PortalState _state;
    private WebServer? _server;
    private WebPorts _open;
    private string _known = "", _told = "";
    private DateTimeOffset _renewed;

    public Life(CommandLine options, InheritedListeners inherited, Log log, TimeProvider time)
    {
        (_inherited, _log, _time) = (inherited, log, time);
        _state = new PortalState(new WebSettings(), Library.Load(null, log.Warning));
        _router = new RouterClient(options.Socket);
        _certificates = new CertificateKeeper(options.State, log);
        _accounts = new LocalAccounts(log);
        _directory = new PeopleDirectory(log, time);
        var seal = new Seal();
        var sessions = new SessionTable(MostSessions);
        var logins = new Logins(_router, seal, sessions, new PasswordCheck(_accounts, _directory), new Throttle(MostThrottled), time);
        _answers = new SharedAnswers(_router, time);
        var dashboard = new DashboardPages(_router, seal, sessions, new LiveHub(_router, log, time), _answers, time);
        _portal = new Portal(new PortalPages(_router, seal, sessions, logins, dashboard), new MetricsPage(_router, sessions, log), _router, () => Volatile.Read(ref _state), log, time);
    }

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Look, _time);
        do
        {
            await FollowAsync();
        }
        while (await WaitAsync(timer, stop));
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _accounts.Dispose();
        _directory.Dispose();
        _answers.Dispose();
        _router.Dispose();
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task FollowAsync()
    {
        try
        {
            WebSettings settings = await _router.SettingsAsync();
            if (_told.Length > 0) _log.Notice("routerd answers");
            _told = "";
            await TakeAsync(settings);
        }
        catch (Exception refused) when (refused is RouterSilent or IOException)
        {
            if (refused.Message != _told) _log.Error(refused.Message);
            _told = refused.Message;
        }
    }

    private async Task TakeAsync(WebSettings settings)
    {
        string text = JsonSerializer.Serialize(settings, PortalJson.Wire.WebSettings) + Touched(settings.Files);
        bool isNew = text != _known;
        if (isNew || _time.GetUtcNow() - _renewed > Renewal)
        {
            _certificates.Renew(settings, _time.GetUtcNow());
            _renewed = _time.GetUtcNow();
        }
        if (!isNew && (_server is not null || WebPorts.Of(settings).IsNone)) return;
        Volatile.Write(ref _state, new PortalState(settings, Library.Load(settings.Files, _log.Warning)));
        if (settings.Directory is { } directory) _directory.Prepare(directory);
        await ListenAsync(settings);
        _known = text;
    }

    private async Task ListenAsync(WebSettings settings)
    {
        WebPorts wanted = WebPorts.Of(settings);
        if (wanted == _open) return;
        if (_server is not null) await _server.DisposeAsync();
        (_server, _open) = (null, default);
        if (wanted.IsNone) return;
        var server = new WebServer(wanted, _inherited, _certificates);
        try
        {
            await server.StartAsync(_portal);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
        (_server, _open) = (server, wanted);
        _log.Notice(wanted.ToString());
    }

    // Texts and logo may be changed in place.
    private static string Touched(string? directory) => directory is not null && Directory.Exists(directory)
        ? string.Join(' ', new DirectoryInfo(directory).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => $"{file.Name} {file.LastWriteTimeUtc.Ticks}"))
        : "";
}
