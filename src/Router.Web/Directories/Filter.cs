using System.Globalization;
using System.Text;

namespace Router.Web.Directories;

/// <summary>
/// Search filters (RFC 4515). What people type goes in as a value only, with every octet that means something to a filter written as `\xx`, so
/// that a name can neither widen a search nor ask another question.
/// </summary>
internal static class Filter
{
    /// <summary>Somebody by the name that he types: a Unix user name, or a Windows one with or without its domain.</summary>
    public static string Person(string name)
    {
        string value = Value(name);
        return $"(&(|(objectClass=person)(objectClass=posixAccount)(objectClass=inetOrgPerson))(|(uid={value})(sAMAccountName={value})(userPrincipalName={value})))";
    }

    /// <summary>Groups that name an entry, or a user name, as their member.</summary>
    public static string GroupsOf(string distinguishedName, string? user) =>
        $"(|(member={Value(distinguishedName)})(uniqueMember={Value(distinguishedName)}){(user is null ? "" : $"(memberUid={Value(user)})")})";

    /// <summary>Groups that have an entry as their member, through others too: Active Directory walks them itself (LDAP_MATCHING_RULE_IN_CHAIN).</summary>
    public static string GroupsInChain(string distinguishedName) => $"(&(objectClass=group)(member:1.2.840.113556.1.4.1941:={Value(distinguishedName)}))";

    /// <summary>A value with what RFC 4515 3 asks to be escaped, and everything that is not plain text.</summary>
    public static string Value(string text)
    {
        var value = new StringBuilder();
        foreach (byte octet in Encoding.UTF8.GetBytes(text))
        {
            bool isPlain = octet is > 0x1f and < 0x7f && octet is not ((byte)'(' or (byte)')' or (byte)'*' or (byte)'\\');
            if (isPlain) value.Append((char)octet);
            else value.Append(CultureInfo.InvariantCulture, $"\\{octet:x2}");
        }
        return value.ToString();
    }
}
