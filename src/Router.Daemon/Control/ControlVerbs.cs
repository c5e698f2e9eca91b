using Router.Api;

namespace Router.Daemon.Control;

/// <summary>
/// What the control socket can ask of the daemon. Each may be called from any thread of the pool, several at once, and takes
/// as long as it takes; what it throws becomes an answer 500 and a line in the journal. <see cref="Reload"/> is never called
/// while another call of it runs.
/// </summary>
internal sealed record ControlVerbs
{
    public required Func<StatusReport> Status { get; init; }

    public required Func<IReadOnlyList<LinkReport>> Links { get; init; }

    /// <summary>Live flows that fit the query, no more than its limit. Names and addresses in it are as a stranger typed them.</summary>
    public required Func<FlowQuery, IReadOnlyList<FlowReport>> Flows { get; init; }

    /// <summary>Ends the live flows that fit the query; its limit and order mean nothing.</summary>
    public required Func<FlowQuery, KillReport> KillFlows { get; init; }

    /// <summary>Hosts that fit the query, no more than its limit. Names in it are as a stranger typed them.</summary>
    public required Func<HostQuery, IReadOnlyList<HostReport>> Hosts { get; init; }

    /// <summary>The busiest, no more than were asked for.</summary>
    public required Func<TopQuery, TopReport> Top { get; init; }

    /// <summary>Moves a host's pins by hand. The address has been parsed before; the link may not exist.</summary>
    public required Func<MoveQuery, MoveReport> MoveHost { get; init; }

    public required Func<IReadOnlyList<RuleReport>> Rules { get; init; }

    public required Func<WebReport> Web { get; init; }

    public required Func<LicenseReport> License { get; init; }

    /// <summary>Takes the place of a device away, which an address or a MAC names as a stranger typed it.</summary>
    public required Func<string, FreedReport> FreePlace { get; init; }

    public required Func<UsersReport> Users { get; init; }

    /// <summary>Logs a user in by hand; whom and where is as a stranger typed it, but the address has been parsed.</summary>
    public required Func<LoginQuery, LoginChange> Login { get; init; }

    /// <summary>Ends logins by hand.</summary>
    public required Func<LoginQuery, LoginChange> Logout { get; init; }

    /// <summary>Reads the configured files again and says what is wrong with them; changes nothing.</summary>
    /// <remarks>
    /// No path can be named: whoever may open the socket may steer the router, not read files with the daemon's rights.
    /// Other files are read by routerctl itself, with the rights of whoever runs it.
    /// </remarks>
    public required Func<CheckReport> Check { get; init; }

    /// <summary>The same for files that are none of the daemon's, as whoever asks has read them: there is at least one.</summary>
    public required Func<IReadOnlyList<CheckedFile>, CheckReport> CheckFiles { get; init; }

    public required Func<ReloadReport> Reload { get; init; }

    /// <summary>Puts a text in the place of the configuration file, for good or until it is not confirmed in time. Never while a reload runs.</summary>
    public required Func<byte[], ApplyQuery, ReloadReport> Apply { get; init; }

    /// <summary>What a configuration would change; the text is that of the main file, null for what the query names or what is on the disk.</summary>
    public required Func<DiffQuery, byte[]?, DiffReport> Diff { get; init; }

    /// <summary>The configurations that were in force.</summary>
    public required Func<IReadOnlyList<KeptReport>> Kept { get; init; }

    /// <summary>The files of one of them.</summary>
    public required Func<int, IReadOnlyList<CheckedFile>> KeptFiles { get; init; }

    /// <summary>Puts one of them in force again. Never while a reload runs.</summary>
    public required Func<RollbackQuery, ReloadReport> Rollback { get; init; }

    /// <summary>Confirms what was applied; false if nothing waits for that.</summary>
    public required Func<bool> Confirm { get; init; }

    /// <summary>Addresses and port have been parsed once before; the zone may not exist.</summary>
    public required Func<ExplainQuery, ExplainReport> Explain { get; init; }

    /// <summary>Live flows of that name, and why each is as it is; a few at the most.</summary>
    public required Func<FlowName, IReadOnlyList<WhyReport>> Why { get; init; }

    /// <summary>Begins a drill, or refuses it.</summary>
    public required Func<DrillQuery, DrillReport> Drill { get; init; }

    /// <summary>The drill that is on, or the last one; null if there was none since the start.</summary>
    public required Func<DrillReport?> LastDrill { get; init; }

    /// <summary>Ends the drill that is on; null if there is none.</summary>
    public required Func<DrillReport?> StopDrill { get; init; }

    /// <summary>What happened, oldest first; of too many, the last ones.</summary>
    public required Func<EventQuery, IReadOnlyList<EventReport>> Events { get; init; }

    /// <summary>The same, and then what happens from now on: one JSON document a line, until whoever asked goes.</summary>
    public required Func<EventQuery, Func<Stream, CancellationToken, Task>> FollowEvents { get; init; }

    /// <summary>How links were around a time.</summary>
    public required Func<PastQuery, IReadOnlyList<PastReport>> Past { get; init; }

    /// <summary>
    /// Begins to record packets; the answer writes them to a stream as pcapng until there are enough or the time is over. What cannot be
    /// recorded is refused before anything is begun.
    /// </summary>
    public required Func<CaptureQuery, Func<Stream, CancellationToken, Task>> Capture { get; init; }
}
