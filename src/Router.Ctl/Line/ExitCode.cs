namespace Router.Ctl;

/// <summary>What routerctl says to a script.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The question was understood, and the answer is bad: errors in a file, a reload refused, no such verb in that daemon.</summary>
    public const int Bad = 1;

    /// <summary>The command line, or a value in it, is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Nobody could be asked: routerd is not running, or does not answer.</summary>
    public const int Unreachable = 3;

    /// <summary>Its socket may not be opened by whoever runs this.</summary>
    public const int NotAllowed = 4;
}
