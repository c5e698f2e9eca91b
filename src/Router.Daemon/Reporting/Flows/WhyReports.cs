using Router.Api;
using Router.Daemon.Steering;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Daemon.Reporting.Flows;

/// <summary>
/// `why`: what a flow kept of its admission, in words. Nothing is decided again: rules, links and pins may be others by now, and what
/// they would say today is for `explain`.
/// </summary>
internal sealed class WhyReports(Helm helm, Worker worker, PortRegistry ports, LiveTables tables, FlowReports flows)
{
    /// <summary>Flows that one name may fit; an end on a busy server fits many.</summary>
    private const int Most = 20;

    public List<WhyReport> Find(FlowName name)
    {
        byte? protocol = name.Protocol is { } text && Protocols.TryParse(text, out byte number) ? number : null;
        if (name.Protocol is not null && protocol is null) return [];
        return [.. tables.Flows().Where(flow => Fits(flow, name, protocol)).Take(Most).Select(Describe)];
    }

    private static bool Fits(LiveFlow flow, FlowName name, byte? protocol)
    {
        if (name.Id is { } id) return flow.Id == id;
        if (protocol is not null && flow.Protocol != protocol) return false;
        return name.Ends.All(end => Is(flow.Inside, end) || Is(flow.Outside, end) || Is(flow.Remote, end));
    }

    private static bool Is(End end, EndpointReport named) => (named.Port == 0 || end.Port == named.Port) && end.Address == Address.Parse(named.Address);

    private WhyReport Describe(LiveFlow flow)
    {
        FlowReport report = flows.Describe(flow);
        string? admittedBy = flow.Probe ? report.Rule : NameOf(flow.AdmittedBy);
        string? because = Because(flow.Cause);
        string? pin = flow.PinThen is { } then ? then.Stood is { } stood ? $"{PinWords.Of(then.Reason)}, {stood / 1_000_000} s before" : $"{PinWords.Of(then.Reason)}; it has been moved since" : null;
        string? from = flow.Moved.Why == LinkMove.None ? null : ports.NameOf(flow.Moved.From);
        DateTimeOffset admitted = Reports.WallClock(flow.Created);
        string by = flow.Probe ? "passes as a probe of the daemon's own, which no rule decides on" : $"was admitted by {(admittedBy is null ? "a rule that is gone since" : $"\"{admittedBy}\"")}";
        string way = report.Link is not { } link ? $"to {ports.NameOf(flow.Egress)}"
            : flow.Inbound ? $"from {link}, by which its answers leave"
            : $"and leaves by {link} as {report.Outside}{(because is null ? "" : $": {because}")}";
        string moved = from is null ? "" : $"; it came from {from}, {BecauseMoved(flow.Moved.Why)}";
        string now = flow.Probe || report.Rule == admittedBy ? "" : $"; now \"{report.Rule}\" allows it";
        WebVerdict? web = WebVerdicts.Of(helm.InForce.Policy, flow, worker.Ask(w => w.Forwarder.SeenOnWeb(flow.Id, flow.Created)).GetAwaiter().GetResult());
        return new WhyReport
        {
            Flow = report, Admitted = admitted, AdmittedBy = admittedBy, LinkReason = because, Pin = pin, MovedFrom = from, Web = web,
            Verdict = $"{report.Protocol} {report.Inside} {by}, {way}{moved}{now}{(web is null ? "" : $"; on the web: {web.Words}")}",
        };
    }

    /// <summary>The name behind a rule's mark, also of one that is gone; null if nobody knows it any more.</summary>
    public string? NameOf(uint mark)
    {
        foreach (Rule rule in helm.Policy.Rules)
        {
            if (rule.Mark == mark) return rule.Name;
        }
        return helm.Retired.NameOf(mark);
    }

    private static string BecauseMoved(LinkMove why) => why switch
    {
        LinkMove.None => "",
        LinkMove.LinkDown => "which went down",
        LinkMove.BetterLink => "as a better link had come back",
        LinkMove.ByHand => "as its host was moved by hand",
        LinkMove.Degraded => "which had become slow or lossy",
    };

    private static string? Because(LinkCause cause) => cause switch
    {
        LinkCause.None => null,
        LinkCause.BoundAddress => "the sender was bound to that link's address",
        LinkCause.OwnNetwork => "the destination was on that link's own network",
        LinkCause.Rule => "the rule named it",
        LinkCause.Order => "it was the first usable link in order",
        LinkCause.HostByWeight => "balancing placed the host there, by weight",
        LinkCause.FlowByWeight => "balancing placed this connection, by weight",
        LinkCause.PinnedAsPlaced or LinkCause.PinnedAsLinkDown or LinkCause.PinnedAsMoved or LinkCause.PinnedAsRestored or LinkCause.PinnedAsDegraded => "the host was pinned to it",
        LinkCause.SiteByWeight => "balancing placed the host there for this site, by weight",
        LinkCause.SitePinnedAsPlaced or LinkCause.SitePinnedAsLinkDown or LinkCause.SitePinnedAsMoved or LinkCause.SitePinnedAsRestored or LinkCause.SitePinnedAsDegraded
            => "the host was pinned to it for this site",
    };
}
