using Microsoft.AspNetCore.Http;
using Router.Api;
using Router.Api.Web;
using Router.Api.Web.Dashboard;
using Router.Daemon.Control;
using Router.Daemon.Dashboard;
using Router.Tests.Api;
using Router.Tests.Daemon.Control;
using Router.Tests.Daemon.People;
using static Router.Tests.Daemon.People.PeopleBed;

namespace Router.Tests.Daemon.Dashboard;

/// <summary>What the dashboard may ask and do, whatever router-web passes on: the address of an administrator opens it, and what is asked is bounded.</summary>
public sealed class DashboardDeskTests : IDisposable
{
    private readonly PeopleBed _bed = new();
    private readonly DashboardDesk _desk;
    private FlowQuery? _flows;
    private EventQuery? _events;
    private MoveQuery? _move;
    private DrillQuery? _drill;

    public DashboardDeskTests()
    {
        _bed.Give("  tony: { groups: [staff] }\n  root: { administrator: true }\n");
        _bed.Desk.LookAtAccounts();
        Assert.True(_bed.LogIn("root", Host).Done);
        Assert.True(_bed.LogIn("tony", Other).Done);
        ControlVerbs verbs = RunningServer.Sample with
        {
            Flows = query => { _flows = query; return [Samples.Flow]; },
            Events = query => { _events = query; return [Samples.Event]; },
            MoveHost = query => { _move = query; return Samples.Move with { Host = query.Host, Link = query.Link }; },
            Drill = query => { _drill = query; return query.Link == "dsl" ? Samples.Drill : throw new RefusedRequest(StatusCodes.Status409Conflict, "a drill is on"); },
            StopDrill = () => null,
        };
        _desk = new DashboardDesk(verbs, new Administrators(_bed.Desk), new LiveView(verbs, _bed.Worker, _bed.Tables), _ => null, _bed.Journal);
    }

    public void Dispose() => _bed.Dispose();

    [Fact]
    public void Nobody_else_sees_or_does_anything()
    {
        foreach (Action asked in (Action[])[() => _desk.Live(Other, true), () => _desk.Course(Other, "2h"), () => _desk.Flows(Other, new FlowQuery()), () => _desk.Events(Other, null), .. Acts().Select(act => (Action)(() => _desk.Act(Other, act)))])
        {
            Assert.Equal(StatusCodes.Status403Forbidden, Assert.Throws<RefusedRequest>(asked).Status);
        }
        Assert.Null(_flows);
        Assert.Null(_events);
        Assert.Null(_move);
        Assert.Null(_drill);
    }

    [Fact]
    public void What_is_asked_is_bounded()
    {
        _desk.Flows(Host, new FlowQuery { Limit = 100_000, Link = "dsl" });
        Assert.Equal((DashboardDesk.MostFlows, "dsl"), (_flows!.Limit, _flows.Link));
        _desk.Events(Host, "fiber");
        Assert.Equal((DashboardDesk.MostEvents, "fiber"), (_events!.Limit, _events.Link));
        Assert.Equal(StatusCodes.Status400BadRequest, Assert.Throws<RefusedRequest>(() => _desk.Course(Host, "year")).Status);
        LiveReport live = _desk.Live(Host, withLists: false);
        Assert.Null(live.Lists);
        Assert.Equal([$"{Host}"], live.Administrators);
    }

    [Fact]
    public void What_is_done_is_in_the_journal_with_his_name()
    {
        Assert.Equal("ended the login at 192.168.10.6", Done(new ActOrder { Address = $"{Host}", Act = "logout", Subject = "192.168.10.6" }));
        Assert.Equal("freed the place of 192.168.10.6", Done(new ActOrder { Address = $"{Host}", Act = "free", Subject = "192.168.10.6" }));
        Assert.StartsWith("moved 192.168.10.6 to dsl: 2 pins", Done(new ActOrder { Address = $"{Host}", Act = "move", Subject = "192.168.10.6", Link = "dsl", Flows = true }), StringComparison.Ordinal);
        Assert.Equal((true, "dsl"), (_move!.Flows, _move.Link));
        Assert.Contains("root at 192.168.10.5, by the dashboard: freed the place of 192.168.10.6", _bed.Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 5)]
    [InlineData(30, 30)]
    [InlineData(86_400, DashboardDesk.MostDrillSeconds)]
    public void A_drill_is_short(int asked, int seconds)
    {
        Done(new ActOrder { Address = $"{Host}", Act = "drill", Link = "dsl", Seconds = asked });
        Assert.Equal((seconds, true, 0), (_drill!.Seconds, _drill.Down, _drill.Loss));
    }

    [Theory]
    [InlineData("reload", null, null, "act is to be")]
    [InlineData("logout", "tony", null, "subject is to be an address")]
    [InlineData("free", null, null, "subject is to be an address")]
    [InlineData("move", "192.168.10.6", null, "link is to be")]
    [InlineData("drill", null, "fiber", "a drill is on")]
    [InlineData("end-drill", null, null, "There is no drill.")]
    public void What_is_refused_says_why_and_is_not_said_to_be_done(string act, string? subject, string? link, string why)
    {
        Outcome outcome = _desk.Act(Host, new ActOrder { Address = $"{Host}", Act = act, Subject = subject, Link = link, Seconds = 30 });
        Assert.False(outcome.Done);
        Assert.Contains(why, outcome.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("by the dashboard", _bed.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void Twenty_acts_a_minute_are_the_most()
    {
        var order = new ActOrder { Address = $"{Host}", Act = "free", Subject = "192.168.10.6" };
        for (int i = 0; i < 20; i++) Done(order);
        Outcome refused = _desk.Act(Host, order);
        Assert.Equal((false, "too-many"), (refused.Done, refused.Refusal));
    }

    private string? Done(ActOrder order)
    {
        Outcome outcome = _desk.Act(Host, order);
        Assert.True(outcome.Done, outcome.Sentence);
        return outcome.Sentence;
    }

    private static IEnumerable<ActOrder> Acts() =>
        ((string[])["logout", "free", "move", "drill", "end-drill"]).Select(act => new ActOrder { Address = $"{Other}", Act = act, Subject = $"{Third}", Link = "dsl" });
}
