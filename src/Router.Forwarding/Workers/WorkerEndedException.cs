namespace Router.Forwarding;

/// <summary>The forwarding thread has ended, so what was asked of it will not be done.</summary>
/// <param name="fault">The fault that ended it; null if it was told to.</param>
public sealed class WorkerEndedException(Exception? fault)
    : Exception(fault is null ? "the forwarding thread has ended" : $"the forwarding thread has ended by a fault ({fault.Message}), and routerd is about to", fault);
