namespace Router.Ctl;

/// <summary>A verb that could not be answered. The message tells people what to do.</summary>
internal sealed class ControlFailure(int exitCode, string message) : Exception(message)
{
    /// <summary>One of <see cref="Ctl.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
