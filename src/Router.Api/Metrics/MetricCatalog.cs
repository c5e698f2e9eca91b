using static Router.Api.Metrics.MetricKind;

namespace Router.Api.Metrics;

/// <summary>
/// Every metric that there is, in the order in which they are told. routerd sends numbers by these names, router-web writes them with
/// the sentences from here, and docs/metrics.md is compared with it by a test.
///
/// No label has values that strangers choose: links, zones and rules are the administrator's, reasons and results are words of the program.
/// There is no series per host, user or flow.
/// </summary>
public static class MetricCatalog
{
    private static readonly List<Metric> s_all = [];

    public static readonly Metric Up = Add("router_up", Gauge, "Whether routerd answered this scrape; if not, only metrics of router-web follow.");
    public static readonly Metric BuildInfo = Add("router_build_info", Gauge, "1, with the version of routerd.", "version");
    public static readonly Metric StartTime = Add("router_process_start_time_seconds", Gauge, "When the process began, seconds since 1970.", "process");
    public static readonly Metric ProcessCpu = Add("router_process_cpu_seconds_total", Counter, "CPU time that the process has used.", "process");
    public static readonly Metric ProcessMemory = Add("router_process_resident_memory_bytes", Gauge, "Memory of the process that is resident.", "process");
    public static readonly Metric ProcessFiles = Add("router_process_open_fds", Gauge, "Open files of the process.", "process");
    public static readonly Metric ForwardingCpu = Add("router_forwarding_cpu_seconds_total", Counter, "CPU time of the forwarding thread; its rate is the share of a core that it is busy.");
    public static readonly Metric ForwardingRounds = Add("router_forwarding_rounds_total", Counter, "Times that the forwarding thread has looked at its ports.");

    public static readonly Metric LinkUp = Add("router_link_up", Gauge, "1 while the link can be used (up, degraded or standby), else 0.", "link");
    public static readonly Metric LinkState = Add("router_link_state", Gauge, "1 for the state that the link is in, 0 for the others.", "link", "state");
    public static readonly Metric LinkInUse = Add("router_link_in_use", Gauge, "1 while the mode gives the link new hosts.", "link");
    public static readonly Metric LinkSince = Add("router_link_state_start_time_seconds", Gauge, "Since when the link is in its state, seconds since 1970.", "link");
    public static readonly Metric LinkLoss = Add("router_link_loss_ratio", Gauge, "Share of probes lately lost, 0 to 1.", "link");
    public static readonly Metric LinkLatency = Add("router_link_latency_seconds", Gauge, "Smoothed round trip of the probes.", "link");
    public static readonly Metric LinkReceiveBytes = Add("router_link_receive_bytes_total", Counter, "Octets from the Internet, from the IP header on.", "link");
    public static readonly Metric LinkTransmitBytes = Add("router_link_transmit_bytes_total", Counter, "Octets to the Internet, from the IP header on.", "link");
    public static readonly Metric LinkReceivePackets = Add("router_link_receive_packets_total", Counter, "Packets from the Internet.", "link");
    public static readonly Metric LinkTransmitPackets = Add("router_link_transmit_packets_total", Counter, "Packets to the Internet.", "link");
    public static readonly Metric LinkFlows = Add("router_link_flows", Gauge, "Live flows on the link.", "link");
    public static readonly Metric LinkPins = Add("router_link_pins", Gauge, "Hosts and sites that are pinned to the link.", "link");
    public static readonly Metric LinkMonthBytes = Add("router_link_month_bytes", Gauge, "Octets both ways since the link's month began.", "link");
    public static readonly Metric LinkCapBytes = Add("router_link_cap_bytes", Gauge, "Octets that the link may carry in a month.", "link");

    public static readonly Metric ZoneReceiveBytes = Add("router_zone_receive_bytes_total", Counter, "Octets from hosts of the zone.", "zone");
    public static readonly Metric ZoneTransmitBytes = Add("router_zone_transmit_bytes_total", Counter, "Octets to hosts of the zone.", "zone");
    public static readonly Metric ZoneReceivePackets = Add("router_zone_receive_packets_total", Counter, "Packets from hosts of the zone.", "zone");
    public static readonly Metric ZoneTransmitPackets = Add("router_zone_transmit_packets_total", Counter, "Packets to hosts of the zone.", "zone");

    public static readonly Metric Drops = Add("router_drops_total", Counter, "Packets that were not passed on, by reason.", "reason");
    public static readonly Metric Flows = Add("router_flows", Gauge, "Live flows.");
    public static readonly Metric FlowsLimit = Add("router_flows_limit", Gauge, "Flows for which there is room.");
    public static readonly Metric Pins = Add("router_pins", Gauge, "Pins in force.");
    public static readonly Metric PinsLimit = Add("router_pins_limit", Gauge, "Pins for which there is room.");

    public static readonly Metric RuleHits = Add("router_rule_hits_total", Counter, "Flows that the traffic rule has decided on.", "rule");
    public static readonly Metric RuleBytes = Add("router_rule_bytes_total", Counter, "Octets of flows that the traffic rule has admitted.", "rule");
    public static readonly Metric WebRuleHits = Add("router_web_rule_hits_total", Counter, "Requests and connections that the web rule has decided on.", "rule");
    public static readonly Metric WebRefused = Add("router_web_refused_total", Counter, "Requests and connections that web rules did not let through.");

    public static readonly Metric DevicesUsed = Add("router_licence_devices_used", Gauge, "Places of the licence that devices have, those kept for reserved ones among them.");
    public static readonly Metric DevicesLimit = Add("router_licence_devices_limit", Gauge, "Places that the licence has.");
    public static readonly Metric SeatsUsed = Add("router_licence_seats_used", Gauge, "Seats of the licence that users have.");
    public static readonly Metric SeatsLimit = Add("router_licence_seats_limit", Gauge, "Seats that the licence has; none where logins are not counted.");
    public static readonly Metric PlacesTaken = Add("router_licence_places_taken_total", Counter, "Places that devices have taken.");
    public static readonly Metric LicenceRefused = Add("router_licence_refused_total", Counter, "Devices and logins for which the licence had no room, each once as long as it goes on trying.");
    public static readonly Metric LicenceExpiry = Add("router_licence_expiry_timestamp_seconds", Gauge, "When the last day of the licence ends, seconds since 1970; none for one without end.");
    public static readonly Metric UsersLoggedIn = Add("router_users_logged_in", Gauge, "Users who are logged in, on however many devices.");
    public static readonly Metric Logins = Add("router_logins_total", Counter, "Attempts to log in, by how and with what result.", "method", "result");
    public static readonly Metric Logouts = Add("router_logouts_total", Counter, "Logins that ended, by whatever cause.");

    public static readonly Metric Reloads = Add("router_reloads_total", Counter, "Reloads of the configuration.", "result");
    public static readonly Metric ConfigurationLoaded = Add("router_configuration_load_time_seconds", Gauge, "When the configuration in force was loaded, seconds since 1970.");
    public static readonly Metric ConfigurationWarnings = Add("router_configuration_warnings", Gauge, "Warnings of the configuration in force.");
    public static readonly Metric JournalLines = Add("router_journal_lines_total", Counter, "Lines that routerd wrote to the journal.", "priority");
    public static readonly Metric JournalSuppressed = Add("router_journal_suppressed_total", Counter, "Events of storms that were counted instead of written.");
    public static readonly Metric HistoryLost = Add("router_history_lost_events_total", Counter, "Events that the history could not keep.");

    public static readonly Metric WebSessions = Add("router_web_sessions", Gauge, "Browsers in which somebody is logged in.");
    public static readonly Metric WebScrapesRefused = Add("router_web_scrapes_refused_total", Counter, "Requests for metrics from those who may not have them.");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Metric> All => s_all;

    private static Metric Add(string name, MetricKind kind, string help, params string[] labels)
    {
        var metric = new Metric(name, kind, help, labels);
        s_all.Add(metric);
        return metric;
    }
}
