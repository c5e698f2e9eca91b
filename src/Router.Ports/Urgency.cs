using Router.Ports.Linux;

namespace Router.Ports;

/// <summary>
/// How much the scheduler favours the calling thread and those that it starts later. The kernel's own forwarding runs before any
/// program; a forwarder in user space that competes with the box's other programs as their equal would drop packets for their sake.
/// </summary>
public static class Urgency
{
    /// <summary>Asks for a nice value. False where that is not allowed (CAP_SYS_NICE), which is no fault: things go on as they are.</summary>
    public static bool TrySet(int nice) => SysResource.setpriority(SysResource.PRIO_PROCESS, 0, nice) == 0;
}
