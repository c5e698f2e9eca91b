using Router.Configuration;
using Router.Forwarding.Links;

namespace Router.Daemon.Health;

/// <summary>What must be there before a probe makes sense.</summary>
internal readonly record struct LinkGround(bool Present, bool Carrier, bool Address, bool NeighbourFailed, bool Disabled = false)
{
    public bool Firm => Present && Carrier && Address && !NeighbourFailed && !Disabled;
}

/// <summary>
/// Judges one link by what the kernel and the probes say. Pure: no clock, no socket; `now` is monotonic microseconds and never
/// goes back. Owned by the watch's thread. Its life:
///
///   stage      health                  usable  next
///   Grounded   down, disabled          no      ground firm: Serving if it never fell and never failed, else Failing
///   Failing    down                    no      up_after good rounds: Holding if it has a fall to pay for, else Serving
///   Holding    down                    no      hold_down passed, or no other link is usable: Serving; down_after failed rounds: Failing
///   Serving    up, standby, degraded   yes     down_after failed rounds: Failing
///   any                                        ground lost: Grounded, at once
///
/// A new link is trusted: with carrier and an address it serves before its first round has come back, so that the router forwards
/// as soon as it starts; a dead one is found out after down_after rounds. A link that has not had one good round yet pays no hold
/// (a modem that is slow to start has not flapped). While it is held, single failed rounds do not begin the hold anew, else a link with
/// some loss would never return; it must only not fail as a serving link would.
///
/// Who disables a link means no fall: enabled again, it is as new.
///
/// What live traffic meets (<see cref="LinkTraffic"/>) never judges by itself, but it is asked while a serving link's probes fail. If
/// several far ends were asked since the first failed round began, and none has said a word, half as many failed rounds will do. If connections
/// come about to more than one host, the targets are at fault and not the link: it is degraded then, and not down until that ends too.
///
/// Degraded: too much loss, or too slow, over at least <see cref="Enough"/> rounds; it ends only well below the limits.
/// </summary>
internal sealed class LinkJudge
{
    /// <summary>Rounds before loss and latency mean anything.</summary>
    public const int Enough = 20;

    /// <summary>How far back a link's traffic may speak for it, microseconds.</summary>
    private const long Fresh = 10_000_000;

    private enum Stage : byte { Grounded, Failing, Holding, Serving }

    private readonly HoldDown _hold = new();
    private HealthSettings _settings;
    private LinkGround _ground;
    private Stage _stage = Stage.Grounded;
    private string _gateway = "gateway";
    private int _good, _bad;
    private bool _fresh = true, _proven, _degraded, _inUse = true;
    private long _holdEnds, _servingSince, _failingSince;

    public LinkJudge(HealthSettings settings, long now)
    {
        _settings = settings;
        Verdict = new LinkVerdict(LinkHealth.Down, false, "not seen yet", now);
    }

    public LinkVerdict Verdict { get; private set; }

    public LinkMeasure Measure { get; } = new();

    /// <summary>When <see cref="Tick"/> has something to do, or <see cref="long.MaxValue"/>.</summary>
    public long Deadline => _stage == Stage.Holding ? _holdEnds : long.MaxValue;

    /// <summary>Whether it answers, and only time stands between it and use.</summary>
    public bool Held => _stage == Stage.Holding;

    /// <summary>Whom the probes ask, in words: "gateway 198.51.100.1", "icmp:192.0.2.1", "3 targets".</summary>
    public string Subject { get; set; } = "gateway";

    /// <summary>What people's traffic has met on the link since a time; null if nobody counts it.</summary>
    public Func<long, LinkTraffic>? Traffic { get; set; }

    /// <summary>What is wrong with the answers of the round that comes next, in words that follow its subject; null: there are none.</summary>
    public string? Complaint { get; set; }

    /// <summary>New settings take effect with the next input; rounds in a row are kept.</summary>
    public void Reconfigure(HealthSettings settings) => _settings = settings;

    /// <param name="ground">What the kernel says.</param>
    /// <param name="gateway">The gateway in words, for the cause.</param>
    /// <returns>Like all inputs: whether health or usability changed.</returns>
    public bool Ground(in LinkGround ground, string gateway, long now)
    {
        _ground = ground;
        _gateway = gateway;
        return StandOn(now);
    }

    public bool Round(in ProbeRound round, long now)
    {
        if (_stage == Stage.Grounded) return false;
        if (round.Asked != 0) Measure.Add(round);
        bool good = round.IsGood;
        (_good, _bad) = good ? (_good + 1, 0) : (0, _bad + 1);
        if (_bad == 1) _failingSince = now - Microseconds(_settings.Timeout);
        LinkTraffic traffic = _stage == Stage.Serving && _bad > 0 && Traffic is { } met ? met(Math.Max(_failingSince, now - Fresh)) : default;
        int enough = traffic.IsSilent ? (_settings.DownAfter + 1) / 2 : _settings.DownAfter;
        if (_bad >= enough)
        {
            if (traffic.IsHeard) return Doubt(round, traffic, now);
            bool told = _stage == Stage.Failing && _bad > _settings.DownAfter;
            return !told && Enter(Stage.Failing, Silence(round) + Silence(traffic), now);
        }
        if (_stage == Stage.Serving)
        {
            _proven |= good;
            return Weigh(now);
        }
        if (_stage != Stage.Failing || _good < _settings.UpAfter) return false;
        Measure.Clear();
        return _hold.Current == 0
            ? Enter(Stage.Serving, $"{Subject} answered {_good} rounds", now)
            : Enter(Stage.Holding, $"{Subject} answers again, held for {Seconds(_hold.Current)} after {Falls()}", now);
    }

    /// <summary>Whether any traffic is placed on it now; tells `up` from `standby`.</summary>
    public bool InUse(bool inUse, long now)
    {
        if (_inUse == inUse) return false;
        _inUse = inUse;
        // Why it is degraded matters more.
        return _stage == Stage.Serving && !_degraded && Show(inUse ? "in use" : "healthy, not in use", now);
    }

    public bool Tick(long now) => _stage == Stage.Holding && now >= _holdEnds
        && Enter(Stage.Serving, $"{Subject} answered through the hold of {Seconds(_hold.Current)}", now);

    /// <summary>Ends the hold at once: a link that may fall again is better than none.</summary>
    public bool Release(long now) => _stage == Stage.Holding
        && Enter(Stage.Serving, $"{Subject} answers, and no other link is usable", now);

    private bool StandOn(long now)
    {
        if (!_ground.Firm) return Enter(Stage.Grounded, Missing(), now);
        if (_stage != Stage.Grounded) return false;
        return _fresh
            ? Enter(Stage.Serving, "carrier and address are there", now)
            : Enter(Stage.Failing, $"carrier and address are back, {Subject} has to answer {_settings.UpAfter} rounds", now);
    }

    /// <summary>The one place where the stage changes.</summary>
    private bool Enter(Stage stage, string cause, long now)
    {
        if (_stage == Stage.Serving && stage is Stage.Grounded or Stage.Failing && _proven && !_ground.Disabled)
            _hold.Fall(now - _servingSince, Microseconds(_settings.HoldDown));
        if (stage == Stage.Failing || (_stage == Stage.Serving && stage == Stage.Grounded)) _fresh = false;
        if (_ground.Disabled) (_fresh, _proven) = (true, false);
        if (stage == Stage.Holding) _holdEnds = now + _hold.Current;
        if (stage == Stage.Serving) _servingSince = now;
        if (stage != _stage && stage != Stage.Holding) (_good, _bad) = (0, 0);
        if (stage == Stage.Serving && _stage == Stage.Failing) _proven = true;
        _degraded = false;
        _stage = stage;
        return Show(cause, now);
    }

    private bool Show(string cause, long now)
    {
        LinkHealth health =
            _ground.Disabled ? LinkHealth.Disabled
            : _stage != Stage.Serving ? LinkHealth.Down
            : _degraded ? LinkHealth.Degraded
            : _inUse ? LinkHealth.Up
            : LinkHealth.Standby;
        LinkVerdict before = Verdict;
        Verdict = new LinkVerdict(health, _stage == Stage.Serving, cause, health == before.Health ? before.Since : now);
        return health != before.Health || Verdict.Usable != before.Usable;
    }

    private bool Weigh(long now)
    {
        if (Measure.Count < Enough) return false;
        double loss = Measure.Loss, lossLimit = _settings.DegradedLoss;
        long latency = Measure.Latency, latencyLimit = Microseconds(_settings.DegradedLatency);
        if (!_degraded && (loss > lossLimit || latency > latencyLimit))
        {
            _degraded = true;
            return Show(loss > lossLimit
                ? $"{loss:0.#%} of probes lost in {Measure.Count} rounds, limit {lossLimit:0.#%}"
                : $"answers take {latency / 1000} ms, limit {latencyLimit / 1000} ms", now);
        }
        if (!_degraded || loss > lossLimit / 2 || latency > latencyLimit * 4 / 5) return false;
        _degraded = false;
        return Show($"{loss:0.#%} of probes lost, answers take {latency / 1000} ms: below the limits again", now);
    }

    // The targets are silent, and others are not.
    private bool Doubt(in ProbeRound round, in LinkTraffic traffic, long now)
    {
        _degraded = true;
        return Show($"{Silence(round)}; it is kept, as {traffic.HostsAccepting} hosts accept connections over it ({traffic.Accepted} of {traffic.Handshakes} meanwhile)", now);
    }

    private string Missing() =>
        _ground.Disabled ? "the configuration says so"
        : !_ground.Present ? "the interface is not there"
        : !_ground.Carrier ? "no carrier"
        : !_ground.Address ? "no address"
        : $"{_gateway} does not answer on the link: its neighbour entry failed";

    private string Silence(in ProbeRound round) => round.AskedCount == 1
        ? $"{Subject} {Complaint ?? "does not answer"}: {_bad} rounds failed"
        : $"{round.AnsweredCount} of {round.AskedCount} targets answer, {round.Quorum} needed: {_bad} rounds failed{(Complaint is null ? "" : $"; {Complaint}")}";

    private static string Silence(in LinkTraffic traffic) => !traffic.IsSilent ? ""
        : $", and {traffic.Hosts} hosts are as silent ({traffic.Handshakes} connections, {traffic.Questions} DNS questions)";

    private string Falls() => _hold.Falls == 1 ? "a fall" : $"{_hold.Falls} falls";

    private static string Seconds(long microseconds) => $"{microseconds / 1e6:0.#} s";

    private static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;
}
