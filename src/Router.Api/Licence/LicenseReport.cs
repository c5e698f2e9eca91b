namespace Router.Api;

/// <summary>The licence, who holds something of it, and who was refused.</summary>
public sealed record LicenseReport
{
    public required LicenceFacts Licence { get; init; }

    /// <summary>"per-user" or "per-host".</summary>
    public required string Mode { get; init; }

    /// <summary>Places of devices.</summary>
    public required CounterReport Devices { get; init; }

    /// <summary>Seats of users; null where logins are not counted (per-host).</summary>
    public required CounterReport? Seats { get; init; }

    /// <summary>Devices that have a place, the oldest holder first; behind them reserved ones that are not there.</summary>
    public required IReadOnlyList<PlaceReport> Places { get; init; }

    /// <summary>Users that are logged in, those with the most seats first.</summary>
    public required IReadOnlyList<SeatReport> Users { get; init; }

    /// <summary>Who was refused lately, the latest first.</summary>
    public required IReadOnlyList<RefusedReport> Refused { get; init; }

    /// <summary>Places taken and given back, logins, logouts and newcomers refused since routerd started.</summary>
    public required TallyReport Tally { get; init; }
}

/// <summary>A licence, and what it comes to today.</summary>
public sealed record LicenceFacts
{
    /// <summary>The file that is configured; null for a licence that is not in force anywhere.</summary>
    public string? File { get; init; }

    /// <summary>"base" (no file), "valid", "not yet", "expired" or "release too new".</summary>
    public required string State { get; init; }

    /// <summary>What is wrong with the file, as a sentence; null if nothing is.</summary>
    public string? Problem { get; init; }

    public string? Number { get; init; }

    public string? Holder { get; init; }

    public required int Users { get; init; }

    public required int DevicesPerUser { get; init; }

    public DateOnly? Issued { get; init; }

    public DateOnly? NotBefore { get; init; }

    /// <summary>The last day of a trial.</summary>
    public DateOnly? Expires { get; init; }

    /// <summary>Releases made after that day run with the base.</summary>
    public DateOnly? MaintenanceUntil { get; init; }

    /// <summary>Whether the key by which it was verified is the development key, whose private half everybody may have.</summary>
    public bool DevelopmentKey { get; init; }
}

/// <summary>A counter of the licence.</summary>
public sealed record CounterReport
{
    public required int Used { get; init; }

    public required int Limit { get; init; }

    /// <summary>Of those that are used, places kept for reserved devices.</summary>
    public int Reserved { get; init; }
}

/// <summary>A device that has a place.</summary>
public sealed record PlaceReport
{
    /// <summary>Its name, if a place is kept for it.</summary>
    public string? Name { get; init; }

    public string? Mac { get; init; }

    public IReadOnlyList<string> Addresses { get; init; } = [];

    public string? Zone { get; init; }

    /// <summary>Null for a reserved device that is not there.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The flow for which it took the place, or that the place is kept for it.</summary>
    public required string Reason { get; init; }

    public int Flows { get; init; }

    /// <summary>How long it has had no live flow, seconds; 0 if it has one.</summary>
    public double IdleSeconds { get; init; }

    /// <summary>Who is logged in on it.</summary>
    public string? User { get; init; }
}

/// <summary>A user who is logged in.</summary>
public sealed record SeatReport
{
    public required string User { get; init; }

    public required int Seats { get; init; }

    /// <summary>On how many devices, and on how many that the licence counts.</summary>
    public required int Devices { get; init; }

    public required int Counted { get; init; }

    public required DateTimeOffset Since { get; init; }

    public bool Administrator { get; init; }

    /// <summary>An address of each device.</summary>
    public IReadOnlyList<string> Machines { get; init; } = [];
}

/// <summary>Somebody who was refused.</summary>
public sealed record RefusedReport
{
    public required string Host { get; init; }

    public string? Mac { get; init; }

    public required string Zone { get; init; }

    /// <summary>Whose login it was; null for a device.</summary>
    public string? User { get; init; }

    /// <summary>"no place", "no seat", "too many devices", "licence ended" or "no room".</summary>
    public required string Why { get; init; }

    /// <summary>What it wanted: a flow, or a login.</summary>
    public required string Wanted { get; init; }

    public required DateTimeOffset First { get; init; }

    public required DateTimeOffset Last { get; init; }

    public required int Times { get; init; }
}

/// <summary>What happened since routerd started.</summary>
public sealed record TallyReport(long PlacesTaken, long PlacesFreed, long Logins, long Logouts, long Refused);

/// <summary>A place that was freed by hand.</summary>
public sealed record FreedReport
{
    /// <summary>An address, or the MAC, as it was asked for.</summary>
    public required string Device { get; init; }

    public required IReadOnlyList<string> Addresses { get; init; }

    public string? Mac { get; init; }

    /// <summary>How long it had the place, seconds.</summary>
    public required double HeldSeconds { get; init; }

    /// <summary>Live flows that were ended with it.</summary>
    public required int FlowsEnded { get; init; }
}

/// <summary>Whose place is to be freed.</summary>
public sealed record FreeQuery
{
    /// <summary>An address of the device, or its MAC.</summary>
    public required string Device { get; init; }

    /// <summary>The query of a request, with its question mark.</summary>
    public string ToQuery() => new QueryText().Add("device", Device).ToString();
}
