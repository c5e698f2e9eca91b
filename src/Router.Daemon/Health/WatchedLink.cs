using System.Numerics;
using Router.Configuration;
using Router.Daemon.Health.Probes;
using Router.Forwarding;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Daemon.Health;

/// <summary>
/// One link under watch: its judge, the rounds under way and their sockets. All of it is guarded by the watch's lock.
///
/// It probes while it has an interface, carrier and an address, also while the judge calls it down. What it asks depends on its
/// addresses, its gateway and the settings; when one of them changes, the sockets and the rounds under way are given up and a
/// new round starts at once, while the judge keeps what it knows. At once means: as soon as the path would carry its probes, or
/// after <see cref="Patience"/>. What we ourselves cannot send yet, as the kernel is still asking for the gateway's MAC, is no loss
/// of the link; a gateway that does not even answer ARP in that time is one. A link that has nobody to ask (the target is its gateway, and
/// it has none, as on ppp; or it has no address of the target's family) is judged by carrier and address: its rounds ask nobody, and are good.
///
/// Targets that are names are looked up over the link, before the first round if it can be done within <see cref="Patience"/>. While a
/// name has no address its probe fails. With a new address the round waits, again no longer than that, for a plan that lets it pass.
/// </summary>
internal sealed class WatchedLink(PortId id, string name, HealthSettings settings, Mailbox mailbox, long now) : IDisposable
{
    /// <summary>Microseconds. A neighbour answers ARP within milliseconds; the kernel gives up after three seconds.</summary>
    private const long Patience = 1_000_000;

    private readonly LinkNames _names = new(mailbox);
    private LinkRounds? _rounds;
    private LinkProbes? _probes;
    private ProbeAim[] _aims = [];
    private ProbeTally[] _tallies = [];
    private LinkFacts _facts;
    private long _aimed;

    public PortId Id { get; } = id;

    public string Name { get; private set; } = name;

    public HealthSettings Settings { get; private set; } = settings;

    public LinkJudge Judge { get; } = new(settings, now);

    /// <summary>What the world was told last; null until the kernel has spoken of this link.</summary>
    public LinkVerdict? Told { get; set; }

    /// <summary>Whether <see cref="Take"/> has been called.</summary>
    public bool Seen { get; private set; }

    /// <summary>A sentence for the journal that has not been said yet.</summary>
    public string? Remark { get; set; }

    /// <summary>Whether a round has failed since this was last taken back.</summary>
    public bool Doubted { get; set; }

    public ProbeSockets? Sockets => _probes?.Sockets;

    /// <summary>Whom probes and lookups of this link ask: what the path has to let pass.</summary>
    public IEnumerable<Address> Asked => _aims.Select(aim => aim.Address).Concat(_names.IsEmpty ? [] : Servers());

    public long Deadline
    {
        get
        {
            if (_rounds is null) return Judge.Deadline;
            long probe = Math.Max(_rounds.Deadline, EarliestProbe);
            return Math.Min(Judge.Deadline, Math.Min(probe, NextLookup));
        }
    }

    public void Take(in LinkFacts facts, long now)
    {
        bool moved = facts with { GatewayNeighbourOk = _facts.GatewayNeighbourOk, Carries = _facts.Carries } != _facts;
        _facts = facts;
        Seen = true;
        if (moved) Aim(now);
        var ground = new LinkGround(facts.Present, facts.Carrier, Source.HasAny, facts.GatewayNeighbourOk == false, facts.Disabled);
        Judge.Ground(ground, $"gateway {Gateway}", now);
    }

    public void Reconfigure(string name, HealthSettings settings, long now)
    {
        bool sameTargets = settings.Targets.AsSpan().SequenceEqual(Settings.Targets), same = settings.AsksAs(Settings);
        (Name, Settings) = (name, settings);
        Judge.Reconfigure(settings);
        if (!sameTargets) Judge.Measure.Clear();
        if (!same) Aim(now);
    }

    /// <summary>Does what is due: ends rounds, judges them, starts the next.</summary>
    public void Advance(long now)
    {
        Judge.Tick(now);
        if (_rounds is null) return;
        Finish(now);
        if (now >= NextLookup) _names.Ask([.. Servers()], Source, Settings.Timeout, now);
        if (now < EarliestProbe || !_rounds.IsDue(now)) return;
        if (!Sockets!.Whole) OpenSockets();
        uint round = _rounds.Start(Sockets.Reachable, now);
        for (ulong rest = Sockets.Reachable; rest != 0; rest &= rest - 1)
        {
            int target = BitOperations.TrailingZeroCount(rest);
            ulong token = _rounds.Token(round, target);
            if (_probes!.Send(target, round, token, _rounds.Slot(round, target))) _rounds.Answer(round, target, token, now);
        }
        Finish(now);
    }

    /// <summary>A socket that probes share can be read.</summary>
    public void Hear(int socket, long now) => Sockets!.Hear(socket, _rounds!, now);

    /// <summary>A connection has come to something.</summary>
    public void HearConnection(int slot, long now)
    {
        if (Sockets!.Conclude(slot)) _rounds!.AnswerSlot(slot, now);
    }

    /// <summary>A GET has come to something.</summary>
    /// <returns>Whether it was this link's.</returns>
    public bool Hear(in WebAnswer answer) => _probes is { } probes && probes.Hear(answer, _rounds!);

    /// <summary>A lookup has come to something.</summary>
    /// <returns>Whether whom it asks has changed.</returns>
    public bool Hear(NameAnswer answer, long now)
    {
        if (answer.From != _names || !_names.Take(answer, now)) return false;
        _facts = _facts with { Carries = false };
        Aim(now);
        return true;
    }

    /// <summary>Nobody listened for a while, so nothing can be said about the rounds under way.</summary>
    public void Excuse(long now) => _rounds?.Restart(now);

    public LinkReport Report() => new(Id, Name, Judge.Verdict, Judge.Measure.Loss, Judge.Measure.Latency / 1e6, Judge.Measure.Count,
        Judge.Held ? Judge.Deadline : 0)
    { RecentLatency = Judge.Measure.RecentLatency / 1e6 };

    /// <summary>What each target did since the last call.</summary>
    public ProbeTally[] TakeTallies()
    {
        ProbeTally[] taken = _tallies;
        _tallies = BeginTallies();
        return taken;
    }

    public void Dispose() => _probes?.Dispose();

    private long EarliestProbe => _facts.Carries && _names.IsSettled ? 0 : _aimed + Patience;

    private long NextLookup => Math.Max(_names.Deadline, _facts.Carries ? 0 : _aimed + Patience);

    private ProbeSource Source => new(_facts.Source4, _facts.Source6, _facts.InterfaceIndex);

    private Address Gateway => _facts.Gateway4.IsUnspecified || _facts.Source4.IsUnspecified ? _facts.Gateway6 : _facts.Gateway4;

    private void Finish(long now)
    {
        while (_rounds!.TryFinish(now, out uint number, out ProbeRound round))
        {
            for (int target = 0; target < _aims.Length; target++) Sockets!.Close(_rounds.Slot(number, target));
            Judge.Complaint = round.Answered == round.Asked ? null : Complaint(round);
            Doubted |= !round.IsGood;
            for (int target = 0; target < _tallies.Length; target++) _tallies[target].Add(round, target, _rounds.LatencyOf(number, target));
            Judge.Round(round, now);
        }
    }

    private void Aim(long now)
    {
        _probes?.Dispose();
        (_probes, _rounds, _aimed) = (null, null, now);
        _names.Want([.. Settings.Targets.Where(t => new ProbeAim(t, default).IsNamed).Select(t => (t.Host!, MeansV4(t)))]);
        _aims = Array.ConvertAll(Settings.Targets, Resolve);
        if (_tallies.Length != _aims.Length || !_tallies.Select(t => t.Target).SequenceEqual(Settings.Targets.Select(t => t.ToString()))) _tallies = BeginTallies();
        if (!_facts.Present || !_facts.Carrier || _facts.Disabled || !Source.HasAny) return;
        _rounds = new LinkRounds(_aims.Length, Settings.Quorum, Settings.Interval, Settings.Timeout, now);
        OpenSockets();
        Judge.Subject = Subject();
        if (Sockets!.Reachable == 0) Remark = $"link {Name} has no target that it could probe: it is judged by carrier and address only";
    }

    private ProbeTally[] BeginTallies() => Array.ConvertAll(Settings.Targets, target => new ProbeTally(target.ToString()));

    private void OpenSockets()
    {
        _probes?.Dispose();
        _probes = new LinkProbes(_aims, Source, _rounds!.Most * _aims.Length, Settings.Timeout, mailbox);
    }

    private ProbeAim Resolve(ProbeTarget target) => new(target,
        target.Host is null ? Gateway : Address.TryParse(target.Host, out Address host) ? host : _names.Find(target.Host, MeansV4(target)));

    // A name means its IPv4 address where the link has one, unless the target says otherwise.
    private bool MeansV4(ProbeTarget target) => target.Family == RuleFamily.Any ? Source.Has(v4: true) || !Source.HasAny : target.Family == RuleFamily.IPv4;

    // Those that were configured; else the box's own, and the gateway, which mostly is one too.
    private IEnumerable<Address> Servers() =>
        Settings.Resolvers.Length > 0 ? Settings.Resolvers
        : Gateway.IsUnspecified ? NameLookup.BoxServers() : NameLookup.BoxServers().Append(Gateway);

    private string Subject()
    {
        if (Sockets!.Reachable == 0) return "the interface";
        if (BitOperations.PopCount(Sockets.Reachable) > 1) return $"{Settings.Quorum} of {_aims.Length} targets";
        return Word(BitOperations.TrailingZeroCount(Sockets.Reachable));
    }

    private string Word(int target) => Settings.Targets[target] == ProbeTarget.Gateway ? $"gateway {Gateway}" : Settings.Targets[target].ToString();

    // What is wrong with those that did not answer, as far as it is known.
    private string? Complaint(in ProbeRound round)
    {
        bool isOnly = round.AskedCount == 1;
        for (ulong rest = round.Asked & ~round.Answered; rest != 0; rest &= rest - 1)
        {
            int target = BitOperations.TrailingZeroCount(rest);
            string? fault = _aims[target].Address.IsUnspecified ? "has a name that nobody resolves over the link" : Sockets!.Faults[target];
            if (fault is not null) return isOnly ? fault : $"{Word(target)} {fault}";
        }
        return null;
    }
}
