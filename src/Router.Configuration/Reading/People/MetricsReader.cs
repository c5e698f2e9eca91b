using System.Net;
using Router.Configuration.Layers;
using Router.Configuration.Reference;
using Router.Wire;

namespace Router.Configuration.Reading;

/// <summary>Reads `metrics`: where Prometheus finds the numbers, and who may have them.</summary>
internal static class MetricsReader
{
    private static readonly KeySet Keys = new(PeopleParts.Metrics);

    /// <param name="setting">`metrics`.</param>
    /// <param name="zones">Names of the local zones.</param>
    public static MetricsSettings Metrics(Setting setting, IReadOnlyCollection<string> zones)
    {
        var metrics = new MetricsSettings();
        foreach ((string name, Setting value) in setting.Fields(Keys))
        {
            metrics = name switch
            {
                "listen" => metrics with { Listen = EndPoint(value) },
                "allow" => metrics with { Allow = Allowed(value, zones) },
                _ => metrics with { TokenFile = PortalReader.AbsolutePath(value) },
            };
        }
        if (!setting.At("token_file").IsEmpty && setting.At("allow").IsEmpty)
        {
            setting.Error("`token_file` without `allow` lets nobody in", "write from where one may ask, such as `allow: [trusted]`");
        }
        return metrics;
    }

    private static IPEndPoint? EndPoint(Setting setting)
    {
        if (setting.Text() is not { } text) return null;
        if (text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out IPEndPoint? end) && end.Port > 0) return end;
        setting.Error($"`{text}` is not an address and a port", "write such as `127.0.0.1:9469` or `\"[::1]:9469\"`");
        return null;
    }

    private static List<string> Allowed(Setting setting, IReadOnlyCollection<string> zones)
    {
        var allowed = new List<string>();
        foreach ((string text, Setting item) in setting.Texts())
        {
            if (zones.Contains(text)) allowed.Add(text);
            else if (Prefix.TryParse(text, out Prefix network)) allowed.Add($"{network.First}/{network.Length}");
            else item.Error($"`{text}` is neither a local zone nor an address", $"write a zone ({string.Join(", ", zones)}), an address or a network such as `10.0.0.0/24`");
        }
        return allowed;
    }
}
