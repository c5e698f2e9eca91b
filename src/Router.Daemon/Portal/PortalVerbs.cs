using Router.Api;
using Router.Api.Metrics;
using Router.Api.Web;
using Router.Api.Web.Dashboard;
using Router.Wire;

namespace Router.Daemon.Portal;

/// <summary>
/// What router-web can ask of the daemon. Each may be called from any thread of the pool, several at once. Addresses have been parsed
/// before; everything else is as a stranger may have typed it.
/// </summary>
internal sealed record PortalVerbs
{
    public required Func<WebSettings> Settings { get; init; }

    public required Func<Address, Visitor> Look { get; init; }

    /// <summary>A web rule by its number in the list, from 1; null if there is none.</summary>
    public required Func<int, RuleText?> Rule { get; init; }

    public required Func<Address, LoginOrder, Outcome> Login { get; init; }

    public required Func<Address, Outcome> Logout { get; init; }

    /// <summary>The user at the first address logs out his device at the second.</summary>
    public required Func<Address, Address, Outcome> Drop { get; init; }

    /// <summary>With what the guest typed, which may be null.</summary>
    public required Func<Address, string?, Outcome> Welcome { get; init; }

    public required Action<Address, FailedLogin> Failed { get; init; }

    public required Func<MetricReport> Metrics { get; init; }

    // Of the dashboard; the first address is whoever asks, and each refuses him if he is no administrator.

    /// <summary>With lists, or without.</summary>
    public required Func<Address, bool, LiveReport> Live { get; init; }

    /// <summary>Of a span.</summary>
    public required Func<Address, string, CourseReport> Course { get; init; }

    public required Func<Address, FlowQuery, IReadOnlyList<FlowReport>> Flows { get; init; }

    /// <summary>Of a link, or of all.</summary>
    public required Func<Address, string?, IReadOnlyList<EventReport>> Events { get; init; }

    public required Func<Address, ActOrder, Outcome> Act { get; init; }
}
