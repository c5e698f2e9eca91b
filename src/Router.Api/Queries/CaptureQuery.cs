namespace Router.Api;

/// <summary>Which packets are recorded, and how many or for how long: whichever ends first.</summary>
public sealed record CaptureQuery
{
    public const int MostPackets = 1_000_000;

    public const int MostSeconds = 3600;

    /// <summary>Name of a zone or link, or "firewall": only what passes there; null for all of them.</summary>
    public string? Port { get; init; }

    /// <summary>Name of a reason, as in <see cref="DropReport.Reason"/>: not what passes, but what is refused for that.</summary>
    public string? Drop { get; init; }

    /// <summary>An address that sends or receives.</summary>
    public string? Host { get; init; }

    /// <summary>As in <see cref="FlowReport.Protocol"/>.</summary>
    public string? Protocol { get; init; }

    /// <summary>A port of TCP or UDP, on either side.</summary>
    public int? Service { get; init; }

    public int Count { get; init; } = 10_000;

    public int Seconds { get; init; } = 60;

    /// <summary>The query of a request, with its question mark.</summary>
    public string ToQuery() => new QueryText()
        .Add("port", Port).Add("drop", Drop).Add("host", Host).Add("protocol", Protocol).Add("service", Service)
        .Add("count", Count).Add("seconds", Seconds).ToString();
}
