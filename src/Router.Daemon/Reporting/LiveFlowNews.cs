using Router.Daemon.Systemd;
using Router.Forwarding;

namespace Router.Daemon.Reporting;

/// <summary>
/// What became of live flows when links or rules changed: one line, once the path has looked at all of them. Flows that were drained and
/// whose time is over have lines of their own, as there is no change then. [C]
/// </summary>
internal sealed class LiveFlowNews(Forwarder path, Journal journal)
{
    private (long Moved, long Reset, long Drained, long Closed) _told;

    /// <summary>Tells what has come since the last time, if there is anything.</summary>
    public void Tell()
    {
        (long moved, long reset, long drained, long closed) = (path.Ends.Moved, path.Ends.Reset, path.FlowsDrained, path.FlowsClosedByRules);
        if (path.IsReviewing || (moved, reset, drained, closed) == _told) return;
        string left = drained == _told.Drained ? "" : $", {drained - _told.Drained} left to finish";
        journal.Write(Catalog.FlowsChanged, Priority.Notice,
            $"live flows: {moved - _told.Moved} moved to another link, {reset - _told.Reset} reset for one, {closed - _told.Closed} closed as no rule allows them{left}");
        _told = (moved, reset, drained, closed);
    }
}
