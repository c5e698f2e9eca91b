namespace Router.Api;

/// <summary>Who is logged in, and where the accounts are.</summary>
public sealed record UsersReport
{
    /// <summary>The file of the accounts.</summary>
    public required string File { get; init; }

    /// <summary>How many accounts are in force.</summary>
    public required int Accounts { get; init; }

    /// <summary>By user, and the latest login of each first.</summary>
    public required IReadOnlyList<LoginReport> Logins { get; init; }
}

/// <summary>One login: a user on a device.</summary>
public sealed record LoginReport
{
    public required string User { get; init; }

    public required IReadOnlyList<string> Groups { get; init; }

    public required bool IsAdministrator { get; init; }

    /// <summary>Of the device, all of them.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Of the device; null if nobody knows it.</summary>
    public string? Mac { get; init; }

    public required string Zone { get; init; }

    /// <summary>"web", "directory", "automatic" or "administrator".</summary>
    public required string Method { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>Since something last passed, as far as is known.</summary>
    public required double IdleSeconds { get; init; }

    /// <summary>Live flows between the device and the Internet; of a zone that is not licensed they are not counted, and this is 0.</summary>
    public required int Flows { get; init; }
}

/// <summary>Somebody is to be logged in by hand, or out: all logins of a user, or what is at an address.</summary>
public sealed record LoginQuery
{
    public string? User { get; init; }

    public string? Address { get; init; }

    /// <summary>The query of a request, with its question mark.</summary>
    public string ToQuery() => new QueryText().Add("user", User).Add("address", Address).ToString();
}

/// <summary>What became of it.</summary>
public sealed record LoginChange
{
    /// <summary>How many logins began, or ended.</summary>
    public required int Logins { get; init; }

    /// <summary>Why not, as a sentence; null if it was done.</summary>
    public string? Refusal { get; init; }
}
