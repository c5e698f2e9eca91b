namespace Router.Api;

/// <summary>A local host that is pinned to a link, or has live flows.</summary>
public sealed record HostReport
{
    /// <summary>Its address.</summary>
    public required string Host { get; init; }

    /// <summary>The zone it is in; null if it is not known any more.</summary>
    public string? Zone { get; init; }

    /// <summary>The link it is pinned to; null for a host whose flows are placed one by one.</summary>
    public string? Link { get; init; }

    /// <summary>How long the pin has stood; null without one.</summary>
    public double? PinAgeSeconds { get; init; }

    /// <summary>Why that link: "Placed", "LinkDown" (its link before went down), "Moved" or "Restored". Null without a pin.</summary>
    public string? Reason { get; init; }

    /// <summary>Live flows of the host.</summary>
    public required long Flows { get; init; }
}
