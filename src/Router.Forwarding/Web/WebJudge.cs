using Router.Forwarding.Flows;
using Router.Wire;
using Router.Wire.Web;

namespace Router.Forwarding.Web;

/// <summary>
/// Asks the web rules, counts, and tells the journal of every no. What is asked about is a request with its URL, a hello with its name,
/// or what could not be read, which has the server's address only. [F]
/// </summary>
internal sealed class WebJudge(PathEvents events)
{
    private readonly byte[] _name = new byte[HostName.MostOctets];
    private readonly byte[] _path = new byte[UrlPath.MostOctets];

    public WebTally Tally { get; } = new();

    /// <summary>Decides on a request.</summary>
    public WebAction JudgeRequest(Plan plan, in Flow flow, ref WebTrack track, in HttpHead head, long now)
    {
        // CONNECT names a server of which all that follows is hidden.
        track.Scheme = head.Path.IsEmpty && head.MaySwitch && head.Method.SequenceEqual("CONNECT"u8) ? WebScheme.Tls : WebScheme.Http;
        HostName host = HostName.Of(flow.InsideDestination);
        if (!head.Authority.IsEmpty && !HostName.TryRead(head.Authority, _name, out host)) return JudgeUnreadable(plan, flow, ref track, now);
        Tally.Requests++;
        track.IsNameless = false;
        int path = head.Path.IsEmpty ? 0 : UrlPath.Write(head.Path, _path);
        var question = new WebQuestion
        {
            Scheme = track.Scheme, Name = host.Name, Address = host.Address, Port = host.Port != 0 ? host.Port : flow.InsideDestinationPort,
            Path = _path.AsSpan(0, path), Zone = flow.Ingress, Who = plan.Who(flow.InsideSource),
        };
        return Decide(plan, flow, ref track, question, WebAction.Allow, now);
    }

    /// <summary>Decides on a hello.</summary>
    public WebAction JudgeHello(Plan plan, in Flow flow, ref WebTrack track, in ClientHello hello, WebScheme scheme, long now)
    {
        track.Scheme = scheme;
        if (scheme == WebScheme.Quic) Tally.QuicHellos++;
        else Tally.TlsHellos++;
        if (hello.HasEncryptedHello) Tally.EncryptedHellos++;
        if (hello.ServerName.IsEmpty) Tally.Nameless++;
        if (hello.ServerName.IsEmpty || !HostName.TryRead(hello.ServerName, _name, out HostName host)) return JudgeUnreadable(plan, flow, ref track, now);
        track.IsNameless = false;
        var question = new WebQuestion
        {
            Scheme = scheme, Name = host.Name, Address = host.Address, Port = flow.InsideDestinationPort, Zone = flow.Ingress, Who = plan.Who(flow.InsideSource),
        };
        return Decide(plan, flow, ref track, question, WebAction.Allow, now);
    }

    /// <summary>Decides on what says no name, or none that can be read: by the server's address, and else as the policy says.</summary>
    public WebAction JudgeUnreadable(Plan plan, in Flow flow, ref WebTrack track, long now)
    {
        Tally.Unreadable++;
        track.IsNameless = true;
        var question = new WebQuestion
        {
            Scheme = track.Scheme, Address = flow.InsideDestination, Port = flow.InsideDestinationPort, Zone = flow.Ingress, Who = plan.Who(flow.InsideSource),
        };
        return Decide(plan, flow, ref track, question, plan.Policy.Web.DeniesUnreadable ? WebAction.Deny : WebAction.Allow, now);
    }

    /// <summary>What would be decided on a hello with that name; nothing is counted.</summary>
    public static WebAction Foresee(Plan plan, in Flow flow, WebScheme scheme, ReadOnlySpan<byte> name)
    {
        var question = new WebQuestion { Scheme = scheme, Name = name, Port = flow.InsideDestinationPort, Zone = flow.Ingress, Who = plan.Who(flow.InsideSource) };
        int index = plan.Policy.Web.Match(question);
        return index < 0 ? WebAction.Allow : plan.Policy.Web.Rules[index].Action;
    }

    private WebAction Decide(Plan plan, in Flow flow, ref WebTrack track, in WebQuestion question, WebAction otherwise, long now)
    {
        int index = plan.Policy.Web.Match(question);
        WebAction action = otherwise;
        if (index >= 0)
        {
            WebRule rule = plan.Policy.Web.Rules[index];
            action = rule.Action;
            rule.Counters.Hits++;
            rule.Counters.LastMatch = now;
        }
        (track.Rule, track.PolicyGeneration) = ((short)index, plan.Policy.Generation);
        Span<byte> literal = stackalloc byte[48];
        scoped ReadOnlySpan<byte> name = question.Name;
        if (name.IsEmpty)
        {
            question.Address.ToIPAddress().TryFormat(literal, out int length);
            name = literal[..length];
        }
        track.Name.Set(name);
        if (action == WebAction.Allow) return action;
        Tally.Denied++;
        events.Write(new PathEvent
        {
            Kind = PathEventKind.WebRefused, Reason = DropReason.WebRule, Protocol = flow.Protocol, Ingress = flow.Ingress, Egress = flow.Egress,
            Rule = (ushort)track.Rule, PolicyGeneration = plan.Policy.Generation, Source = flow.InsideSource, Destination = flow.InsideDestination,
            SourcePort = flow.InsideSourcePort, DestinationPort = flow.InsideDestinationPort, Web = track.Name, WebAction = action, WebScheme = question.Scheme,
        });
        return action;
    }
}
