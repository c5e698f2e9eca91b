namespace Router.Api;

/// <summary>What `diff` compares. Without either number: what is on the disk, or in the body, with what is in force.</summary>
public sealed record DiffQuery
{
    /// <summary>The later one is this kept configuration.</summary>
    public int? Kept { get; init; }

    /// <summary>The earlier one is this kept configuration; flows are not looked at then.</summary>
    public int? Against { get; init; }

    public string ToQuery() => new QueryText().Add("kept", Kept).Add("against", Against).ToString();
}

/// <summary>How a configuration is put in force.</summary>
public sealed record ApplyQuery
{
    /// <summary>How long to wait for a confirmation; null: it stays.</summary>
    public TimeSpan? Confirm { get; init; }

    /// <summary>Who does it, as he says himself; for the list of kept configurations.</summary>
    public string? By { get; init; }

    /// <summary>Changes of the file that nobody has loaded may be overwritten; they are kept beside it.</summary>
    public bool Discard { get; init; }

    public string ToQuery() => new QueryText().Add("confirm", (int?)Confirm?.TotalSeconds).Add("by", By).Add("discard", Discard ? "yes" : null).ToString();
}

/// <summary>Which kept configuration is put in force, and how.</summary>
public sealed record RollbackQuery
{
    /// <summary>1 is the one before that in force.</summary>
    public required int Number { get; init; }

    public TimeSpan? Confirm { get; init; }

    public string? By { get; init; }

    public bool Discard { get; init; }

    public string ToQuery() => new QueryText().Add("number", Number).Add("confirm", (int?)Confirm?.TotalSeconds).Add("by", By).Add("discard", Discard ? "yes" : null).ToString();
}
