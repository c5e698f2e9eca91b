using System.Text;
using Router.Forwarding.Identities;
using Router.Forwarding.Rules;

namespace Router.Forwarding.Web;

/// <summary>
/// What a web rule does. To <see cref="Deny"/> is to show a page where one can be shown, in plain HTTP, and else to end the connection at
/// once; <see cref="Drop"/> is silence; what cannot be redirected is denied.
/// </summary>
public enum WebAction : byte { Allow, Deny, Drop, Redirect }

/// <summary>One web rule, compiled. Immutable but for its counters.</summary>
public sealed class WebRule
{
    /// <summary>Above so many names they become a set.</summary>
    private const int FewNames = 8;

    private readonly WebPattern[] _patterns = [];
    private readonly NameSet? _names;

    public required string Name
    {
        get;
        init
        {
            field = value;
            Mark = Rule.MarkOf(value);
        }
    }

    /// <summary>Stands for the name where it has to outlive the policy.</summary>
    public uint Mark { get; private init; }

    /// <summary>False while it is switched off, or outside its time.</summary>
    public bool Active { get; init; } = true;

    /// <summary>Hosts and URLs; together with <see cref="Lists"/> empty, all of them.</summary>
    public WebPattern[] Patterns
    {
        get => _patterns;
        init
        {
            WebPattern[] plain = [.. value.Where(pattern => !pattern.PlainName.IsEmpty)];
            if (plain.Length <= FewNames)
            {
                _patterns = value;
                return;
            }
            var names = new NameSetBuilder(plain.Length);
            foreach (WebPattern pattern in plain) names.Add(pattern.PlainName);
            (_patterns, _names) = ([.. value.Where(pattern => pattern.PlainName.IsEmpty)], names.Build());
        }
    }

    /// <summary>Lists of names, each with all beneath.</summary>
    public NameSet[] Lists { get; init; } = [];

    /// <summary>Bits of the zones whose hosts it is for; all ones means any.</summary>
    public ulong Zones { get; init; } = ulong.MaxValue;

    /// <summary>Whom it is for; null for everybody, logged in or not.</summary>
    public IdentitySet? Users { get; init; }

    public required WebAction Action { get; init; }

    /// <summary>What the page says; null for what it says anyway.</summary>
    public string? Text { get; init; }

    /// <summary>Where <see cref="WebAction.Redirect"/> leads: a URL in ASCII.</summary>
    public string? Target
    {
        get;
        init
        {
            field = value;
            Location = Encoding.ASCII.GetBytes(value ?? "");
        }
    }

    internal byte[] Location { get; private init; } = [];

    /// <summary>Kept from the same rule of the policy before.</summary>
    public WebCounters Counters { get; init; } = new();

    /// <summary>Whether it has to be asked with the endings of a name.</summary>
    internal bool HasNames => Lists.Length > 0 || _names is not null;

    /// <param name="question">What is asked.</param>
    /// <param name="endings">Those of its name (<see cref="NameSet.Endings"/>).</param>
    public bool Matches(in WebQuestion question, ReadOnlySpan<ulong> endings) =>
        Active && (Zones & question.Zone.Bit) != 0 && IsFor(question) && MatchesHost(question, endings);

    /// <summary>In words, why it does not match, or null if it does.</summary>
    public string? WhyNot(in WebQuestion question, ReadOnlySpan<ulong> endings)
    {
        if (!Active) return "it is switched off, or outside its time";
        if ((Zones & question.Zone.Bit) == 0) return "it is for other zones";
        if (!IsFor(question)) return $"it is for {Users}, and {(question.Who is { IsUser: true } who ? who.User : "nobody")} is logged in there";
        return MatchesHost(question, endings) ? null : "the URL differs";
    }

    private bool IsFor(in WebQuestion question) => Users is null || (question.Who is not null && Users.Admits(question.Who));

    private bool MatchesHost(in WebQuestion question, ReadOnlySpan<ulong> endings)
    {
        if (_patterns.Length == 0 && !HasNames) return true;
        foreach (WebPattern pattern in _patterns)
        {
            if (pattern.Matches(question)) return true;
        }
        if (_names is not null && _names.Holds(endings)) return true;
        foreach (NameSet list in Lists)
        {
            if (list.Holds(endings)) return true;
        }
        return false;
    }
}

/// <summary>What a web rule has seen. Written by the forwarding thread [F]; others read numbers that may be a moment old.</summary>
public sealed class WebCounters
{
    /// <summary>Requests, and connections of which only the name is seen, that it decided on.</summary>
    public long Hits;

    /// <summary>When it last matched, monotonic microseconds; 0 for never.</summary>
    public long LastMatch;
}
