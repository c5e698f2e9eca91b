using System.Numerics;
using Router.Configuration;
using Router.Forwarding;
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
/// </summary>
internal sealed class WatchedLink(PortId id, string name, HealthSettings settings, long now) : IDisposable
{
    /// <summary>Microseconds. A neighbour answers ARP within milliseconds; the kernel gives up after three seconds.</summary>
    private const long Patience = 1_000_000;

    private LinkRounds? _rounds;
    private ProbeSockets? _sockets;
    private ProbeAim[] _aims = [];
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

    public ProbeSockets? Sockets => _sockets;

    public long Deadline => Math.Min(Judge.Deadline, _rounds is null ? long.MaxValue : Math.Max(_rounds.Deadline, EarliestProbe));

    public void Take(in LinkFacts facts, long now)
    {
        bool moved = facts with { GatewayNeighbourOk = _facts.GatewayNeighbourOk, Carries = _facts.Carries } != _facts;
        _facts = facts;
        Seen = true;
        if (moved) Aim(now);
        bool hasAddress = !facts.Source4.IsUnspecified || !facts.Source6.IsUnspecified;
        var ground = new LinkGround(facts.Present, facts.Carrier, hasAddress, facts.GatewayNeighbourOk == false);
        Judge.Ground(ground, $"gateway {Gateway}", now);
    }

    public void Reconfigure(string name, HealthSettings settings, long now)
    {
        bool same = settings.Targets.AsSpan().SequenceEqual(Settings.Targets);
        bool sameRounds = same && settings with { Targets = Settings.Targets } == Settings;
        (Name, Settings) = (name, settings);
        Judge.Reconfigure(settings);
        if (!same) Judge.Measure.Clear();
        if (!sameRounds) Aim(now);
    }

    /// <summary>Does what is due: ends rounds, judges them, starts the next.</summary>
    public void Advance(long now)
    {
        Judge.Tick(now);
        if (_rounds is null) return;
        Finish(now);
        if (now < EarliestProbe || !_rounds.IsDue(now)) return;
        if (!_sockets!.Whole) OpenSockets();
        uint round = _rounds.Start(_sockets!.Reachable, now);
        for (ulong rest = _sockets.Reachable; rest != 0; rest &= rest - 1)
        {
            int target = BitOperations.TrailingZeroCount(rest);
            ulong token = _rounds.Token(round, target);
            if (_sockets.Send(target, round, token, _rounds.Slot(round, target))) _rounds.Answer(round, target, token, now);
        }
        Finish(now);
    }

    /// <summary>A raw socket can be read.</summary>
    public void HearEcho(bool v4, long now) => _sockets!.Hear(v4, _rounds!, now);

    /// <summary>A connection has come to something.</summary>
    public void HearConnection(int slot, long now)
    {
        if (_sockets!.Conclude(slot)) _rounds!.AnswerSlot(slot, now);
    }

    /// <summary>Nobody listened for a while, so nothing can be said about the rounds under way.</summary>
    public void Excuse(long now) => _rounds?.Restart(now);

    public LinkReport Report() => new(Id, Name, Judge.Verdict, Judge.Measure.Loss, Judge.Measure.Latency / 1e6, Judge.Measure.Count,
        Judge.Held ? Judge.Deadline : 0);

    public void Dispose() => _sockets?.Dispose();

    private long EarliestProbe => _facts.Carries ? 0 : _aimed + Patience;

    private Address Gateway => _facts.Gateway4.IsUnspecified || _facts.Source4.IsUnspecified ? _facts.Gateway6 : _facts.Gateway4;

    private void Finish(long now)
    {
        while (_rounds!.TryFinish(now, out uint number, out ProbeRound round))
        {
            for (int target = 0; target < _aims.Length; target++) _sockets!.Close(_rounds.Slot(number, target));
            Judge.Round(round, now);
        }
    }

    private void Aim(long now)
    {
        _sockets?.Dispose();
        (_sockets, _rounds, _aimed) = (null, null, now);
        _aims = Array.ConvertAll(Settings.Targets, Resolve);
        if (!_facts.Present || !_facts.Carrier || (_facts.Source4.IsUnspecified && _facts.Source6.IsUnspecified)) return;
        _rounds = new LinkRounds(_aims.Length, Settings.Quorum, Settings.Interval, Settings.Timeout, now);
        OpenSockets();
        Judge.Subject = Subject();
        if (_sockets!.Reachable == 0) Remark = $"link {Name} has no target that it could probe: it is judged by carrier and address only";
    }

    private void OpenSockets()
    {
        _sockets?.Dispose();
        _sockets = new ProbeSockets(_aims, _facts.Source4, _facts.Source6, _facts.InterfaceIndex, _rounds!.Most * _aims.Length);
    }

    private ProbeAim Resolve(ProbeTarget target) =>
        new(target.Kind, target.Host is null ? Gateway : Address.TryParse(target.Host, out Address host) ? host : default, target.Port);

    private string Subject()
    {
        if (_sockets!.Reachable == 0) return "the interface";
        if (BitOperations.PopCount(_sockets.Reachable) > 1) return $"{Settings.Quorum} of {_aims.Length} targets";
        int target = BitOperations.TrailingZeroCount(_sockets.Reachable);
        return Settings.Targets[target].Host is null ? $"gateway {Gateway}" : Settings.Targets[target].ToString();
    }
}
