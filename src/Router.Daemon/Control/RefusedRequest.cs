namespace Router.Daemon.Control;

/// <summary>
/// A request that cannot be served as it was asked; the message goes to whoever asked, with that HTTP status. Verbs may throw
/// it too, with 400 or 404, where a name in a query means nothing to them.
/// </summary>
internal sealed class RefusedRequest(int status, string message) : Exception(message)
{
    /// <summary>HTTP status code, 400 to 499.</summary>
    public int Status { get; } = status;
}
