namespace Router.Web.Checking;

/// <summary>What somebody typed.</summary>
internal readonly record struct Credentials(string User, string Password)
{
    /// <summary>Longer ones are nobody's, and would only cost time.</summary>
    public const int Most = 256;

    /// <summary>
    /// Whether it can be anybody's at all. An empty password is none: a directory takes it for no login, and succeeds (RFC 4513 5.1.2).
    /// </summary>
    public bool CanBe => User.Length is > 0 and <= Most && Password.Length is > 0 and <= Most && !User.Any(char.IsControl) && !Password.Contains('\0');
}

/// <summary>What a check of credentials came to.</summary>
internal enum Finding
{
    /// <summary>He is who he says.</summary>
    Right,

    /// <summary>No such name, or not that password: nobody is told which.</summary>
    Wrong,

    /// <summary>This source of accounts does not have the name; another may.</summary>
    Unknown,

    /// <summary>Too many ask at once.</summary>
    Busy,

    /// <summary>The server does not answer, or refuses us.</summary>
    Silent,
}

/// <summary>What a check of credentials came to, and of whom.</summary>
/// <param name="User">As the source of accounts writes him; empty unless right.</param>
internal sealed record Check(Finding Finding, string User, IReadOnlyList<string> Groups)
{
    public bool IsAdministrator { get; init; }

    public bool IsFromDirectory { get; init; }

    /// <summary>For the journal: what went wrong, where something did.</summary>
    public string Why { get; init; } = "";

    public static Check No(Finding finding, string why = "") => new(finding, "", []) { Why = why };
}
