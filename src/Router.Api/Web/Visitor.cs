namespace Router.Api.Web;

/// <summary>Who is at an address, as routerd sees it: the only word that counts, whatever a browser sends.</summary>
public sealed record Visitor
{
    public required string Address { get; init; }

    /// <summary>"02:00:00:00:00:01"; null where the host is not on a network of ours.</summary>
    public string? Mac { get; init; }

    /// <summary>The local zone it is in; null: none, so that nothing is told to it.</summary>
    public string? Zone { get; init; }

    /// <summary>Whether people are trusted there, so that failed logins of others do not delay an administrator.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>What it lacks to reach the Internet: "nothing", "login" or "welcome".</summary>
    public required string Lacks { get; init; }

    /// <summary>Who is logged in there; null for nobody.</summary>
    public string? User { get; init; }

    /// <summary>"web", "directory", "automatic" or "administrator"; null without a user.</summary>
    public string? Method { get; init; }

    /// <summary>Whether the user is an administrator who has typed his password, so that he may see the dashboard.</summary>
    public bool IsAdministrator { get; init; }

    /// <summary>Since when the user is logged in there, or the guest let in.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>When a guest's pass, or a login, ends whatever one does; null for never.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The user's devices, this one among them; empty without a user.</summary>
    public IReadOnlyList<VisitorDevice> Devices { get; init; } = [];
}

/// <summary>A device of somebody who is logged in.</summary>
public sealed record VisitorDevice
{
    /// <summary>What <see cref="DropOrder"/> calls it: one of its addresses.</summary>
    public required string Id { get; init; }

    public string? Mac { get; init; }

    public IReadOnlyList<string> Addresses { get; init; } = [];

    public required bool IsThis { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>Octets towards it, and from it, since its user logged in there; connections that were open by then count whole. Null where that is not known.</summary>
    public long? OctetsIn { get; init; }

    public long? OctetsOut { get; init; }
}
