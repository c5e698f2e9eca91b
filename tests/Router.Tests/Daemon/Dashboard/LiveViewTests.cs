using Router.Api;
using Router.Api.Web.Dashboard;
using Router.Daemon.Control;
using Router.Daemon.Dashboard;
using Router.Tests.Api;
using Router.Tests.Daemon.Control;
using Router.Tests.Daemon.People;

namespace Router.Tests.Daemon.Dashboard;

/// <summary>Many lookers cost what one costs, and a large router makes no large page.</summary>
public sealed class LiveViewTests : IDisposable
{
    private readonly PeopleBed _bed = new();
    private int _statusAsked;
    private int _hostsAsked;
    private int _hosts = 1;
    private int _limit;

    public void Dispose() => _bed.Dispose();

    [Fact]
    public void Who_asks_again_at_once_gets_what_there_is()
    {
        LiveView view = View();
        LiveState first = view.State();
        LiveLists lists = view.Lists();
        int asked = _statusAsked;
        for (int i = 0; i < 1000; i++)
        {
            // A machine that stood still for a second may have made a new one.
            if (!ReferenceEquals(first, view.State()) || !ReferenceEquals(lists, view.Lists())) break;
        }
        Assert.InRange(_statusAsked, asked, asked + 2);
        Assert.InRange(_hostsAsked, 1, 2);
    }

    [Fact]
    public void Lists_are_cut_and_say_how_many_there_are()
    {
        _hosts = LiveLists.Most + 50;
        LiveLists lists = View().Lists();
        Assert.Equal((LiveLists.Most, LiveLists.Most + 50), (lists.Hosts.Count, lists.HostCount));
        Assert.Equal(HostQuery.MostHosts, _limit);
        // Of hosts that carry nothing now, those with the most connections come first.
        Assert.Equal(LiveLists.Most + 50, lists.Hosts[0].Flows);
        Assert.Equal(["bad-checksum", "no-usable-link"], lists.Drops.Select(drop => drop.Reason));
        Assert.Equal((1, "Mail by DSL"), (lists.RuleCount, lists.Rules[0].Name));
    }

    [Fact]
    public void The_first_state_has_no_rates_as_there_is_nothing_before()
    {
        LiveState state = View().State();
        Assert.Null(state.Busy);
        Assert.Equal(0, state.DropsPerSecond);
        Assert.Equal(["fiber", "dsl"], state.Links.Select(link => link.Name));
        Assert.Equal(["rule 'Old' can never match"], state.Warnings);
    }

    private LiveView View()
    {
        ControlVerbs verbs = RunningServer.Sample with
        {
            Status = () =>
            {
                _statusAsked++;
                return Samples.Status;
            },
            Hosts = query =>
            {
                _hostsAsked++;
                _limit = query.Limit;
                return [.. Enumerable.Range(1, _hosts).Select(i => Samples.Host with { Host = $"10.0.{i / 250}.{i % 250}", Flows = i })];
            },
        };
        return new LiveView(verbs, _bed.Worker, _bed.Tables);
    }
}
