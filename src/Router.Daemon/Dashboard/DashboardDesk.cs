using Microsoft.AspNetCore.Http;
using Router.Api;
using Router.Api.Web;
using Router.Api.Web.Dashboard;
using Router.Daemon.Control;
using Router.Daemon.Systemd;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.Dashboard;

/// <summary>
/// What the dashboard can ask of the daemon, and all that it can: to look at links, hosts, flows, people, rules and events, and to do five things that hurt
/// nobody for long. Each demands the address of an administrator (<see cref="Administrators"/>), each answer and each question is bounded,
/// and whatever is done is in the journal with his name. Acts are twenty a minute at the most. Why it is so little: decision 040.
/// </summary>
/// <param name="verbs">What the control socket can ask.</param>
/// <param name="administrators">Whom it is for.</param>
/// <param name="live">The router at a moment.</param>
/// <param name="courses">How the links did in a span, by its name; null if there is no such span.</param>
/// <param name="journal">Where acts are written down.</param>
internal sealed class DashboardDesk(ControlVerbs verbs, Administrators administrators, LiveView live, Func<string, CourseReport?> courses, Journal journal)
{
    public const int MostFlows = 200;
    public const int MostEvents = 200;
    public const int MostDrillSeconds = 120;
    private const int MostActs = 20;
    private const long Window = 60_000_000;

    private readonly Lock _lock = new();
    private readonly Queue<long> _acts = new();

    public LiveReport Live(Address asker, bool withLists)
    {
        administrators.Demand(asker);
        return new LiveReport { Administrators = administrators.Addresses(), Now = live.State(), Lists = withLists ? live.Lists() : null };
    }

    public CourseReport Course(Address asker, string span)
    {
        administrators.Demand(asker);
        return courses(span) ?? throw Bad("span is to be 2h, day, week or month.");
    }

    public IReadOnlyList<FlowReport> Flows(Address asker, FlowQuery query)
    {
        administrators.Demand(asker);
        // Of more than a page shows, those that matter.
        return verbs.Flows(query with { Sort = query.Sort ?? "octets", Limit = Math.Clamp(query.Limit, 1, MostFlows) });
    }

    public IReadOnlyList<EventReport> Events(Address asker, string? link)
    {
        administrators.Demand(asker);
        return verbs.Events(new EventQuery { Link = link, Limit = MostEvents });
    }

    public Outcome Act(Address asker, ActOrder order)
    {
        string who = administrators.Demand(asker);
        if (!TakeTurn()) return new Outcome { Done = false, Refusal = "too-many", Sentence = $"more than {MostActs} acts in a minute" };
        try
        {
            string what = Carry(order);
            journal.Write(Catalog.ByDashboard, Priority.Notice, $"{who} at {asker}, by the dashboard: {what}", ("USER", who), ("HOST", asker.ToString()));
            return new Outcome { Done = true, Sentence = what };
        }
        catch (RefusedRequest refused)
        {
            return new Outcome { Done = false, Refusal = "refused", Sentence = refused.Message };
        }
    }

    private string Carry(ActOrder order)
    {
        switch (order.Act)
        {
            case "logout":
                LoginChange change = verbs.Logout(new LoginQuery { Address = Subject(order) });
                if (change.Refusal is { } why) throw Bad(why);
                return $"ended the login at {order.Subject}";
            case "free":
                return $"freed the place of {verbs.FreePlace(Subject(order)).Device}";
            case "move":
                MoveReport moved = verbs.MoveHost(new MoveQuery { Host = Subject(order), Link = Link(order), Flows = order.Flows });
                return $"moved {moved.Host} to {moved.Link}: {moved.Pins} pins, {moved.FlowsMoved + moved.FlowsReset} flows";
            case "drill":
                int seconds = Math.Clamp(order.Seconds, 5, MostDrillSeconds);
                verbs.Drill(new DrillQuery { Link = Link(order), Down = true, Seconds = seconds });
                return $"began a drill: {order.Link} is down for {seconds} s";
            case "end-drill":
                return verbs.StopDrill() is { } drill ? $"ended the drill on {drill.Link}" : throw Bad("There is no drill.");
            default:
                throw Bad("act is to be logout, free, move, drill or end-drill.");
        }
    }

    private bool TakeTurn()
    {
        lock (_lock)
        {
            long now = Monotonic.Microseconds();
            while (_acts.TryPeek(out long oldest) && now - oldest > Window) _acts.Dequeue();
            if (_acts.Count >= MostActs) return false;
            _acts.Enqueue(now);
            return true;
        }
    }

    private static string Subject(ActOrder order) =>
        Address.TryParse(order.Subject, out Address subject) ? subject.ToString() : throw Bad("subject is to be an address.");

    private static string Link(ActOrder order) => order.Link is { Length: > 0 and <= 64 } link ? link : throw Bad("link is to be a link's name.");

    private static RefusedRequest Bad(string why) => new(StatusCodes.Status400BadRequest, why);
}
