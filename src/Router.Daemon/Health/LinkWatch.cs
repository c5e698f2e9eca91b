using System.Runtime.InteropServices;
using Router.Configuration;
using Router.Daemon.Health.Probes;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Wire;
using static Router.Ports.Linux.SocketCalls;

namespace Router.Daemon.Health;

/// <summary>
/// Watches over the health of all links: facts from the kernel come in, probes go out, verdicts are told.
///
/// One thread, started by <see cref="Start"/>, sends all probes and waits for all answers in one poll(2). Whoever brings facts or
/// settings changes the links on his own thread, under the lock, and wakes the watch; so a lost carrier counts at once, and the
/// change is told from the watch's thread a moment later. `changed` is always called from that thread, outside the lock, in order,
/// and may call back.
///
/// Sockets may be closed and opened while the thread is in poll. Each such change counts up <see cref="_version"/>; what poll said
/// about an older version is not used, and poll says it again.
///
/// If the thread itself comes late (a suspended machine, a stopped process), answers may have waited in vain. Then the rounds under
/// way are not judged at all, but begun anew: a busy router must not look like a dead link.
///
/// When no link is usable, a link that answers does not wait for the end of its hold: it may fall again, but there is nothing better.
/// </summary>
public sealed class LinkWatch : IDisposable
{
    private const long TooLate = 250_000;

    private readonly Lock _gate = new();
    private readonly Action<IReadOnlyList<LinkVerdictChange>> _changed;
    private readonly Action<string> _remarked;
    private readonly Action _readdressed;
    private readonly Thread _thread;
    private readonly PollSet _poll = new();
    private readonly Mailbox _mailbox;
    private readonly LinkEvidence? _evidence;
    private readonly List<WatchedLink> _links = [];
    private long _version;
    private bool _stopping;

    /// <param name="changed">Told what changed, one entry per link.</param>
    /// <param name="remarked">Told a sentence for the journal that is no change of health.</param>
    /// <param name="readdressed">Told that <see cref="Asked"/> has changed by itself, as a name has another address.</param>
    /// <param name="evidence">What people's traffic tells of the links, if it is counted.</param>
    public LinkWatch(Action<IReadOnlyList<LinkVerdictChange>> changed, Action<string> remarked, Action readdressed, LinkEvidence? evidence)
    {
        (_changed, _remarked, _readdressed, _evidence) = (changed, remarked, readdressed, evidence);
        _mailbox = new Mailbox(_poll.Wake);
        _thread = new Thread(Run) { Name = "probes", IsBackground = true };
    }

    /// <summary>Told of each link on which a round has failed, from the watch's thread, outside the lock. Set before <see cref="Start"/>.</summary>
    public Action<PortId>? Doubted { get; set; }

    /// <summary>How often the thread came too late to judge.</summary>
    public long Overslept { get; private set; }

    public void Start() => _thread.Start();

    /// <summary>Sets which links there are. Those that stay keep their verdict and their history; those that go are forgotten.</summary>
    public void Reconfigure(IReadOnlyList<(PortId Link, string Name, HealthSettings Settings)> links)
    {
        lock (_gate)
        {
            long now = Now();
            for (int i = _links.Count - 1; i >= 0; i--)
            {
                if (links.Any(link => link.Link == _links[i].Id)) continue;
                _links[i].Dispose();
                _links.RemoveAt(i);
            }
            foreach ((PortId id, string name, HealthSettings settings) in links)
            {
                if (Find(id) is { } known) known.Reconfigure(name, settings, now);
                else Add(new WatchedLink(id, name, settings, _mailbox, now));
            }
            _version++;
        }
        _poll.Wake();
    }

    /// <summary>What the kernel says of a link now. Links that are not configured are ignored.</summary>
    public void Update(PortId link, in LinkFacts facts)
    {
        lock (_gate)
        {
            Find(link)?.Take(facts, Now());
            _version++;
        }
        _poll.Wake();
    }

    /// <summary>Whether traffic is placed on a link: healthy ones are `up` or `standby` by this.</summary>
    public void InUse(PortId link, bool inUse)
    {
        lock (_gate) Find(link)?.Judge.InUse(inUse, Now());
        _poll.Wake();
    }

    /// <summary>All links as they stand, in the order of the configuration when they were first seen.</summary>
    public LinkReport[] Reports()
    {
        lock (_gate) return [.. _links.Select(link => link.Report())];
    }

    /// <summary>What the targets of each link did since the last call. For one caller only.</summary>
    internal (PortId Link, ProbeTally[] Targets)[] TakeTallies()
    {
        lock (_gate) return [.. _links.Select(link => (link.Id, link.TakeTallies()))];
    }

    /// <summary>Everybody whom probes and their lookups ask: what the path lets pass whatever the rules say.</summary>
    public Address[] Asked()
    {
        lock (_gate) return [.. _links.SelectMany(link => link.Asked).Where(a => !a.IsUnspecified).Distinct().Order()];
    }

    public void Dispose()
    {
        lock (_gate) _stopping = true;
        _poll.Wake();
        if (_thread.IsAlive) _thread.Join();
        foreach (WatchedLink link in _links) link.Dispose();
        _links.Clear();
        _poll.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            long deadline, version;
            lock (_gate)
            {
                if (_stopping) return;
                (deadline, version) = (Prepare(), _version);
            }
            _poll.Wait(deadline - Now());
            List<LinkVerdictChange>? changes;
            bool readdressed;
            lock (_gate)
            {
                long now = Now();
                readdressed = TakeMail(now);
                if (version == _version && !readdressed) Progress(deadline, now);
                Relieve(now);
                changes = Changes();
            }
            if (changes is not null) _changed(changes);
            if (readdressed) _readdressed();
            TellOthers();
        }
    }

    private long Prepare()
    {
        long deadline = long.MaxValue;
        _poll.Clear();
        for (int i = 0; i < _links.Count; i++)
        {
            deadline = Math.Min(deadline, _links[i].Deadline);
            if (_links[i].Sockets is not { } sockets) continue;
            if (sockets.Echo4 >= 0) _poll.Add(sockets.Echo4, POLLIN, i, PollSet.Echo4);
            if (sockets.Echo6 >= 0) _poll.Add(sockets.Echo6, POLLIN, i, PollSet.Echo6);
            if (sockets.Dns4 >= 0) _poll.Add(sockets.Dns4, POLLIN, i, PollSet.Dns4);
            if (sockets.Dns6 >= 0) _poll.Add(sockets.Dns6, POLLIN, i, PollSet.Dns6);
            for (int slot = 0; slot < sockets.Connections.Length; slot++)
            {
                if (sockets.Connections[slot] >= 0) _poll.Add(sockets.Connections[slot], POLLOUT, i, slot);
            }
        }
        return deadline;
    }

    private void Progress(long deadline, long now)
    {
        bool late = now - deadline > TooLate;
        if (late) Overslept++;
        while (!late && _poll.TryNext(out int index, out int what))
        {
            WatchedLink link = _links[index];
            switch (what)
            {
                case PollSet.Echo4: link.Hear(link.Sockets!.Echo4, now); break;
                case PollSet.Echo6: link.Hear(link.Sockets!.Echo6, now); break;
                case PollSet.Dns4: link.Hear(link.Sockets!.Dns4, now); break;
                case PollSet.Dns6: link.Hear(link.Sockets!.Dns6, now); break;
                default: link.HearConnection(what, now); break;
            }
        }
        foreach (WatchedLink link in _links)
        {
            if (late) link.Excuse(now);
            link.Advance(now);
        }
    }

    // Answers whether somebody else is asked now; what poll said is then of sockets that are closed.
    private bool TakeMail(long now)
    {
        while (_mailbox.TryTake(out WebAnswer answer))
        {
            foreach (WatchedLink link in _links)
            {
                if (link.Hear(answer)) break;
            }
        }
        bool readdressed = false;
        while (_mailbox.TryTake(out NameAnswer? answer))
        {
            foreach (WatchedLink link in _links) readdressed |= link.Hear(answer, now);
        }
        return readdressed;
    }

    private void Add(WatchedLink link)
    {
        _links.Add(link);
        if (_evidence is not null) link.Judge.Traffic = since => Met(link, since);
    }

    // Silence on another link too is no sign against this one: what is asked for may be away, or the whole Internet.
    private LinkTraffic Met(WatchedLink link, long since)
    {
        long now = Now();
        LinkTraffic traffic = _evidence!.Since(link.Id, since, now);
        if (!traffic.IsSilent) return traffic;
        foreach (WatchedLink other in _links)
        {
            if (other != link && other.Judge.Verdict.Usable && _evidence.Since(other.Id, since, now).IsSilent) return default;
        }
        return traffic;
    }

    private void Relieve(long now)
    {
        foreach (WatchedLink link in _links)
        {
            if (link.Judge.Verdict.Usable) return;
        }
        foreach (WatchedLink link in _links) link.Judge.Release(now);
    }

    private List<LinkVerdictChange>? Changes()
    {
        List<LinkVerdictChange>? changes = null;
        foreach (WatchedLink link in _links)
        {
            LinkVerdict now = link.Judge.Verdict;
            if (!link.Seen || (link.Told is { } told && told.Health == now.Health && told.Usable == now.Usable)) continue;
            (changes ??= []).Add(new LinkVerdictChange(link.Id, link.Name, link.Told ?? now, now));
            link.Told = now;
        }
        return changes;
    }

    private void TellOthers()
    {
        for (int i = 0; ; i++)
        {
            string? remark;
            PortId? doubted;
            lock (_gate)
            {
                if (i >= _links.Count) return;
                doubted = _links[i].Doubted ? _links[i].Id : null;
                (remark, _links[i].Remark, _links[i].Doubted) = (_links[i].Remark, null, false);
            }
            if (doubted is { } link) Doubted?.Invoke(link);
            if (remark is not null) _remarked(remark);
        }
    }

    private WatchedLink? Find(PortId id)
    {
        foreach (WatchedLink link in _links)
        {
            if (link.Id == id) return link;
        }
        return null;
    }

    /// <summary>Monotonic microseconds, as everywhere.</summary>
    private static long Now() => Ports.Monotonic.Microseconds();
}
