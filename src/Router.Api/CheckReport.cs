namespace Router.Api;

/// <summary>What is wrong or doubtful in a configuration. It can be loaded if there are no errors.</summary>
public sealed record CheckReport
{
    /// <summary>The main file that was read.</summary>
    public required string File { get; init; }

    public IReadOnlyList<ConfigurationNote> Errors { get; init; } = [];

    public IReadOnlyList<ConfigurationNote> Warnings { get; init; } = [];
}

/// <summary>A file of a configuration that is to be checked, as whoever asks has read it.</summary>
public sealed record CheckedFile
{
    /// <summary>By which remarks on it are said.</summary>
    public required string Name { get; init; }

    public required string Text { get; init; }
}

/// <summary>The outcome of a reload. If it is not loaded, the old policy stays in force, untouched.</summary>
public sealed record ReloadReport
{
    public required bool Loaded { get; init; }

    /// <summary>Number of the policy that is in force now.</summary>
    public required long PolicyGeneration { get; init; }

    /// <summary>From reading the file to the last worker reading the new policy.</summary>
    public required double DurationMilliseconds { get; init; }

    /// <summary>Live flows that the new policy does not allow any more, and that were closed.</summary>
    public long FlowsClosed { get; init; }

    /// <summary>What the kernel or the machine refused, so that sound files were not loaded; null otherwise.</summary>
    public string? Refusal { get; init; }

    /// <summary>When the configuration of before comes back unless it is confirmed; null if this one stays.</summary>
    public DateTimeOffset? RevertsAt { get; init; }

    public IReadOnlyList<ConfigurationNote> Errors { get; init; } = [];

    public IReadOnlyList<ConfigurationNote> Warnings { get; init; } = [];
}

/// <summary>What was applied has been confirmed.</summary>
public sealed record ConfirmReport
{
    public required bool Confirmed { get; init; }
}

/// <summary>One remark on a configuration file, and where it belongs.</summary>
public sealed record ConfigurationNote
{
    public required string File { get; init; }

    /// <summary>From 1; 0 for the file as a whole.</summary>
    public required int Line { get; init; }

    /// <summary>From 1; 0 for the line as a whole.</summary>
    public required int Column { get; init; }

    /// <summary>What is wrong.</summary>
    public required string Message { get; init; }

    /// <summary>What to write instead, or what to do; null where the message says it all.</summary>
    public string? Remedy { get; init; }
}
