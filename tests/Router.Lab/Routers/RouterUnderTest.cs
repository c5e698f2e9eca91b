using Router.Lab.Bed;

namespace Router.Lab.Routers;

/// <summary>What stands in the router namespace of a lab and is examined.</summary>
internal abstract class RouterUnderTest(Topology bed) : IDisposable
{
    protected Topology Bed { get; } = bed;

    public abstract string Name { get; }

    /// <summary>Returns when packets are forwarded.</summary>
    public abstract void Start();

    public abstract void Dispose();
}
