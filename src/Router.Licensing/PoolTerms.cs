using Router.Wire;

namespace Router.Licensing;

/// <summary>What is counted against the licence.</summary>
public enum PoolMode : byte
{
    /// <summary>Seats of users that are logged in, and devices: users times devices per user.</summary>
    PerUser,

    /// <summary>The older licensing: as many hosts as the licence has users; logins are not counted.</summary>
    PerHost,
}

/// <summary>A device for which a place is kept, whether it is there or not. Known by its MAC, or else by its address.</summary>
public sealed record ReservedDevice(string Name, ulong Mac, Address Address);

/// <summary>What the pool goes by at one moment: the licence in force and the configuration. Immutable.</summary>
public sealed record PoolTerms
{
    public required int Users { get; init; }

    public required int DevicesPerUser { get; init; }

    public PoolMode Mode { get; init; }

    /// <summary>How long a place outlives the device's last flow, microseconds.</summary>
    public long DeviceIdle { get; init; } = 900_000_000;

    /// <summary>The zones whose devices are counted, by the bits of their numbers.</summary>
    public ulong LicensedZones { get; init; } = ulong.MaxValue;

    /// <summary>Those beyond the limit have no place kept, in this order.</summary>
    public IReadOnlyList<ReservedDevice> Reserved { get; init; } = [];

    /// <summary>The licence is over: nobody gets a place, and only administrators log in.</summary>
    public bool IsEnded { get; init; }

    /// <summary>How many devices may have a place, reserved ones among them.</summary>
    public int MostDevices => Mode == PoolMode.PerHost ? Users : (int)Math.Min(int.MaxValue, (long)Users * DevicesPerUser);

    /// <summary>How many seats there are.</summary>
    public int MostSeats => Mode == PoolMode.PerHost ? int.MaxValue : Users;

    public bool IsLicensed(byte zone) => (LicensedZones & 1UL << zone) != 0;

    /// <summary>What a user on so many counted devices holds: one at least, and one more for each further <see cref="DevicesPerUser"/>.</summary>
    public int SeatsFor(int devices) => Math.Max(1, (devices + DevicesPerUser - 1) / DevicesPerUser);
}
