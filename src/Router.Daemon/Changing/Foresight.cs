using Router.Configuration;
using Router.Daemon.Health;
using Router.Daemon.Kernel;
using Router.Daemon.Steering;
using Router.Daemon.Volume;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Ports;

namespace Router.Daemon.Changing;

/// <summary>
/// The plan that a configuration would give if it were put in force now. It is put together from what the real one would be: the same
/// numbers for names that are known, the kernel's view, the links' volumes, and the verdicts of health. Of a link that is new, or enabled
/// again, health knows nothing; it trusts such a one from carrier and address on, and so does this. Nothing is claimed, opened or told.
/// </summary>
internal sealed class Foresight(Helm helm, Worker worker, PortRegistry ports, VolumeMeter volume)
{
    /// <summary>The plan, and the registry that knows its numbers.</summary>
    /// <exception cref="PortException">There is no number left for a new name.</exception>
    public (Plan Plan, PortRegistry Numbers) Of(Settings settings)
    {
        PortRegistry numbers = ports.Copy();
        KernelView view = helm.View;
        Plan standing = worker.Plan;
        Policy policy = PolicyCompiler.Compile(settings, numbers, DateTimeOffset.Now, helm.NameAddresses, standing.Policy).Policy;
        Health.LinkReport[] known = helm.Health.Reports();
        Health.LinkReport[] verdicts = [.. settings.Links.Select(link => Report(link, numbers.Claim(link.Name), known, view))];
        IEnumerable<LinkState> links = PlanMaker.Links(settings, numbers, view, verdicts, link => volume.Read(link).State);
        var plan = new Plan(standing.Epoch + 1, policy, links, PlanMaker.Zones(settings, numbers, view), PlanMaker.Neighbours(settings, numbers, view), helm.Health.Asked());
        return (plan.With(standing.Roster), numbers);
    }

    // What health would say of a link at once: as it does now, unless what the link stands on is another.
    private static Health.LinkReport Report(LinkSettings link, PortId id, Health.LinkReport[] known, KernelView view)
    {
        LinkFacts facts = PlanMaker.Facts(link, view);
        bool hasAddress = !facts.Source4.IsUnspecified || !facts.Source6.IsUnspecified;
        var ground = new LinkGround(facts.Present, facts.Carrier, hasAddress, facts.GatewayNeighbourOk == false, facts.Disabled);
        if (ground.Firm && Array.Find(known, report => report.Link == id && report.Verdict.Health != LinkHealth.Disabled) is { } standing) return standing;
        long now = Monotonic.Microseconds();
        var judge = new LinkJudge(link.Health, now);
        judge.Ground(ground, "gateway", now);
        return new Health.LinkReport(id, link.Name, judge.Verdict, 0, 0, 0, 0);
    }
}
