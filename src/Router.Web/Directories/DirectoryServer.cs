using System.Diagnostics;
using System.DirectoryServices.Protocols;
using System.Net;
using Router.Api.Web;
using Router.Web.Checking;

namespace Router.Web.Directories;

/// <summary>
/// One question to one LDAP server: is this his password, and which groups is he in. Bind as the box's own account, find the one entry
/// of that name, bind as that entry with the password typed, and collect its groups as the box's account.
///
/// Runs on a thread of its own (<see cref="WorkQueue"/>), as the library waits inside its calls. Waiting is bounded in two ways: each
/// step by the library's options (<see cref="Ports.Programs.LdapLimits"/>), all of it by a stopwatch that is looked at between steps; and a
/// server that is silent from the beginning never gets as far as the library (<see cref="Knock"/>).
/// </summary>
internal sealed class DirectoryServer(WebDirectory settings, string url, string? password)
{
    /// <summary>supportedCapabilities of Active Directory, MS-ADTS 3.1.1.3.2.</summary>
    private const string ActiveDirectory = "1.2.840.113556.1.4.800";

    /// <summary>RFC 4511 4.1.9; the library has no name for it.</summary>
    private const int InvalidCredentials = 49;

    private readonly long _began = Stopwatch.GetTimestamp();

    private readonly Uri _address = new(url);

    private bool IsTls => _address.Scheme == "ldaps";

    private string Host => _address.Host.Trim('[', ']');

    private int Port => _address.IsDefaultPort || _address.Port < 0 ? (IsTls ? 636 : 389) : _address.Port;

    private TimeSpan Patience => TimeSpan.FromSeconds(settings.TimeoutSeconds);

    /// <summary>Right, wrong or unknown.</summary>
    /// <exception cref="IOException">The server does not answer.</exception>
    /// <exception cref="LdapException">It stops answering, or refuses us.</exception>
    /// <exception cref="DirectoryOperationException">It refuses the search.</exception>
    public Check Look(Credentials who)
    {
        Knock.AskAsync(Host, Port, IsTls, settings.StartTls, Patience).GetAwaiter().GetResult();
        using LdapConnection own = Connect();
        if (settings.Bind is null) own.Bind();
        else own.Bind(new NetworkCredential(settings.Bind, password));
        if (Find(own, who.User) is not { } person) return Check.No(Finding.Unknown);
        string user = First(person, "uid") ?? First(person, "sAMAccountName") ?? who.User;
        if (!IsHis(person.DistinguishedName, who.Password)) return Check.No(Finding.Wrong);
        List<string> groups = IsActiveDirectory(own)
            ? [.. Groups(own, Filter.GroupsInChain(person.DistinguishedName)).Select(group => group.Name)]
            : GroupWalk.Collect(Groups(own, Filter.GroupsOf(person.DistinguishedName, user)), dn => Groups(own, Filter.GroupsOf(dn, null)), HasTime);
        bool isAdministrator = settings.Administrators is { } administrators && groups.Contains(administrators, StringComparer.OrdinalIgnoreCase);
        return new Check(Finding.Right, user, groups) { IsFromDirectory = true, IsAdministrator = isAdministrator };
    }

    private LdapConnection Connect()
    {
        var connection = new LdapConnection(new LdapDirectoryIdentifier(Host, Port)) { AuthType = AuthType.Basic, Timeout = Patience, AutoBind = false };
        try
        {
            connection.SessionOptions.ProtocolVersion = 3;
            connection.SessionOptions.ReferralChasing = ReferralChasingOptions.None;
            if (IsTls) connection.SessionOptions.SecureSocketLayer = true;
            else if (settings.StartTls) Secure(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Secures a connection before a word of anybody's is said (RFC 4511 4.14). The framework gives the library its server with the first
    /// question only, and asks for TLS of nobody before; so something that everybody may know is asked first.
    /// </summary>
    private void Secure(LdapConnection connection)
    {
        try
        {
            connection.SendRequest(new SearchRequest("", "(objectClass=*)", SearchScope.Base, "supportedExtension"), Patience);
        }
        catch (DirectoryOperationException)
        {
            // A server that says nothing before TLS has answered all the same.
        }
        connection.SessionOptions.StartTransportLayerSecurity(null);
    }

    // Two of one name are nobody: whose password would it be?
    private SearchResultEntry? Find(LdapConnection own, string name)
    {
        var request = new SearchRequest(settings.Base, Filter.Person(name), SearchScope.Subtree, "uid", "sAMAccountName") { SizeLimit = 2, TimeLimit = Patience };
        SearchResultEntryCollection found = Search(own, request);
        return found.Count == 1 ? found[0] : null;
    }

    private bool IsHis(string distinguishedName, string typed)
    {
        using LdapConnection his = Connect();
        try
        {
            his.Bind(new NetworkCredential(distinguishedName, typed));
            return true;
        }
        catch (LdapException refused) when (refused.ErrorCode == InvalidCredentials)
        {
            return false;
        }
    }

    private IEnumerable<(string Dn, string Name)> Groups(LdapConnection own, string filter)
    {
        var request = new SearchRequest(settings.Base, filter, SearchScope.Subtree, "cn", "sAMAccountName") { SizeLimit = GroupWalk.MostGroups, TimeLimit = Patience };
        foreach (SearchResultEntry group in Search(own, request))
        {
            yield return (group.DistinguishedName, First(group, "sAMAccountName") ?? First(group, "cn") ?? "");
        }
    }

    private bool IsActiveDirectory(LdapConnection own)
    {
        var root = new SearchRequest("", "(objectClass=*)", SearchScope.Base, "supportedCapabilities") { TimeLimit = Patience };
        return Search(own, root) is [var entry, ..] && entry.Attributes["supportedCapabilities"] is { } capabilities
            && capabilities.GetValues(typeof(string)).OfType<string>().Contains(ActiveDirectory);
    }

    private SearchResultEntryCollection Search(LdapConnection own, SearchRequest request)
    {
        if (!HasTime()) throw new LdapException("it took too long");
        try
        {
            return ((SearchResponse)own.SendRequest(request, Patience)).Entries;
        }
        catch (DirectoryOperationException some) when (some.Response is SearchResponse { ResultCode: ResultCode.SizeLimitExceeded } first)
        {
            return first.Entries;
        }
    }

    private bool HasTime() => Stopwatch.GetElapsedTime(_began) < Patience * 2;

    private static string? First(SearchResultEntry entry, string attribute) =>
        entry.Attributes[attribute] is { Count: > 0 } values && values.GetValues(typeof(string)) is [string value, ..] && value.Length is > 0 and <= Credentials.Most ? value : null;
}
