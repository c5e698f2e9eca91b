using System.Collections.Frozen;

namespace Router.Users;

/// <summary>All accounts of a file, as read at one moment. Immutable; names are compared without regard to case.</summary>
public sealed class Accounts
{
    public static readonly Accounts None = new([]);

    private readonly FrozenDictionary<string, Account> _byName;
    private readonly FrozenSet<string> _groups;

    /// <param name="all">No two of one name.</param>
    public Accounts(IEnumerable<Account> all)
    {
        All = [.. all];
        _byName = All.ToFrozenDictionary(account => account.Name, StringComparer.OrdinalIgnoreCase);
        _groups = All.SelectMany(account => account.Groups).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>In the order in which they were written.</summary>
    public IReadOnlyList<Account> All { get; }

    public Account? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Whether anybody is in a group.</summary>
    public bool HasGroup(string group) => _groups.Contains(group);

    /// <summary>Names of groups with members.</summary>
    public IReadOnlyCollection<string> Groups => _groups;

    /// <summary>The same with one account added, or in the place of the one of that name.</summary>
    public Accounts With(Account account)
    {
        if (Find(account.Name) is not { } old) return new Accounts([.. All, account]);
        return new Accounts(All.Select(one => ReferenceEquals(one, old) ? account : one));
    }

    /// <summary>The same without one account.</summary>
    public Accounts Without(string name) => new(All.Where(account => !account.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));
}
