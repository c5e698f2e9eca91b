using Router.Api;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Forwarding.Web;

namespace Router.Daemon.Reporting.Flows;

/// <summary>What the web rules said of a flow, in words: by which name, by which rule, or that nothing has been said that names a site.</summary>
internal static class WebVerdicts
{
    /// <param name="policy">The one in force, which knows its own rules by number.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="sight">What the path keeps of it; null for nothing.</param>
    public static WebVerdict? Of(Policy policy, LiveFlow flow, WebSight? sight)
    {
        if (sight is not { } seen) return null;
        if (!seen.IsDecided)
        {
            return new WebVerdict
            {
                Decision = "undecided",
                Words = seen.WasMissed ? "undecided, its beginning was not seen; the next request tells" : "undecided, the client has not named a site yet",
            };
        }
        string? rule = seen.Generation == policy.Generation && seen.Rule >= 0 && seen.Rule < policy.Web.Rules.Length ? policy.Web.Rules[seen.Rule].Name : null;
        string? by = seen.IsNameless ? null : seen.Scheme switch { WebScheme.Http => "URL", WebScheme.Tls => "TLS server name", WebScheme.Quic => "QUIC server name" };
        string verdict = seen.IsAllowed ? "let through" : "refused";
        string who = rule is not null ? $"by \"{rule}\"" : seen.Rule >= 0 ? "by a rule of an earlier configuration" : "as no web rule matches";
        if (seen.IsNameless && seen.Rule < 0) who = "as `unreadable` says";
        return new WebVerdict
        {
            Decision = seen.IsNameless ? "unreadable" : seen.IsAllowed ? "allowed" : "refused",
            Name = seen.IsNameless ? null : seen.Name, By = by, Rule = rule,
            Words = seen.IsNameless ? $"{verdict} {who}: no site could be read, the server is {flow.Remote.Address}" : $"{verdict} {who}: {seen.Name} ({by})",
        };
    }
}
