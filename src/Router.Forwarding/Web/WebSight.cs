namespace Router.Forwarding.Web;

/// <summary>What was read of a flow on the web, for people.</summary>
/// <param name="Name">The host that was named last; of a long name its end. Empty while nothing is decided; the server's address if nothing was named.</param>
/// <param name="Scheme">How it was named.</param>
/// <param name="Rule">Index of the web rule that decided, or -1, in the policy of <paramref name="Generation"/>.</param>
/// <param name="IsDecided">Whether anything was decided yet.</param>
/// <param name="IsAllowed">Whether it may go on.</param>
/// <param name="IsNameless">Whether it was decided without a name, as there was none that could be read.</param>
/// <param name="WasMissed">Whether its beginning was not seen, so that only another request tells more.</param>
public readonly record struct WebSight(
    string Name, WebScheme Scheme, short Rule, ushort Generation, bool IsDecided, bool IsAllowed, bool IsNameless, bool WasMissed);
