using Microsoft.AspNetCore.Http;
using Router.Api;
using Router.Daemon.Control;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Reading;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Daemon.Placing;

/// <summary>
/// `routerctl hosts move`: an administrator gives a host another link. All its pins go there, its own and those for sites, and stay
/// until the host has been idle or that link is lost, as any pin. What it opens from then on leaves by the new link; its live flows
/// stay where they are, unless it is said that they are to go along.
///
/// Pins and flows are found beside the path and changed by errand, a few at a time, so that packets do not wait.
/// </summary>
internal sealed class HandMoves(Worker worker, PortRegistry ports, LiveTables tables, Journal journal)
{
    /// <exception cref="RefusedRequest">The host has no pin, or the link cannot take it.</exception>
    public MoveReport Move(MoveQuery query)
    {
        Address host = Address.Parse(query.Host);
        LinkPolicy link = Accept(query.Link, host);
        LivePin[] pins = [.. tables.Pins().Where(pin => pin.Host == host)];
        if (pins.Length == 0) throw Refuse(StatusCodes.Status404NotFound, $"{host} has no pin: it has begun nothing that balancing places as one since pin_idle (see routerctl hosts).");
        LivePin[] leaving = [.. pins.Where(pin => pin.Link != link.Id)];
        int moved = 0;
        foreach (int[] some in leaving.Select(pin => pin.Id).Chunk(Worker.MostKills)) moved += worker.Ask(w => w.MovePins(host, some, link.Id)).GetAwaiter().GetResult();
        (int kept, int taken, int reset) = Follow([.. pins.Select(pin => pin.Id)], link.Id, query.Flows);
        var report = new MoveReport
        {
            Host = host.ToString(), Link = link.Name, Pins = moved, From = [.. leaving.Select(pin => ports.NameOf(pin.Link)).Distinct()],
            FlowsKept = kept, FlowsMoved = taken, FlowsReset = reset,
        };
        if (moved > 0 || taken + reset > 0) Tell(report);
        return report;
    }

    private LinkPolicy Accept(string name, Address host)
    {
        Plan plan = worker.Plan;
        LinkPolicy link = plan.Policy.Links.FirstOrDefault(known => known.Name == name)
            ?? throw Refuse(StatusCodes.Status400BadRequest, $"there is no link '{name}'; there are {string.Join(", ", plan.Policy.Links.Select(known => known.Name))}.");
        if (plan.Policy.Mode != InternetMode.Balance)
        {
            throw Refuse(StatusCodes.Status409Conflict, $"hosts are pinned in `mode: balance` only, and this is `{plan.Policy.Mode.ToString().ToLowerInvariant()}`: write a rule with `link: {name}`.");
        }
        if (link.Weight == 0) throw Refuse(StatusCodes.Status409Conflict, $"{name} is reserved (weight 0) for rules that name it: write a rule with `source: [{host}]` and `link: {name}`.");
        if (plan.MayCarry(host, link.Id)) return link;
        LinkState? state = plan.Link(link.Id);
        string why = state is not { Usable: true } ? $"is {state?.Health.ToString().ToLowerInvariant() ?? "not there"}"
            : state.Volume == LinkVolume.Spent ? "has used up its volume" : $"has no address for {host}";
        throw Refuse(StatusCodes.Status409Conflict, $"{name} {why}, and cannot take {host} now.");
    }

    // The flows of these pins that have another link.
    private (int Kept, int Moved, int Reset) Follow(HashSet<int> pins, PortId link, bool goAlong)
    {
        (int Id, long)[] flows = [.. tables.Flows().Where(flow => pins.Contains(flow.Pin) && flow.Egress != link).Select(flow => (flow.Id, flow.Created))];
        if (!goAlong) return (flows.Length, 0, 0);
        (int kept, int moved, int reset) = (0, 0, 0);
        foreach ((int, long)[] some in flows.Chunk(Worker.MostKills))
        {
            (int Kept, int Moved, int Reset) became = worker.Ask(w => w.FollowPins(some)).GetAwaiter().GetResult();
            (kept, moved, reset) = (kept + became.Kept, moved + became.Moved, reset + became.Reset);
        }
        return (kept, moved, reset);
    }

    private void Tell(MoveReport report)
    {
        string from = report.From.Count > 0 ? $" from {string.Join(", ", report.From)}" : "";
        journal.Write(Catalog.HostMoved, Priority.Notice, $"host {report.Host} was moved by hand{from} to {report.Link} (pins: {report.Pins}); live flows: {report.FlowsKept} stay, {report.FlowsMoved} moved, {report.FlowsReset} reset",
            ("HOST", report.Host), ("LINK", report.Link));
    }

    private static RefusedRequest Refuse(int status, string message) => new(status, message);
}
