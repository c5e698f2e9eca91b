namespace Router.Ports;

/// <summary>
/// The one seam of the path: where packets come from and go to. A port is polled and written by one thread; nothing here waits.
/// </summary>
public abstract class Port(string name) : IDisposable
{
    /// <summary>For people: "rt-trusted", "wan0".</summary>
    public string Name { get; } = name;

    /// <summary>What to wait on for readability, or -1 for a port that no kernel stands behind.</summary>
    public virtual int Descriptor => -1;

    /// <summary>True once the kernel says that the interface behind is gone: read and write answer 0 from then on.</summary>
    public bool IsGone { get; protected set; }

    /// <summary>Packets that <see cref="Send"/> could not hand over (queue full, interface down, refused by the kernel).</summary>
    public long SendRefused { get; protected set; }

    /// <summary>Octets of those packets.</summary>
    public long RefusedOctets { get; protected set; }

    /// <summary>Packets that the kernel dropped before we read them, as far as it tells.</summary>
    public virtual long ReceiveMissed => 0;

    /// <summary>Empties the batch and fills it with what waits, up to its capacity; 0 when nothing waits.</summary>
    public abstract int Receive(Batch batch);

    /// <summary>Sends these slots of the batch, in order; what the port cannot take is counted in <see cref="SendRefused"/> and <see cref="RefusedOctets"/>.</summary>
    /// <returns>How many were handed over.</returns>
    public abstract int Send(Batch batch, ReadOnlySpan<int> slots);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) { }
}
