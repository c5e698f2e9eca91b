using System.Collections.Immutable;

namespace Router.Forwarding.Identities;

/// <summary>
/// Who is behind a local address, as rules see it: a user with groups, or a guest who was let in without a name. Immutable; one object
/// serves all addresses of a user.
///
/// <see cref="Bits"/> says the same in 64 bits, for the <see cref="Rules.RuleTable"/>: bit 0 is everybody's, bit 1 that of all who are
/// logged in, and a name or a group has one of the others. Two names may share a bit, so the bits pass over most rules that are for others
/// and admit nobody; that is for <see cref="IdentitySet.Admits"/>, which compares names.
/// </summary>
public sealed class Identity
{
    /// <summary>A guest with a pass. No rule can name it: it is not logged in.</summary>
    public static readonly Identity Guest = new("", [], EverybodysBit);

    /// <summary>Whoever might log in: every rule that is for somebody is for him. Only for the question whether logging in would help.</summary>
    internal static readonly Identity Anybody = new("", [], ulong.MaxValue);

    internal const ulong EverybodysBit = 1, UsersBit = 2;

    private readonly ImmutableArray<string> _groups;

    /// <param name="user">Name of the user, in any case.</param>
    /// <param name="groups">Names of his groups, in any case.</param>
    public Identity(string user, IEnumerable<string> groups)
        : this(Fold(user), [.. groups.Select(Fold).Distinct()], EverybodysBit | UsersBit)
    {
        Bits |= BitOf(UserPrefix, User);
        foreach (string group in _groups) Bits |= BitOf(GroupPrefix, group);
    }

    private Identity(string user, ImmutableArray<string> groups, ulong bits) => (User, _groups, Bits) = (user, groups, bits);

    internal const char UserPrefix = 'u', GroupPrefix = 'g';

    /// <summary>Name of the user as rules compare it; empty for a guest.</summary>
    public string User { get; }

    public ReadOnlySpan<string> Groups => _groups.AsSpan();

    public bool IsUser => User.Length > 0;

    internal ulong Bits { get; }

    /// <summary>The form in which names of users and groups are compared.</summary>
    public static string Fold(string name) => name.ToLowerInvariant();

    /// <summary>Whether rules cannot tell the two apart.</summary>
    public bool IsSame(Identity other) => User == other.User && _groups.AsSpan().SequenceEqual(other._groups.AsSpan());

    /// <summary>The same of two of whom either may be nobody.</summary>
    public static bool AreSame(Identity? one, Identity? other) => one is null || other is null ? ReferenceEquals(one, other) : one.IsSame(other);

    // FNV-1a. Whoever could choose names that share a bit would gain nothing but a comparison of names.
    internal static ulong BitOf(char kind, string name)
    {
        uint hash = (0x811c9dc5 ^ kind) * 0x01000193;
        foreach (char letter in name) hash = (hash ^ letter) * 0x01000193;
        return 1UL << (int)(2 + hash % 62);
    }
}
