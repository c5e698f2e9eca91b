using System.Runtime;

namespace Router.Daemon;

/// <summary>
/// A time without garbage collections, for work that allocates much: a reload while packets pass, as a collection stops the forwarding thread
/// and many of them make it long; and the start while packets wait, whose large tables would cause dozens. Room for all that a large configuration needs is set aside before; if that cannot be had,
/// or is used up, collections go on as always.
/// </summary>
internal readonly struct HeapTruce : IDisposable
{
    /// <summary>What ten thousand rules take, and half as much again.</summary>
    private const long Room = 192L << 20;

    public static HeapTruce Begin()
    {
        try
        {
            if (GCSettings.LatencyMode != GCLatencyMode.NoGCRegion) GC.TryStartNoGCRegion(Room);
        }
        catch (ArgumentOutOfRangeException)
        {
            // More than this collector can promise at once.
        }
        return default;
    }

    public void Dispose()
    {
        if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion) GC.EndNoGCRegion();
    }
}
