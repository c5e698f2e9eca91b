namespace Router.Users;

/// <summary>One user as users.yaml has him. Immutable.</summary>
public sealed record Account
{
    /// <summary>As written; compared without regard to case.</summary>
    public required string Name { get; init; }

    /// <summary>What the password is compared with (<see cref="Passwords"/>); null for one who cannot log in by a password kept here.</summary>
    public string? Hash { get; init; }

    /// <summary>His groups, as written.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    public string? FullName { get; init; }

    /// <summary>Whether he is an administrator, who takes no seat of the licence.</summary>
    public bool IsAdministrator { get; init; }

    /// <summary>False: he is known, and may not log in by any way.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>The letters beside letters and digits of which a name may be made.</summary>
    internal const string NameMarks = "._-@+";

    internal const int MostNameLetters = 64;

    /// <summary>Whether a user or a group can have this name.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= MostNameLetters && text.All(letter => char.IsLetterOrDigit(letter) || NameMarks.Contains(letter)) && text[0] != '-';

    /// <summary>What to write where that does not hold.</summary>
    public static readonly string NameRemedy = $"use 1 to {MostNameLetters} letters, digits and {string.Join(' ', NameMarks.AsEnumerable())}, and not - in front";
}
