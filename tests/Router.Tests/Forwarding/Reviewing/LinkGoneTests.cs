using Router.Forwarding.Links;
using Router.Tests.Forwarding.Bed;

namespace Router.Tests.Forwarding.Reviewing;

/// <summary>A link that is configured no more is lost to its flows like one that is down.</summary>
public class LinkGoneTests
{
    [Fact]
    public void Its_flows_move_or_are_reset()
    {
        using var bed = new PathBed();
        bed.Change(draft => draft.LinkTwo = draft.LinkTwo with { Usable = false, Health = LinkHealth.Down });
        var connection = new Connection(bed, PathBed.Trusted, "192.168.10.5:5000", "192.0.2.1:80");
        Assert.Equal(PathBed.One, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5001", "192.0.2.1:53")).Port);
        bed.Change(draft =>
        {
            draft.LinkTwo = draft.LinkTwo with { Usable = true, Health = LinkHealth.Up };
            draft.HasLinkOne = false;
        }, newPolicy: true);

        bed.Review();

        Assert.Equal((1L, 1L, 0L), (bed.Forwarder.Ends.Moved, bed.Forwarder.Ends.Reset, bed.Forwarder.FlowsClosedByRules));
        Assert.Equal(PathBed.Two, bed.Pass(PathBed.Trusted, Make.Udp("192.168.10.5:5001", "192.0.2.1:53")).Port);
        Assert.NotNull(connection);
    }
}
