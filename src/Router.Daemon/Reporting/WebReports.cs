using System.Text;
using Microsoft.AspNetCore.Http;
using Router.Api;
using Router.Daemon.Control;
using Router.Daemon.Steering;
using Router.Forwarding;
using Router.Forwarding.Web;
using Router.Wire;
using Router.Wire.Web;

namespace Router.Daemon.Reporting;

/// <summary>The web rules: what they have seen, and what they would say of a URL.</summary>
internal sealed class WebReports(Helm helm, Worker worker)
{
    public WebReport Report()
    {
        WebPolicy web = helm.InForce.Policy.Web;
        WebTally tally = worker.Forwarder.Web;
        return new WebReport
        {
            Unreadable = web.DeniesUnreadable ? "deny" : "allow", Ports = [.. web.Ports.Select(port => (int)port)],
            Requests = tally.Requests, TlsHellos = tally.TlsHellos, QuicHellos = tally.QuicHellos, Nameless = tally.Nameless, EncryptedHellos = tally.EncryptedHellos,
            UnreadableCount = tally.Unreadable, Refused = tally.Denied, PortalRedirects = worker.Forwarder.PortalRedirects,
            Rules = [.. web.Rules.Select((rule, index) => new WebRuleReport
            {
                Index = index + 1, Name = rule.Name, Action = rule.Action.ToString().ToLowerInvariant(), Active = rule.Active, Hits = rule.Counters.Hits,
                LastMatch = rule.Counters.LastMatch == 0 ? null : Reports.WallClock(rule.Counters.LastMatch),
                ListNames = rule.Lists.Sum(list => (long)list.Count), ListOctets = rule.Lists.Sum(list => list.Octets),
            })],
        };
    }

    /// <summary>What the rules would say of a URL, or of a host's name by itself, which is asked for as by https.</summary>
    public ExplainReport Explain(string url, Address from, PortId zone)
    {
        bool isPlain = url.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
        string rest = isPlain || url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? url[(url.IndexOf("//", StringComparison.Ordinal) + 2)..] : url;
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string authority = slash < 0 ? rest : rest[..slash];
        byte[] room = new byte[HostName.MostOctets], path = new byte[UrlPath.MostOctets];
        if (!WebPattern.TryAscii(authority, out string ascii) || !HostName.TryRead(Encoding.ASCII.GetBytes(ascii), room, out HostName host))
        {
            throw new RefusedRequest(StatusCodes.Status400BadRequest, $"'{url}' is no URL: write http://host/path, https://host or a host's name.");
        }
        int length = isPlain ? UrlPath.Write(Encoding.UTF8.GetBytes(slash < 0 ? "/" : rest[slash..]), path) : 0;
        var question = new WebQuestion
        {
            Scheme = isPlain ? WebScheme.Http : WebScheme.Tls, Name = host.Name, Address = host.Address, Port = host.Port != 0 ? host.Port : (ushort)(isPlain ? 80 : 443),
            Path = path.AsSpan(0, length), Zone = zone, Who = worker.Plan.Roster.Of(from),
        };
        List<ExplainStep> steps = [.. helm.InForce.Policy.Web.Walk(question).Select(step => new ExplainStep
        {
            Rule = step.Rule.Name, Matched = step.WhyNot is null, Why = step.WhyNot ?? "it matches",
        })];
        WebRule? decides = helm.InForce.Policy.Web.Match(question) is >= 0 and int index ? helm.InForce.Policy.Web.Rules[index] : null;
        bool isAllowed = decides is null or { Action: WebAction.Allow };
        return new ExplainReport
        {
            Steps = steps, Allowed = isAllowed,
            Verdict = decides is null ? "let through: no web rule matches" : isAllowed ? $"let through by \"{decides.Name}\"" : $"{Words(decides.Action, isPlain)} by \"{decides.Name}\"",
        };
    }

    private static string Words(WebAction action, bool isPlain) => action switch
    {
        WebAction.Drop => "dropped in silence",
        WebAction.Redirect when isPlain => "led elsewhere",
        WebAction.Deny when isPlain => "denied, with the page that says so,",
        WebAction.Deny or WebAction.Redirect => "ended at once",
        WebAction.Allow => "let through",
    };
}
