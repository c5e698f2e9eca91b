using Router.Configuration;
using Router.Daemon.Health;
using Router.Daemon.Kernel;
using Router.Daemon.Steering;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Licensing;

namespace Router.Daemon.Succession;

/// <summary>
/// Does once, for nobody, what is to be done when the process before has left and packets wait: compiles the rules, makes tables and a plan
/// of them, and has a thread forward nothing. What the runtime loads and compiles when a method is first called is there then, which is most
/// of the time of a start. Nothing outside the process is changed.
/// </summary>
internal static class Rehearsal
{
    private const int Entries = 64;

    public static void Run(Settings settings, KernelView view)
    {
        var ports = new PortRegistry();
        Forwarding.Rules.Policy policy = PolicyCompiler.Compile(settings, ports, DateTimeOffset.Now, new Dictionary<string, Wire.Address[]>(), null).Policy;
        using var pool = new Pool(PoolTables.Anonymous(new PoolSizes(Entries, Entries)), new PoolTerms { Users = 1, DevicesPerUser = 1 });
        using var worker = new Worker(ForwardingTables.Anonymous(new TableSizes(Entries, Entries, Entries)), new Plan(0, policy, [], []), pool);
        using var health = new LinkWatch(_ => { }, _ => { }, () => { }, worker.Forwarder.Evidence);
        health.Reconfigure([.. settings.Links.Select(link => (ports.Claim(link.Name), link.Name, link.Health))]);
        foreach (LinkSettings link in settings.Links) health.Update(ports.Claim(link.Name), PlanMaker.Facts(link, view));
        PlanDraft draft = PlanMaker.Draft(settings, ports, view, health, _ => default, link => link);
        _ = draft.Digest();
        worker.Publish(draft.Make(1, policy));
        worker.Start();
    }
}
