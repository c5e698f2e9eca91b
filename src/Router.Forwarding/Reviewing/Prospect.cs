using Router.Forwarding.Links;

namespace Router.Forwarding.Reviewing;

/// <summary>What would become of a live flow under another plan.</summary>
public enum FlowFate : byte
{
    /// <summary>It goes on as it is.</summary>
    Stays,

    /// <summary>No rule, no login or no licence would let it any more, or the volume of its link is spent: it is closed.</summary>
    Closed,

    /// <summary>It would go on by another link.</summary>
    Moves,

    /// <summary>It would be ended, so that its host begins anew by another link.</summary>
    Reset,

    /// <summary>It would stay for a time to come to its end.</summary>
    Drains,

    /// <summary>It is a part of a call whose control connection would end, and ends with that.</summary>
    EndsToo,
}

/// <summary>A live flow, and what would become of it.</summary>
/// <param name="Id">Its place in the table.</param>
/// <param name="Fate">What would become of it.</param>
/// <param name="Host">Its local end.</param>
/// <param name="From">Its link; another port if it has none.</param>
/// <param name="To">Where it, or what its host begins next, would go; equals <paramref name="From"/> where it stays.</param>
/// <param name="IsByWeight">Balancing would place it: <paramref name="To"/> is the link whose turn it is, and what is placed before it may take that turn.</param>
/// <param name="Before">The rule that allows it now, as <see cref="Rules.Rule.Mark"/>.</param>
/// <param name="Rule">Index of the rule that would decide in the other plan; -1 where none is asked, as of what cannot be charted.</param>
/// <param name="IsProbe">Whether it is a probe of the daemon's own.</param>
/// <param name="IsOwn">Whether its local end began it.</param>
public readonly record struct ForeseenFlow(int Id, FlowFate Fate, Wire.Address Host, PortId From, PortId To, bool IsByWeight, uint Before, int Rule, bool IsProbe, bool IsOwn);

/// <summary>What <see cref="Rerouting"/> finds of a flow's link, before anything is done about it.</summary>
/// <param name="What">What is to become of the flow; <see cref="Rules.FlowPlan.Keep"/> also where there is no better link.</param>
/// <param name="Happened">What has become of its link.</param>
/// <param name="Better">The link that is better.</param>
/// <param name="Leaving">Links that are passed over, though they are able.</param>
internal readonly record struct LinkFinding(Rules.FlowPlan What, LinkEvent Happened, LinkChoice Better, ulong Leaving);
