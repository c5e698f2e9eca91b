using Router.Configuration;

namespace Router.Daemon.Health.Probes;

/// <summary>
/// All that one link asks with, for the aims and the addresses that it has now: <see cref="ProbeSockets"/>, and a
/// <see cref="WebProbes"/> for each target of the web. Another address of the link or of a target means new ones: dispose these.
/// </summary>
internal sealed class LinkProbes : IDisposable
{
    private readonly WebProbes?[] _web;

    /// <param name="aims">The link's targets, in the order of the configuration.</param>
    /// <param name="source">The link's own addresses.</param>
    /// <param name="slots">How many probes can be under way, <see cref="LinkRounds.Slot"/>.</param>
    /// <param name="timeout">For one probe.</param>
    /// <param name="mailbox">Where answers from the web go.</param>
    public LinkProbes(ProbeAim[] aims, ProbeSource source, int slots, TimeSpan timeout, Mailbox mailbox)
    {
        Sockets = new ProbeSockets(aims, source, slots);
        _web = new WebProbes?[aims.Length];
        for (int target = 0; target < aims.Length; target++)
        {
            ProbeAim aim = aims[target];
            bool isAsked = aim.Kind == ProbeKind.Web && !aim.Address.IsUnspecified && source.Has(aim.Address.IsV4);
            if (isAsked) _web[target] = new WebProbes(target, aim, source.Of(aim.Address.IsV4), timeout, mailbox);
        }
    }

    public ProbeSockets Sockets { get; }

    /// <summary>Sends one probe.</summary>
    /// <returns>True if the target has answered already.</returns>
    public bool Send(int target, uint round, ulong token, int slot)
    {
        if (_web[target] is not { } web) return Sockets.Send(target, round, token, slot);
        web.Ask(round, token);
        return false;
    }

    /// <summary>Takes an answer from the web, if it was asked for here.</summary>
    public bool Hear(in WebAnswer answer, LinkRounds rounds)
    {
        if (answer.Target >= _web.Length || _web[answer.Target] != answer.From) return false;
        Sockets.Faults[answer.Target] = answer.Fault;
        if (answer.Fault is null) rounds.Answer(answer.Round, answer.Target, answer.Token, answer.At);
        return true;
    }

    public void Dispose()
    {
        Sockets.Dispose();
        foreach (WebProbes? web in _web) web?.Dispose();
    }
}
