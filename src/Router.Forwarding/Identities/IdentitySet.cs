using System.Collections.Frozen;

namespace Router.Forwarding.Identities;

/// <summary>
/// Those whom one end of a rule is for: users by name, groups, or all who are logged in. Immutable. Asked on first packets only, without
/// allocation.
/// </summary>
public sealed class IdentitySet
{
    private readonly FrozenSet<string> _users, _groups;

    /// <param name="users">Names of users, in any case.</param>
    /// <param name="groups">Names of groups, in any case.</param>
    /// <param name="everyUser">Whoever is logged in.</param>
    public IdentitySet(IEnumerable<string> users, IEnumerable<string> groups, bool everyUser)
    {
        (_users, _groups, EveryUser) = (users.Select(Identity.Fold).ToFrozenSet(), groups.Select(Identity.Fold).ToFrozenSet(), everyUser);
        foreach (string user in _users) Bits |= Identity.BitOf(Identity.UserPrefix, user);
        foreach (string group in _groups) Bits |= Identity.BitOf(Identity.GroupPrefix, group);
        if (everyUser) Bits |= Identity.UsersBit;
    }

    /// <summary>Whether everybody who is logged in is meant.</summary>
    public bool EveryUser { get; }

    /// <summary>A bit of everybody in it, and perhaps of others (see <see cref="Identity.Bits"/>).</summary>
    internal ulong Bits { get; }

    /// <summary>Whether somebody is one of them.</summary>
    public bool Admits(Identity who)
    {
        if (ReferenceEquals(who, Identity.Anybody)) return true;
        if (!who.IsUser) return false;
        if (EveryUser || _users.Contains(who.User)) return true;
        foreach (string group in who.Groups)
        {
            if (_groups.Contains(group)) return true;
        }
        return false;
    }

    /// <summary>As rules write it.</summary>
    public override string ToString() => string.Join(", ",
        _users.Order(StringComparer.Ordinal).Select(user => $"user:{user}")
            .Concat(_groups.Order(StringComparer.Ordinal).Select(group => $"group:{group}"))
            .Concat(EveryUser ? ["authenticated"] : []));
}
