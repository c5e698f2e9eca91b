namespace Router.Api.Web;

/// <summary>
/// Where each verb lives on the portal's socket, the second one of routerd, which router-web opens and nobody else. There are few, so that a
/// breach of the web part can ask for little: it can log people in and out, and can neither read flows nor change rules.
/// What asks is asked by GET; what changes something by POST, with a JSON body.
/// </summary>
public static class PortalPath
{
    /// <summary>What the portal is to be: <see cref="WebSettings"/>.</summary>
    public const string Settings = "/v1/portal/settings";

    /// <summary>Who is at an address: <see cref="Visitor"/>.</summary>
    public const string Look = "/v1/portal/look";

    /// <summary>A web rule's name and text, by its number: <see cref="RuleText"/>.</summary>
    public const string Rule = "/v1/portal/rule";

    public const string Login = "/v1/portal/login";
    public const string Logout = "/v1/portal/logout";

    /// <summary>Logs out another device of the same user.</summary>
    public const string Drop = "/v1/portal/drop";

    /// <summary>Lets a guest in for a while.</summary>
    public const string Welcome = "/v1/portal/welcome";

    /// <summary>A login that did not get as far as routerd, for the journal.</summary>
    public const string Failed = "/v1/portal/failed";

    /// <summary>Where routerd listens for router-web unless it is told otherwise.</summary>
    public const string DefaultSocket = "/run/routerd-web/portal.sock";

    /// <summary>Longest body of a request, octets: a user in some hundred groups.</summary>
    public const int MostBodyOctets = 64 * 1024;
}
