using Router.Lab.Bed;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios;

/// <summary>A lab with a router that runs, for the facts of one class that leave it as they found it.</summary>
public abstract class RunningLab : IDisposable
{
    internal RunningLab(Func<Topology, RouterUnderTest> router, BedOptions? options = null)
    {
        Bed = Topology.Raise(options);
        Router = router(Bed);
        Router.Start();
        Web = WebServer.Start(Bed.Internet, Bed.Directory);
    }

    internal Topology Bed { get; }

    internal RouterUnderTest Router { get; }

    internal WebServer Web { get; }

    public void Dispose()
    {
        Web.Dispose();
        Router.Dispose();
        Bed.Dispose();
        GC.SuppressFinalize(this);
    }
}

public sealed class KernelLab() : RunningLab(bed => new KernelRouter(bed));

public sealed class DaemonLab() : RunningLab(bed => new RouterDaemon(bed));

public sealed class DaemonLabWithoutOffloads() : RunningLab(bed => new RouterDaemon(bed), new BedOptions { Offloads = false });
