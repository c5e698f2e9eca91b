namespace Router.Lab.Kernel;

/// <summary>For threads that measure: they go before all others, so that what they see of a pause is not their own turn that they wait for.</summary>
internal static class Stopwatching
{
    private const int First = -20;

    /// <summary>A thread that measures, begun. It starts no programs, which would go before all others too.</summary>
    public static Thread Start(string name, Action measure)
    {
        var thread = new Thread(() =>
        {
            if (Libc.setpriority(Libc.PRIO_PROCESS, 0, First) != 0) throw new LabException("this thread may not be favoured: run the lab as root");
            measure();
        })
        { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }
}
