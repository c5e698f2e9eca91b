using System.Net;
using Router.Api.Web;

namespace Router.Web.Listening;

/// <summary>Where router-web listens.</summary>
/// <param name="Http">The landing's TCP port on every address of the box; 0 for none.</param>
/// <param name="Https">The pages' port, likewise.</param>
/// <param name="Metrics">Where nothing but /metrics is answered; null for nowhere.</param>
internal readonly record struct WebPorts(int Http, int Https, IPEndPoint? Metrics)
{
    public bool IsNone => Http == 0 && Metrics is null;

    public static WebPorts Of(WebSettings settings)
    {
        IPEndPoint? metrics = settings.Metrics.Listen is { } listen && IPEndPoint.TryParse(listen, out IPEndPoint? end) ? end : null;
        return settings.Enabled ? new WebPorts(settings.Http, settings.Https, metrics) : new WebPorts(0, 0, metrics);
    }

    /// <summary>For the journal.</summary>
    public override string ToString()
    {
        string portal = Http == 0 ? "" : $"the portal answers on ports {Http} (landing) and {Https} (pages)", metrics = Metrics is null ? "" : $"metrics are told at {Metrics}";
        return string.Join("; ", ((string[])[portal, metrics]).Where(part => part.Length > 0));
    }
}
