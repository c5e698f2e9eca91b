namespace Router.Daemon;

/// <summary>The daemon cannot start; the message is a sentence that says what to do.</summary>
internal sealed class StartException(string message, int status = StartException.MayBeTriedAgain) : Exception(message)
{
    public const int MayBeTriedAgain = 1;

    /// <summary>EX_CONFIG of sysexits.h: nothing will change before somebody mends the file, so systemd is not to try again.</summary>
    public const int Misconfigured = 78;

    /// <summary>What the process is to end with.</summary>
    public int Status => status;
}
