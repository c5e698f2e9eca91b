using Router.Forwarding.Rules;

namespace Router.Configuration;

/// <summary>Who logs in, where that is demanded, and for how long it holds (product.md 6).</summary>
public sealed record UserSettings
{
    /// <summary>The accounts of this box.</summary>
    public string File { get; init; } = "/etc/routerd/users.yaml";

    /// <summary>Where accounts are that are not of this box; null for nowhere.</summary>
    public DirectorySettings? Directory { get; init; }

    /// <summary>Names of the zones whose hosts reach nothing beyond before somebody has logged in there.</summary>
    public IReadOnlyList<string> LoginZones { get; init; } = [];

    /// <summary>Hosts that need neither log in nor take a pass.</summary>
    public EndTerm[] Exempt { get; init; } = [];

    /// <summary>Where everybody may go before that.</summary>
    public EndTerm[] BeforeLogin { get; init; } = [];

    /// <summary>A login ends when nothing has come from the device for so long.</summary>
    public TimeSpan LoginIdle { get; init; } = TimeSpan.FromMinutes(120);

    /// <summary>A login ends after so long whatever comes; null for never.</summary>
    public TimeSpan? LoginMost { get; init; }

    /// <summary>Who is logged in by the device or the address that he uses. No two of them want one device for different users.</summary>
    public IReadOnlyList<AutomaticLogin> Automatic { get; init; } = [];

    /// <summary>What single users may have, by their names in lower case.</summary>
    public IReadOnlyDictionary<string, UserLimit> Limits { get; init; } = new Dictionary<string, UserLimit>();

    /// <summary>The users and groups that are spoken of anywhere, and where.</summary>
    public IReadOnlyList<UserMention> Mentions { get; init; } = [];
}

/// <summary>A user who need not log in from some devices.</summary>
/// <param name="User">As written.</param>
/// <param name="Mac">His device's, as a big-endian number; 0 for none.</param>
/// <param name="Addresses">Or its addresses.</param>
public sealed record AutomaticLogin(string User, ulong Mac, IReadOnlyList<AddressRange> Addresses);

/// <summary>On how many devices a user may be at once, 0 for any number, and what becomes of one more.</summary>
public readonly record struct UserLimit(int MaxDevices, bool ReplacesOldest);

/// <summary>A name that rules or settings speak of: `user:NAME` or `group:NAME`, as <see cref="EndTerm.Name"/> has it.</summary>
public sealed record UserMention(string Term, string File, int Line, int Column)
{
    /// <summary>A group of addresses that has the name of this group of users, in its own spelling, where one could have been meant; else null.</summary>
    public string? SameNamedAddresses { get; init; }
}

/// <summary>The page that guests of a zone see first.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Password">What guests are told by mouth, and type in; null: nothing.</param>
/// <param name="Pass">How long they may pass then.</param>
public sealed record WelcomeSettings(string Text, string? Password, TimeSpan Pass);
