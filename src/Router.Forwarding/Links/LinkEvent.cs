namespace Router.Forwarding.Links;

/// <summary>What has become of a live flow's link, if there is a better one for the flow. Without a better one nothing has happened.</summary>
internal enum LinkEvent : byte
{
    /// <summary>The link serves, and none is better.</summary>
    None,

    /// <summary>The link takes no flows any more, or has lost the address by which the far end knows the flow.</summary>
    Down,

    /// <summary>The link is degraded, and a healthy one would take the flow if it were new.</summary>
    Degrade,

    /// <summary>A link that the rule or the order puts first is there again.</summary>
    Return,
}
