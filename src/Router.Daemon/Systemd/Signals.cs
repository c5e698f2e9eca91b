using System.Runtime.InteropServices;

namespace Router.Daemon.Systemd;

/// <summary>
/// What the daemon does when it is told by signal: SIGHUP reloads, SIGTERM and SIGINT (Ctrl-C) stop. A second SIGINT ends the
/// process on the spot, for the person who will not wait. The callbacks run on a thread of the pool and must return soon;
/// what takes time they hand over.
/// </summary>
internal sealed class Signals : IDisposable
{
    private readonly PosixSignalRegistration _hangup;
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;
    private int _interrupts;

    private Signals(Action reload, Action stop)
    {
        _hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            reload();
        });
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            stop();
        });
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            if (Interlocked.Increment(ref _interrupts) > 1) return;
            signal.Cancel = true;
            stop();
        });
    }

    /// <summary>Answers the signals until it is disposed. <paramref name="stop"/> may be called more than once.</summary>
    public static Signals Watch(Action reload, Action stop) => new(reload, stop);

    public void Dispose()
    {
        _hangup.Dispose();
        _terminate.Dispose();
        _interrupt.Dispose();
    }
}
