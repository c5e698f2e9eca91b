using Router.Daemon.Plumbing;
using Router.Forwarding;
using Router.Ports;

namespace Router.Daemon;

/// <summary>
/// Which exceptions mean that the machine refused what was asked of it: the kernel, a file, a device that is taken. Their message
/// is a sentence for the administrator, and what stood before goes on standing. Every other exception is a bug and is not caught.
/// </summary>
internal static class Refusal
{
    public static bool Is(Exception fault) =>
        fault is PlumbingException or PortException or WorkerEndedException or IOException or UnauthorizedAccessException;
}
