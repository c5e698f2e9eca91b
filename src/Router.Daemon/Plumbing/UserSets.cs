using System.Text;
using Router.Forwarding.Identities;
using Router.Wire;

namespace Router.Daemon.Plumbing;

/// <summary>
/// Users in the packet filter. What local hosts send to the box itself is decided by the kernel, which knows addresses; so a rule for users
/// asks a named set of addresses, one for each family, and who is logged in where is written into those sets: whole with the tables, in
/// the same transaction, and by what has changed at each login and logout after that (<see cref="Change"/>). The rules stay as they are.
///
///     set users0_4 { type ipv4_addr; comment "group:admins"; }      add element inet routerd users0_4 { 10.0.0.7 }
///     ip saddr @users0_4 meta l4proto 6 th dport 22-22 counter accept comment "Administrators"
///
/// Sets are numbered by the rules' order, so that numbers mean something only together with the script that has those rules. Immutable.
/// </summary>
internal sealed class UserSets
{
    public static readonly UserSets None = new([]);

    private readonly IdentitySet[] _sets;

    /// <param name="rules">For the box itself; each set of users that they name is kept once.</param>
    public UserSets(IEnumerable<InputRule> rules) => _sets = [.. rules.Select(rule => rule.Who).OfType<IdentitySet>().DistinctBy(set => set.ToString())];

    /// <summary>The name of the set that a rule asks.</summary>
    public string NameOf(IdentitySet who, bool v4) => Name(Array.FindIndex(_sets, set => set.ToString() == who.ToString()), v4);

    /// <summary>Writes the empty sets; they belong into the table, before the chains that ask them.</summary>
    public void Declare(StringBuilder script)
    {
        for (int i = 0; i < _sets.Length; i++)
        {
            foreach (bool v4 in (ReadOnlySpan<bool>)[true, false])
            {
                script.Append($"  set {Name(i, v4)} {{ type {(v4 ? "ipv4_addr" : "ipv6_addr")}; comment {NftScript.Quote(_sets[i].ToString())}; }}\n");
            }
        }
    }

    /// <summary>What is to be in each set.</summary>
    public Dictionary<string, HashSet<Address>> Members(Roster roster)
    {
        var members = new Dictionary<string, HashSet<Address>>();
        for (int i = 0; i < _sets.Length; i++)
        {
            (HashSet<Address> v4, HashSet<Address> v6) = ([], []);
            foreach (Address address in roster.AddressesOf(_sets[i])) (address.IsV4 ? v4 : v6).Add(address);
            (members[Name(i, true)], members[Name(i, false)]) = (v4, v6);
        }
        return members;
    }

    /// <summary>What makes sets with the members of before such with those of after; empty if there is nothing to do.</summary>
    public static string Change(Dictionary<string, HashSet<Address>> before, Dictionary<string, HashSet<Address>> after)
    {
        var script = new StringBuilder();
        foreach ((string set, HashSet<Address> members) in after)
        {
            HashSet<Address> had = before.GetValueOrDefault(set) ?? [];
            Append(script, "delete", set, had.Except(members));
            Append(script, "add", set, members.Except(had));
        }
        return script.ToString();
    }

    private static void Append(StringBuilder script, string verb, string set, IEnumerable<Address> addresses)
    {
        string list = string.Join(", ", addresses);
        if (list.Length > 0) script.Append($"{verb} element inet {Numbers.NftTable} {set} {{ {list} }}\n");
    }

    private static string Name(int number, bool v4) => $"users{number}_{(v4 ? 4 : 6)}";
}
