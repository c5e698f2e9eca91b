using System.Runtime.InteropServices;
using Router.Ports.Linux;

namespace Router.Ports;

/// <summary>
/// Wakes a thread that sleeps in a <see cref="Poller"/> (an eventfd): put the work where the sleeper looks, then ring; the sleeper
/// quiets the bell, then looks. In that order no ring is lost. Rings that come while the bell still sounds cost one atomic
/// exchange and no system call. Any thread may ring, one thread quiets.
/// </summary>
public sealed unsafe class Doorbell : IDisposable
{
    private int _sounding;

    public Doorbell()
    {
        Descriptor = SysEventfd.eventfd(0, SysEventfd.EFD_NONBLOCK | SysEventfd.EFD_CLOEXEC);
        if (Descriptor < 0) throw new PortException($"eventfd: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Readable while the bell sounds; -1 once disposed.</summary>
    public int Descriptor { get; private set; }

    public void Ring()
    {
        if (Interlocked.Exchange(ref _sounding, 1) != 0) return;
        ulong one = 1;
        _ = Unistd.write(Descriptor, &one, sizeof(ulong));
    }

    public void Quiet()
    {
        // Emptied first, marked second: a ring in between writes nothing, but its work is there before the sleeper looks. The other
        // way round, a ring in between would be swallowed with the mark left set, and the bell would be dumb for ever.
        ulong count;
        _ = Unistd.read(Descriptor, &count, sizeof(ulong));
        Interlocked.Exchange(ref _sounding, 0);
    }

    public void Dispose()
    {
        if (Descriptor < 0) return;
        _ = Unistd.close(Descriptor);
        Descriptor = -1;
    }
}
