using System.Diagnostics;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Limits;
using Router.Forwarding.Rules;
using Router.Forwarding.Web;

namespace Router.Daemon.Reporting;

/// <summary>
/// Writes to the journal what the path tells: flows and packets that a rule wants logged. The path puts events in a ring and goes
/// on; here they are taken out, ten times a second, by the control thread. Storms are cut and counted (<see cref="EventKind"/>).
/// </summary>
internal sealed class EventLog(Worker worker, PortRegistry ports, Journal journal)
{

    private static readonly TimeSpan TellSuppressed = TimeSpan.FromSeconds(1);

    private long _lost, _suppressed, _toldAt;

    /// <summary>Writes what is to be written, and returns what somebody has to act on.</summary>
    public List<PathEvent> Drain(Policy policy)
    {
        var toAct = new List<PathEvent>();
        PathEvents events = worker.Forwarder.Events;
        while (events.TryRead(out PathEvent happened))
        {
            switch (happened.Kind)
            {
                case PathEventKind.FlowOpened:
                    journal.Write(Catalog.Flow, Priority.Info, $"open  {Describe(happened)} by {ports.NameOf(happened.Egress)}", Fields(happened, policy));
                    break;
                case PathEventKind.FlowClosed:
                    journal.Write(Catalog.Flow, Priority.Info, $"close {Describe(happened)} by {ports.NameOf(happened.Egress)}, {happened.Octets} octets", Fields(happened, policy));
                    break;
                case PathEventKind.PacketLogged:
                    journal.Write(Catalog.Packet, Priority.Info,
                        $"pass {Describe(happened)} from {ports.NameOf(happened.Ingress)} to {ports.NameOf(happened.Egress)}, {happened.Octets} octets", Fields(happened, policy));
                    break;
                case PathEventKind.PacketRefused:
                    journal.Write(Catalog.Refusal, Priority.Info, $"{Verb(happened.Reason)} {Describe(happened)} from {ports.NameOf(happened.Ingress)}", Fields(happened, policy));
                    break;
                case PathEventKind.SenderStuck:
                    journal.Write(Catalog.StuckSender, Priority.Warning,
                        $"{Describe(happened)}: packets of {happened.Octets} octets get lost beyond {ports.NameOf(happened.Egress)}, although the connection opened; "
                        + "if it happens to many, the path takes less than the interface's MTU and nobody says so: lower that MTU", Fields(happened, policy));
                    break;
                case PathEventKind.HostLimited:
                    journal.Write(Catalog.HostLimit, Priority.Warning, DescribeLimit(happened, policy), ("HOST", happened.Source.ToString()));
                    break;
                case PathEventKind.NoRoom:
                    journal.Write(Catalog.NoRoom, Priority.Warning, DescribeShortage(happened), ("HOST", happened.Source.ToString()));
                    break;
                case PathEventKind.WebRefused:
                    journal.Write(Catalog.WebRefusal, Priority.Info, DescribeWeb(happened, policy), WebFields(happened, policy));
                    break;
                case PathEventKind.NeighbourWanted or PathEventKind.PortGone or PathEventKind.HostUnknown:
                    toAct.Add(happened);
                    break;
            }
        }
        if (events.Lost is var lost && lost > _lost)
        {
            journal.Write(Catalog.PathEventsLost, Priority.Warning, $"{lost - _lost} events of the path were not logged: they came faster than they could be written");
            _lost = lost;
        }
        if (events.Suppressed is var suppressed && suppressed > _suppressed && Stopwatch.GetElapsedTime(_toldAt) >= TellSuppressed)
        {
            journal.Write(Catalog.Packet, Priority.Info, $"packet: {suppressed - _suppressed} more suppressed", ("SUPPRESSED", $"{suppressed - _suppressed}"));
            (_suppressed, _toldAt) = (suppressed, Stopwatch.GetTimestamp());
        }
        return toAct;
    }

    private string DescribeWeb(in PathEvent happened, Policy policy)
    {
        string how = happened.WebScheme switch { WebScheme.Http => "http", WebScheme.Tls => "tls", WebScheme.Quic => "quic" };
        string by = WebRuleOf(happened, policy) is { } rule ? $"by \"{rule}\"" : "as it cannot be read (web.unreadable)";
        return $"web: {happened.WebAction.ToString().ToLowerInvariant()} {happened.Source} of {ports.NameOf(happened.Ingress)} > {happened.Web} ({how}, {Protocols.End(happened.Destination, happened.DestinationPort)}) {by}";
    }

    private static string? WebRuleOf(in PathEvent happened, Policy policy) =>
        happened.PolicyGeneration == policy.Generation && happened.Rule < policy.Web.Rules.Length ? policy.Web.Rules[happened.Rule].Name : null;

    private (string Field, string Value)[] WebFields(in PathEvent happened, Policy policy)
    {
        string user = worker.Plan.Roster.Of(happened.Source)?.User ?? "";
        return [("WEBRULE", WebRuleOf(happened, policy) ?? ""), ("SITE", happened.Web.ToString()), ("HOST", happened.Source.ToString()), ("USER", user)];
    }

    private string DescribeLimit(in PathEvent happened, Policy policy)
    {
        HostLimit limit = policy.Limits.Of(happened.Source, happened.Ingress);
        string why = happened.Reason switch
        {
            DropReason.HostFlows => $"has its {limit.Flows} live flows (limits.flows)",
            DropReason.HostRate => $"began its {limit.NewFlows} flows of a minute (limits.new_flows)",
            _ => $"has {happened.Flows} flows, more than the table has free entries (tables.flows)",
        };
        string since = happened.Refused > 1 ? $"; {happened.Refused} refused since it was last told of" : "";
        return $"limits: host {happened.Source} of {ports.NameOf(happened.Ingress)} {why}, and is refused new ones{since}";
    }

    private static string DescribeShortage(in PathEvent happened)
    {
        string why = happened.Reason switch
        {
            DropReason.FlowsFull => "the table of flows is full (tables.flows)",
            DropReason.MappingsFull => "the table of mappings is full",
            DropReason.PortsExhausted => "the outside address has no free port",
            _ => "another host has the same flow to that far end, and answers could not be told apart",
        };
        string since = happened.Refused > 1 ? $"; {happened.Refused} refused since it was last told of" : "";
        return $"no room: {Describe(happened)} is refused: {why}{since}";
    }

    private static string Verb(DropReason reason) => reason == DropReason.RuleDenied ? "deny" : "drop";

    private static string Describe(in PathEvent happened) =>
        $"{Protocols.NameOf(happened.Protocol)} {Protocols.End(happened.Source, happened.SourcePort)} > {Protocols.End(happened.Destination, happened.DestinationPort)}";

    private static (string Field, string Value)[] Fields(in PathEvent happened, Policy policy) =>
    [
        ("RULE", happened.PolicyGeneration == policy.Generation && happened.Rule < policy.Rules.Length ? policy.Rules[happened.Rule].Name : ""),
        ("HOST", happened.Source.ToString()),
    ];
}
