using Router.Configuration;
using Router.Daemon.Health;
using Router.Daemon.Kernel;
using Router.Daemon.Naming;
using Router.Daemon.Placing;
using Router.Daemon.Plumbing;
using Router.Daemon.Systemd;
using Router.Daemon.Volume;
using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Links;
using Router.Licensing;
using Router.Wire;

namespace Router.Daemon.Steering;

/// <summary>
/// Makes devices, kernel, probes and path fit a configuration. A change goes in this order:
///
///     TUN devices -> plumbing | links' sockets -> probes -> plan -> devices that nobody wants any more
///     <see cref="Prepare"/>   | <see cref="TakeUp"/>
///
/// so that no packet meets a plan whose ports are not there, and no port goes before the plan that used it. What the machine may
/// refuse comes first and adds only: until <see cref="TakeUp"/> the path, the links and the probes are those of before, and
/// <see cref="PutBack"/> has little to do. One thread at a time [C].
/// </summary>
internal sealed class Works(Worker worker, PortRegistry ports, Plumber plumbing, LinkWatch health, VolumeMeter volume, LinkLoads loads, Pool pool, DescriptorStore store, Journal journal)
{
    // Microseconds between two changes of the packet filter's users, and before a refused one is tried again.
    private const long SeatingPause = 100_000, SeatingTry = 10_000_000;

    private readonly PortKeeper _keeper = new(worker, ports, store, journal);
    private readonly ServersFile _servers = new(journal);
    private string _digest = "", _plumbed = "";
    private Roster? _seated;
    private long _nextSeating;

    /// <summary>Opens the devices of the zones.</summary>
    /// <returns>Whether the process before has left all of them open, so that the kernel is still plumbed for them and packets wait.</returns>
    /// <exception cref="Ports.PortException">A device cannot be opened.</exception>
    public bool Open(InForce wanted) => _keeper.OpenTuns(wanted.Settings);

    /// <summary>Opens the devices of the zones and plumbs the box. Refused half-way, it is to be followed by <see cref="PutBack"/>.</summary>
    /// <exception cref="Ports.PortException">A device cannot be opened.</exception>
    /// <exception cref="PlumbingException">The kernel refused.</exception>
    public void Prepare(InForce wanted, KernelView view)
    {
        _keeper.OpenTuns(wanted.Settings);
        Plumb(wanted, view);
    }

    /// <summary>Takes up links, probes and plan, and lets go of devices that are not wanted any more.</summary>
    public void TakeUp(InForce wanted, KernelView view)
    {
        _keeper.BindLinks(wanted.Settings, view);
        // New targets are probed once the path goes by the plan that names them.
        TellHealth(wanted, view);
        health.Reconfigure([.. wanted.Settings.Links.Select(link => (ports.Claim(link.Name), link.Name, link.Health))]);
        TellHealth(wanted, view);
        Publish(wanted, view);
        _keeper.CloseTuns(wanted.Settings);
    }

    /// <summary>Back to what was in force before a change that was refused.</summary>
    public void PutBack(InForce before, KernelView view)
    {
        // How far the plumbing came is not known.
        _plumbed = "";
        Prepare(before, view);
        TakeUp(before, view);
    }

    /// <summary>The kernel has news.</summary>
    public void Follow(InForce standing, KernelView view)
    {
        TellHealth(standing, view);
        _keeper.BindLinks(standing.Settings, view);
        Plumb(standing, view);
        Publish(standing, view);
    }

    /// <summary>A port said that its interface is gone.</summary>
    public void Rebind(PortId gone, InForce standing, KernelView view)
    {
        _keeper.Forget(gone);
        _keeper.BindLinks(standing.Settings, view);
    }

    /// <summary>The path wants the MAC of somebody on a link.</summary>
    public void Resolve(PortId link, Address neighbour, InForce standing, KernelView view)
    {
        if (neighbour.IsUnspecified || worker.Plan.Link(link) is null) return;
        LinkSettings? asked = standing.Settings.Links.FirstOrDefault(l => ports.Claim(l.Name) == link);
        if (asked is not null && view.Interface(asked.Interface) is { } found) plumbing.Resolve(found.Index, neighbour);
    }

    /// <summary>Somebody asked over a link has not answered: whether the gateway is still where it was is to be known before that counts.</summary>
    public void Verify(PortId doubted, InForce standing, KernelView view)
    {
        LinkSettings? link = standing.Settings.Links.FirstOrDefault(l => ports.Claim(l.Name) == doubted);
        if (link is null || view.Interface(link.Interface) is not { } found) return;
        LinkFacts facts = PlanMaker.Facts(link, view);
        foreach (Address gateway in (ReadOnlySpan<Address>)[facts.Gateway4, facts.Gateway6])
        {
            if (gateway.IsUnspecified || !found.Ethernet) continue;
            if (view.MacOf(found.Index, gateway) != 0) plumbing.Verify(found.Index, gateway);
            else plumbing.Resolve(found.Index, gateway);
        }
    }

    /// <summary>Publishes a plan if it would say anything new.</summary>
    public void Publish(InForce standing, KernelView view)
    {
        PlanDraft draft = PlanMaker.Draft(standing.Settings, ports, view, health, link => volume.Read(link).State, link => loads.Apply(standing.Settings, link));
        // With the end of a licence, and with its return, live flows are looked at again.
        string digest = draft.Digest() + (pool.Terms.IsEnded ? " ended" : "");
        if (digest == _digest && ReferenceEquals(worker.Plan.Policy, standing.Policy)) return;
        _digest = digest;
        Plan plan = draft.Make(worker.Plan.Epoch + 1, standing.Policy).With(worker.Plan.Roster);
        worker.Publish(plan);
        foreach (LinkState link in draft.Links) health.InUse(link.Id, plan.IsInUse(link.Id));
        _servers.Write(standing.Settings.ServersFile, standing.Settings.Links.Zip(draft.Links).Where(pair => plan.IsInUse(pair.Second.Id)));
        TellHealth(standing, view);
    }

    // What is lost with the kernel has to be in the next plan, so health is told before that; that probes may go out, after it.
    private void TellHealth(InForce standing, KernelView view)
    {
        Plan plan = worker.Plan;
        bool isTheirs = ReferenceEquals(plan.Policy, standing.Policy);
        foreach (LinkSettings link in standing.Settings.Links)
        {
            PortId id = ports.Claim(link.Name);
            LinkFacts facts = PlanMaker.Facts(link, view);
            health.Update(id, facts with { Carries = isTheirs && PlanMaker.CarriesProbes(plan, id, facts) });
        }
    }

    /// <summary>
    /// Brings to the packet filter who is logged in where, if that changed: a first change at once, those that follow it together. If it is
    /// refused it is tried again after a while.
    /// </summary>
    /// <exception cref="PlumbingException">nft refused.</exception>
    public void Seat(long now)
    {
        Roster roster = worker.Plan.Roster;
        if (ReferenceEquals(roster, _seated) || now < _nextSeating) return;
        _nextSeating = now + SeatingTry;
        plumbing.Seat(roster);
        (_seated, _nextSeating) = (roster, now + SeatingPause);
    }

    // Plumbing reads the kernel's tables each time; it is called only if what it would do has changed.
    private void Plumb(InForce wanted, KernelView view)
    {
        PlumbingPlan plan = PlanMaker.Plumbing(wanted.Settings, ports, wanted.Policy, view, worker.Plan.Roster);
        string digest = PlanMaker.Digest(plan, view);
        if (digest == _plumbed) return;
        plumbing.Apply(plan);
        _plumbed = digest;
    }
}
