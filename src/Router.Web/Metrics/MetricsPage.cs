using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Router.Api.Metrics;
using Router.Api.Web;
using Router.Web.Daemon;
using Router.Web.Serving;
using Router.Web.Sessions;

namespace Router.Web.Metrics;

/// <summary>
/// `/metrics`, on either port, for whoever may have it:
///
///     the box itself                                         always
///     who is in `metrics.allow`, by address or zone   and if there is a `token_file`, with the word in it, over HTTPS
///     everybody else                                         403, and not a word more
///
/// A scrape without routerd is answered too, with `router_up 0`: whoever watches learns which of the two is gone.
/// </summary>
internal sealed class MetricsPage(RouterClient router, SessionTable sessions, Log log)
{
    private const int MostTokenOctets = 4096;

    private long _refused;
    private string _complained = "";

    public async Task AnswerAsync(HttpContext context, PortalState state)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "Metrics are asked for by GET.\n");
            return;
        }
        (int status, string why) = await JudgeAsync(context, state);
        if (status != StatusCodes.Status200OK)
        {
            Interlocked.Increment(ref _refused);
            if (status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
            await RefuseAsync(context, status, why);
            return;
        }
        bool isOpen = context.Request.Headers.Accept.ToString().Contains("application/openmetrics-text", StringComparison.OrdinalIgnoreCase);
        await Answer.TextAsync(context, ExpositionText.Write(await CollectAsync(), isOpen), isOpen ? ExpositionText.OpenType : ExpositionText.PlainType);
    }

    private static Task RefuseAsync(HttpContext context, int status, string why) => Answer.TextAsync(context, why, "text/plain; charset=utf-8", status);

    private async Task<(int Status, string Why)> JudgeAsync(HttpContext context, PortalState state)
    {
        IPAddress local = Visit.Plain(context.Connection.LocalIpAddress), remote = Visit.Plain(context.Connection.RemoteIpAddress);
        bool isBox = IPAddress.IsLoopback(remote) || remote.Equals(local);
        string host = context.Request.Host.Host;
        // Another name leads here for somebody else's page in a browser that may ask (DNS rebinding).
        if (!state.IsOurs(host, context.Connection.LocalIpAddress) && !(isBox && host == "localhost")) return (StatusCodes.Status403Forbidden, "The metrics are asked for by the box's own name or address.\n");
        if (isBox) return (StatusCodes.Status200OK, "");
        if (!await IsAllowedAsync(state.Settings.Metrics.Allow, remote)) return (StatusCodes.Status403Forbidden, "The metrics are not for this address (metrics.allow).\n");
        if (state.Settings.Metrics.TokenFile is not { } file) return (StatusCodes.Status200OK, "");
        if (!context.Request.IsHttps) return (StatusCodes.Status403Forbidden, "The token is taken over HTTPS only.\n");
        return HasToken(context, file) ? (StatusCodes.Status200OK, "") : (StatusCodes.Status401Unauthorized, "The token is not right.\n");
    }

    private async Task<bool> IsAllowedAsync(IReadOnlyList<string> allow, IPAddress remote)
    {
        bool hasZones = false;
        foreach (string item in allow)
        {
            if (!IPNetwork.TryParse(item, out IPNetwork network)) hasZones = true;
            else if (network.Contains(remote)) return true;
        }
        return hasZones && (await router.LookAsync(remote)).Zone is { } zone && allow.Contains(zone);
    }

    private bool HasToken(HttpContext context, string file)
    {
        const string Scheme = "Bearer ";
        string shown = context.Request.Headers.Authorization.ToString();
        if (!shown.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || ReadToken(file) is not { Length: > 0 } token) return false;
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(shown[Scheme.Length..].Trim())), SHA256.HashData(Encoding.UTF8.GetBytes(token)));
    }

    // With each scrape, so that a new word holds at once.
    private string? ReadToken(string file)
    {
        try
        {
            if (new FileInfo(file).Length <= MostTokenOctets) return File.ReadAllText(file).Trim();
            Complain($"{file} is no token: it is longer than {MostTokenOctets} octets");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Complain($"nobody but the box gets metrics, as the token cannot be read: {fault.Message}");
        }
        return null;
    }

    private void Complain(string what)
    {
        if (Interlocked.Exchange(ref _complained, what) != what) log.Error(what);
    }

    private async Task<List<MetricSample>> CollectAsync()
    {
        var samples = new List<MetricSample>();
        bool isUp = true;
        try
        {
            samples.AddRange((await router.MetricsAsync()).Samples);
        }
        catch (RouterSilent)
        {
            isUp = false;
        }
        samples.Add(Sample(MetricCatalog.Up, isUp ? 1 : 0));
        samples.Add(Sample(MetricCatalog.WebSessions, sessions.Count));
        samples.Add(Sample(MetricCatalog.WebScrapesRefused, Volatile.Read(ref _refused)));
        using var self = Process.GetCurrentProcess();
        samples.Add(Own(MetricCatalog.StartTime, new DateTimeOffset(self.StartTime).ToUnixTimeMilliseconds() / 1e3));
        samples.Add(Own(MetricCatalog.ProcessCpu, self.TotalProcessorTime.TotalSeconds));
        samples.Add(Own(MetricCatalog.ProcessMemory, self.WorkingSet64));
        samples.Add(Own(MetricCatalog.ProcessFiles, Directory.EnumerateFileSystemEntries("/proc/self/fd").Count()));
        return samples;
    }

    private static MetricSample Sample(Metric metric, double value) => new() { Name = metric.Name, Value = value };

    private static MetricSample Own(Metric metric, double value) => new() { Name = metric.Name, Labels = ["router-web"], Value = value };
}
