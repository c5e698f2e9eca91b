namespace Router.Forwarding.Links;

/// <summary>Why a flow is on the link that it is on.</summary>
public enum LinkCause : byte
{
    /// <summary>There was nothing to choose: it came in by that link, or does not go to the Internet.</summary>
    None,

    /// <summary>The sender is bound to the link's own address.</summary>
    BoundAddress,

    /// <summary>The destination is on the link's own network.</summary>
    OwnNetwork,

    /// <summary>The rule names it.</summary>
    Rule,

    /// <summary>The first usable one, as the mode orders them.</summary>
    Order,

    /// <summary>Balancing placed the host there, with this flow.</summary>
    HostByWeight,

    /// <summary>Balancing placed this flow by itself.</summary>
    FlowByWeight,

    /// <summary>The host was pinned to it: the members from here on are <see cref="PinReason"/>, in its order.</summary>
    PinnedAsPlaced,
    PinnedAsLinkDown,
    PinnedAsMoved,
    PinnedAsRestored,
    PinnedAsDegraded,

    /// <summary>Balancing placed the host there for this site, with this flow.</summary>
    SiteByWeight,

    /// <summary>The host was pinned to it for this site: again in the order of <see cref="PinReason"/>.</summary>
    SitePinnedAsPlaced,
    SitePinnedAsLinkDown,
    SitePinnedAsMoved,
    SitePinnedAsRestored,
    SitePinnedAsDegraded,
}

/// <summary>Why a pin was followed is why it stands where it does.</summary>
internal static class LinkCauses
{
    /// <summary>A flow followed a pin of its host.</summary>
    public static LinkCause Pinned(in Pin pin) => (pin.Site.IsAny ? LinkCause.PinnedAsPlaced : LinkCause.SitePinnedAsPlaced) + (byte)pin.Reason;

    /// <summary>Why the pin stood there, or null if none was followed.</summary>
    public static PinReason? PinReason(this LinkCause cause) => cause switch
    {
        >= LinkCause.PinnedAsPlaced and <= LinkCause.PinnedAsDegraded => (PinReason)(cause - LinkCause.PinnedAsPlaced),
        >= LinkCause.SitePinnedAsPlaced and <= LinkCause.SitePinnedAsDegraded => (PinReason)(cause - LinkCause.SitePinnedAsPlaced),
        _ => null,
    };
}

/// <summary>Why a live flow was given another link.</summary>
public enum LinkMove : byte { None, LinkDown, BetterLink, ByHand, Degraded }

/// <summary>A link, the pin that goes with it (or -1), and why.</summary>
internal record struct LinkChoice(PortId Link, int Pin, LinkCause Cause);
