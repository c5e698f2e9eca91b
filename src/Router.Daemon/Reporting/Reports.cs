using System.Diagnostics;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Http;
using Router.Api;
using Router.Configuration;
using Router.Daemon.Changing;
using Router.Daemon.Control;
using Router.Daemon.Drills;
using Router.Daemon.History;
using Router.Daemon.Kernel;
using Router.Daemon.Licensing;
using Router.Daemon.People;
using Router.Daemon.Placing;
using Router.Daemon.Reporting.Flows;
using Router.Daemon.Steering;
using Router.Daemon.Systemd;
using Router.Daemon.Volume;
using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Ports;
using Router.Users;
using Router.Wire;

namespace Router.Daemon.Reporting;

/// <summary>
/// Answers to the control socket. Tables are read beside the path without its knowing; what only the forwarding thread may look at
/// is asked of it by errand.
/// </summary>
internal sealed class Reports(string file, Helm helm, Worker worker, PortRegistry ports, LiveTables tables, FlowMeter rates, VolumeMeter volume, Chronicle chronicle, Drill drill, LicenceOffice office, PeopleOffice people, KeptConfigurations kept, Journal journal)
{
    private readonly TrafficMeter _meter = new(worker);
    private readonly FlowReports _flows = new(helm, worker, ports, tables, new FlowSelections(helm, worker, ports), journal);

    private readonly Recordings _recordings = new(helm, worker, ports);
    private readonly RuleReports _rules = new(helm, tables);
    private readonly WebReports _web = new(helm, worker);
    private readonly LicenceReports _licence = new(office, helm, worker, ports, tables, journal);
    private readonly PastReports _past = new(chronicle, helm);
    private readonly Rollback _rollback = new(kept, helm);
    private WhyReports Why => new(helm, worker, ports, tables, _flows);
    private TopReports Top => new(worker, ports, tables, _flows, new FlowSelections(helm, worker, ports), rates);

    private DiffReports Diffs => new(file, helm, kept, new Foresight(helm, worker, ports, volume), new FlowForecast(worker, tables, _flows, Why.NameOf));

    public ControlVerbs Verbs => new()
    {
        Status = Status,
        Links = Links,
        Flows = _flows.Flows,
        KillFlows = _flows.Kill,
        Hosts = new HostReports(worker, ports, tables).Hosts,
        Top = query => Top.Read(query, Status(), Links()),
        MoveHost = new HandMoves(worker, ports, tables, journal).Move,
        Rules = _rules.Rules,
        Web = _web.Report,
        License = _licence.License,
        FreePlace = _licence.Free,
        Users = people.Reports.Users,
        Login = people.Reports.Login,
        Logout = people.Reports.Logout,
        Check = () => Checked(file, ConfigurationLoader.Load(file)),
        CheckFiles = files => Checked(files[0].Name, ConfigurationLoader.LoadTexts(files.Select(one => (one.Name, Encoding.UTF8.GetBytes(one.Text))))),
        Reload = () => helm.ReloadAsync().GetAwaiter().GetResult(),
        Apply = (text, query) => helm.ApplyAsync(text, query).GetAwaiter().GetResult(),
        Diff = Diffs.Of,
        Kept = kept.List,
        KeptFiles = _rollback.Files,
        Rollback = _rollback.Run,
        Confirm = () => helm.ConfirmAsync().GetAwaiter().GetResult(),
        Explain = Explain,
        Why = Why.Find,
        Capture = _recordings.Begin,
        Drill = drill.Begin,
        LastDrill = drill.Last,
        StopDrill = drill.Stop,
        Events = _past.Events,
        FollowEvents = _past.Follow,
        Past = _past.Around,
    };

    // What only a running box can tell belongs to it: who is connected to it, and which names have addresses.
    private CheckReport Checked(string name, LoadResult loaded)
    {
        loaded = AccountsCheck.Added(loaded);
        if (loaded.Settings is { } settings)
        {
            loaded = loaded with { Warnings = [.. loaded.Warnings, .. LockOut.Warnings(name, settings, helm.View, TcpConnections.ToTheBox()), .. Collisions.Warnings(name, settings, helm.View), .. NameReports.Doubts(name, settings.HostNames, helm.HostNames)] };
        }
        return ConfigurationReports.Checked(name, loaded);
    }

    private StatusReport Status()
    {
        using var self = Process.GetCurrentProcess();
        PortTraffic[] traffic = [.. Enumerable.Range(0, PortId.Most + 1).Select(id => worker.Forwarder.Traffic(new PortId((byte)id)))];
        return new StatusReport
        {
            Version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "0",
            Pid = Environment.ProcessId,
            Started = self.StartTime,
            UptimeSeconds = (DateTime.Now - self.StartTime).TotalSeconds,
            ConfigurationFile = file,
            PolicyGeneration = helm.Policy.Generation,
            PolicyLoadedAt = helm.InForce.LoadedAt, RevertsAt = helm.RevertsAt,
            Mode = helm.Policy.Mode.ToString().ToLowerInvariant(),
            Flows = new Occupancy { Used = worker.Forwarder.FlowCount, Capacity = tables.FlowCapacity },
            Pins = new Occupancy { Used = worker.Forwarder.PinCount, Capacity = tables.PinCapacity },
            Packets = traffic.Sum(t => t.PacketsIn),
            Octets = traffic.Sum(t => t.OctetsIn),
            Drops = [.. Drops()],
            Warnings = helm.InForce.Warnings,
        };
    }

    private List<DropReport> Drops()
    {
        var drops = new List<DropReport>();
        ReadOnlySpan<long> counts = worker.Forwarder.Drops;
        for (int reason = 0; reason < counts.Length; reason++)
        {
            if (counts[reason] > 0) drops.Add(new DropReport { Reason = ((DropReason)reason).ToString(), Packets = counts[reason] });
        }
        return drops;
    }

    private List<Api.LinkReport> Links()
    {
        Plan plan = worker.Plan;
        Dictionary<PortId, Health.LinkReport> verdicts = helm.Health.Reports().ToDictionary(r => r.Link);
        long[] flows = new long[PortId.Most + 1];
        tables.CountByLink(plan, flows);
        Dictionary<PortId, int> pins = tables.Pins().Select(p => p.Link).CountBy(id => id).ToDictionary();
        double placed = Math.Max(1, pins.Values.Sum());
        return [.. helm.Settings.Links.Select(link =>
        {
            PortId id = ports.Claim(link.Name);
            LinkState state = plan.Link(id) ?? new LinkState { Id = id };
            Health.LinkReport? verdict = verdicts.GetValueOrDefault(id);
            (TrafficReport received, TrafficReport sent) = _meter.Read(id);
            return new Api.LinkReport
            {
                Name = link.Name, Interface = link.Interface, State = state.Health.ToString().ToLowerInvariant(),
                Since = WallClock(verdict?.Verdict.Since ?? 0), Cause = verdict?.Verdict.Cause, Usable = state.Usable, InUse = plan.IsInUse(id),
                Weight = link.Weight, PlacementShare = pins.GetValueOrDefault(id) / placed,
                Addresses = [.. state.Addresses.Select(a => a.ToString())],
                Gateway = Text(state.Gateway4), GatewayMac = Mac(state.GatewayMac4), Gateway6 = Text(state.Gateway6), Gateway6Mac = Mac(state.GatewayMac6),
                Mtu = state.Mtu, LossShare = verdict is { Rounds: > 0 } ? verdict.Loss : null,
                LatencyMilliseconds = verdict is { Latency: > 0 } ? verdict.Latency * 1000 : null,
                Received = received, Sent = sent, Flows = flows[id.Value], Pins = pins.GetValueOrDefault(id), Volume = VolumeReports.Of(link, volume.Read(link)),
                Drill = drill.WordsOf(link.Name), Mark = Plumbing.Numbers.LinkMark + id.Value,
                Placement = helm.Loads.Read(helm.Settings, id),
            };
        })];
    }

    private ExplainReport Explain(ExplainQuery query)
    {
        Address from = Address.Parse(query.From);
        ExplainReport? web = query.Url is { } url ? _web.Explain(url, from, IngressOf(query.Zone, from)) : null;
        if (query.Destination is null || query.Protocol is null) return web ?? throw new RefusedRequest(StatusCodes.Status400BadRequest, "A protocol and a destination are wanted, or a URL.");
        ExplainReport path = ExplainPacket(query, from, Address.Parse(query.Destination), query.Protocol);
        if (web is null || !path.Allowed) return path;
        return path with { Steps = [.. path.Steps, .. web.Steps], Allowed = web.Allowed, Verdict = $"{path.Verdict}; then {web.Verdict}" };
    }

    private ExplainReport ExplainPacket(ExplainQuery query, Address from, Address to, string name)
    {
        if (!Protocols.TryParse(name, out byte protocol)) throw new RefusedRequest(StatusCodes.Status400BadRequest, $"'{name}' is no protocol.");
        PortId ingress = IngressOf(query.Zone, from);
        Roster? roster = query.User is { } user ? worker.Plan.Roster.With(from, people.Reports.AsIf(user)) : null;
        Explanation told = worker.Ask(w => w.Forwarder.Explain(ingress, from, protocol, to, (ushort)(query.Port ?? 0), roster)).GetAwaiter().GetResult();
        return new ExplainReport
        {
            Steps = [.. told.Steps.Select(s => new ExplainStep { Rule = s.Subject, Matched = s.Matched, Why = s.Why })],
            Verdict = told.Verdict, Allowed = told.Allowed, Link = told.Link is { } link ? ports.NameOf(link) : null, SourceAddress = told.Source?.ToString(),
            Pin = told.PinSince is { } since ? $"{PinWords.Of(told.PinReason!)}, {(Monotonic.Microseconds() - since) / 1_000_000} s ago" : null,
            User = PeopleReports.Words((roster ?? worker.Plan.Roster).Of(from)),
            HostNames = [.. NameReports.About(helm.HostNames, from, to, Monotonic.Microseconds())],
        };
    }

    // Where a packet from this address would come in: where it is said to, behind which zone it lives, or from outside.
    private PortId IngressOf(string? zone, Address from)
    {
        if (zone is not null)
        {
            string[] known = ["firewall", .. helm.Settings.PortNames];
            return known.Contains(zone) ? ports.Claim(zone)
                : throw new RefusedRequest(StatusCodes.Status400BadRequest, $"there is no zone or link '{zone}'; there are {string.Join(", ", known)}.");
        }
        Plan plan = worker.Plan;
        if (plan.Own(from) != 0) return PortId.Host;
        if (plan.TryBehind(from, out PortId behind)) return behind;
        return plan.Policy.Order.Length > 0 ? plan.Policy.Order[0] : PortId.Host;
    }

    private static string? Text(Address address) => address.IsUnspecified ? null : address.ToString();

    private static string? Mac(ulong mac) => mac == 0 ? null : string.Join(':', Enumerable.Range(0, 6).Select(i => (mac >> (40 - 8 * i) & 0xff).ToString("x2", null)));

    internal static DateTimeOffset WallClock(long monotonic) =>
        DateTimeOffset.Now - TimeSpan.FromMicroseconds(Math.Max(0, Monotonic.Microseconds() - monotonic));
}
