namespace Router.Api.Web;

/// <summary>
/// Where each verb lives on the portal's socket, the second one of routerd, which router-web opens and nobody else. There are few, so that a
/// breach of the web part can ask for little: it can log people in and out, and can neither change rules nor the configuration. What the
/// dashboard needs beyond that is asked in the name of an administrator who is logged in (decision 040).
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

    /// <summary>The numbers for /metrics: <see cref="Router.Api.Metrics.MetricReport"/>.</summary>
    public const string Metrics = "/v1/portal/metrics";

    public const string Login = "/v1/portal/login";
    public const string Logout = "/v1/portal/logout";

    /// <summary>Logs out another device of the same user.</summary>
    public const string Drop = "/v1/portal/drop";

    /// <summary>Lets a guest in for a while.</summary>
    public const string Welcome = "/v1/portal/welcome";

    /// <summary>A login that did not get as far as routerd, for the journal.</summary>
    public const string Failed = "/v1/portal/failed";

    // What follows demands the address of an administrator, in the query or the order; routerd looks for itself whether he is one.

    /// <summary>The router at a moment: <see cref="Dashboard.LiveReport"/>.</summary>
    public const string Live = "/v1/portal/dashboard/live";

    /// <summary>How links did over a span: <see cref="CourseReport"/>.</summary>
    public const string Course = "/v1/portal/dashboard/course";

    /// <summary>Live flows that fit a <see cref="FlowQuery"/>.</summary>
    public const string Flows = "/v1/portal/dashboard/flows";

    /// <summary>The last events.</summary>
    public const string Events = "/v1/portal/dashboard/events";

    /// <summary>Does something: <see cref="Dashboard.ActOrder"/>.</summary>
    public const string Act = "/v1/portal/dashboard/act";

    /// <summary>Where routerd listens for router-web unless it is told otherwise.</summary>
    public const string DefaultSocket = "/run/routerd-web/portal.sock";

    /// <summary>Longest body of a request, octets: a user in some hundred groups.</summary>
    public const int MostBodyOctets = 64 * 1024;
}
