namespace Router.Api.Web;

/// <summary>Somebody at an address has shown who he is.</summary>
public sealed record LoginOrder
{
    public required string Address { get; init; }

    public required string User { get; init; }

    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>True: a directory knows him; false: he has an account in the users file.</summary>
    public bool IsFromDirectory { get; init; }

    public bool IsAdministrator { get; init; }
}

/// <summary>Whoever is logged in at an address goes.</summary>
public sealed record LogoutOrder
{
    public required string Address { get; init; }
}

/// <summary>The user at an address logs out another device of his.</summary>
public sealed record DropOrder
{
    public required string Address { get; init; }

    /// <summary>As <see cref="VisitorDevice.Id"/>.</summary>
    public required string Device { get; init; }
}

/// <summary>A guest wants to be let in.</summary>
public sealed record WelcomeOrder
{
    public required string Address { get; init; }

    /// <summary>What he typed; null where none is asked for.</summary>
    public string? Password { get; init; }
}

/// <summary>A login that router-web refused.</summary>
public sealed record FailedLogin
{
    public required string Address { get; init; }

    /// <summary>As typed: anything at all.</summary>
    public required string User { get; init; }

    /// <summary>"wrong name or password", "delayed", "the directory does not answer" and the like.</summary>
    public required string Why { get; init; }
}

/// <summary>What became of an order.</summary>
public sealed record Outcome
{
    public required bool Done { get; init; }

    /// <summary>Why not, as a word: "no-seat", "max-devices", "not-local", "wrong-password", "no-welcome", "not-yours", "none"; null if it was done.</summary>
    public string? Refusal { get; init; }

    /// <summary>The same in a sentence, for the journal and for languages that have no text for the word.</summary>
    public string? Sentence { get; init; }
}
