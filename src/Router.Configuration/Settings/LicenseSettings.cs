using Router.Licensing;

namespace Router.Configuration;

/// <summary>How devices and users are counted, and where the licence is. How many there may be says the licence itself.</summary>
public sealed record LicenseSettings
{
    public const string DefaultFile = "/etc/routerd/license.txt";

    /// <summary>The licence file; while it is not there, the base of 5 users holds.</summary>
    public string File { get; init; } = DefaultFile;

    /// <summary>Somebody wrote that there is a file, so it is missed if it is not there.</summary>
    public bool IsFileWritten { get; init; }

    public PoolMode Mode { get; init; }

    /// <summary>How long a place outlives the device's last flow.</summary>
    public TimeSpan DeviceIdle { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Devices for which a place is kept.</summary>
    public IReadOnlyList<ReservedDevice> Reserved { get; init; } = [];

    /// <summary>Whom people are told to ask when they are refused; empty for nobody in particular.</summary>
    public string Contact { get; init; } = "";
}
