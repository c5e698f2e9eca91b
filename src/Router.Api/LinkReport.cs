namespace Router.Api;

/// <summary>One link to the Internet: what it is, how it does, and what it carries.</summary>
public sealed record LinkReport
{
    public required string Name { get; init; }

    public required string Interface { get; init; }

    /// <summary>"up", "degraded", "standby", "down" or "disabled".</summary>
    public required string State { get; init; }

    /// <summary>Since when it has been in that state.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Why it came into that state, in words: "no carrier", "2 of 2 targets silent". Null at the start.</summary>
    public string? Cause { get; init; }

    /// <summary>Whether new flows may be placed on it.</summary>
    public required bool Usable { get; init; }

    /// <summary>Whether the mode gives it new flows that no rule sent to a link.</summary>
    public required bool InUse { get; init; }

    /// <summary>Its part in balancing, relative to the other links; 0 reserves it for rules that name it.</summary>
    public required int Weight { get; init; }

    /// <summary>Share of the hosts that are pinned now, to whichever link, that are pinned to this one, 0 to 1; 0 while there are none.</summary>
    public double PlacementShare { get; init; }

    /// <summary>The box's own addresses on the link, the preferred one of each family first.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>IPv4 gateway; null where there is none (ppp, wg) or none is known.</summary>
    public string? Gateway { get; init; }

    /// <summary>Hardware address of the IPv4 gateway, "02:00:00:00:00:01"; null while unknown.</summary>
    public string? GatewayMac { get; init; }

    /// <summary>IPv6 gateway, null if there is none.</summary>
    public string? Gateway6 { get; init; }

    /// <summary>Hardware address of the IPv6 gateway, null while unknown.</summary>
    public string? Gateway6Mac { get; init; }

    /// <summary>Largest IP packet in octets.</summary>
    public required int Mtu { get; init; }

    /// <summary>Share of lost probes lately, 0 to 1; null before the first round ended.</summary>
    public double? LossShare { get; init; }

    /// <summary>Smoothed round trip of the probes; null while nothing answers.</summary>
    public double? LatencyMilliseconds { get; init; }

    /// <summary>From the Internet to us.</summary>
    public required TrafficReport Received { get; init; }

    /// <summary>From us to the Internet.</summary>
    public required TrafficReport Sent { get; init; }

    /// <summary>Live flows that leave by this link.</summary>
    public required long Flows { get; init; }

    /// <summary>Hosts that are pinned to this link.</summary>
    public required long Pins { get; init; }

    /// <summary>Mark of sockets (SO_MARK) that are to leave by it: what `routerctl use` sets.</summary>
    public long Mark { get; init; }

    /// <summary>What a drill does to it now, in words; null if there is none.</summary>
    public string? Drill { get; init; }

    /// <summary>What it carried, which outlives restarts.</summary>
    public VolumeReport? Volume { get; init; }

    /// <summary>How it is weighed; null where <see cref="Weight"/> says it.</summary>
    public PlacementReport? Placement { get; init; }
}

/// <summary>How a link is weighed by what it has been seen to carry (`placement: measured`).</summary>
public sealed record PlacementReport
{
    /// <summary>Its part in balancing, relative to the other links, in kbit/s both ways together; 0 while it is reserved.</summary>
    public required int WeightKilobits { get; init; }

    /// <summary>The most octets in a second that it carried in the last day, each way.</summary>
    public required double PeakIn { get; init; }

    public required double PeakOut { get; init; }

    /// <summary>Whether packets wait for it, so that new hosts avoid it until it has drained.</summary>
    public required bool Queues { get; init; }

    /// <summary>Of the last few probes; null if none was answered.</summary>
    public double? LatencyMilliseconds { get; init; }

    /// <summary>While little goes through it; null while not known.</summary>
    public double? IdleLatencyMilliseconds { get; init; }
}

/// <summary>What a link carried, by the box's own calendar.</summary>
public sealed record VolumeReport
{
    /// <summary>Octets since midnight.</summary>
    public required long TodayIn { get; init; }

    public required long TodayOut { get; init; }

    /// <summary>Octets since its month began.</summary>
    public required long MonthIn { get; init; }

    public required long MonthOut { get; init; }

    public required DateOnly MonthBegan { get; init; }

    /// <summary>The first day of the next, when it is whole again.</summary>
    public required DateOnly NextMonth { get; init; }

    /// <summary>Octets that it may carry in a month, both ways together; null if any.</summary>
    public long? Cap { get; init; }

    /// <summary>"ample", "scarce" (other links go first) or "spent" (nothing passes).</summary>
    public required string State { get; init; }
}

/// <summary>What went one way: totals since the start, and the present rates.</summary>
public sealed record TrafficReport
{
    public required long Packets { get; init; }

    /// <summary>Counted from the IP header on.</summary>
    public required long Octets { get; init; }

    public double PacketsPerSecond { get; init; }

    public double OctetsPerSecond { get; init; }
}
