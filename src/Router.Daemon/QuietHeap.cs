using System.Runtime;

namespace Router.Daemon;

/// <summary>
/// A time without whole collections of the heap, for the start: its large tables would cause some, each of which looks at all that has
/// just been made, while packets wait. Nothing is set aside for it, as <see cref="Steering.HeapTruce"/> does, which takes time too.
/// </summary>
internal readonly struct QuietHeap : IDisposable
{
    private readonly GCLatencyMode _before;

    private QuietHeap(GCLatencyMode before) => _before = before;

    public static QuietHeap Begin()
    {
        var quiet = new QuietHeap(GCSettings.LatencyMode);
        GCSettings.LatencyMode = GCLatencyMode.LowLatency;
        return quiet;
    }

    /// <summary>Collections are as before. A second time it changes nothing.</summary>
    public void Dispose()
    {
        if (GCSettings.LatencyMode == GCLatencyMode.LowLatency) GCSettings.LatencyMode = _before;
    }
}
