using Router.Wire;

namespace Router.Licensing;

/// <summary>The two counters.</summary>
/// <param name="Devices">Places that are taken, those that are kept for reserved devices among them.</param>
/// <param name="Reserved">Places that are kept.</param>
/// <param name="Seats">Seats that are taken.</param>
/// <param name="Users">Users that are logged in, administrators among them.</param>
public readonly record struct PoolCounts(int Devices, int MostDevices, int Reserved, int Seats, int MostSeats, int Users);

/// <summary>What happened since the process began.</summary>
/// <param name="Refused">Newcomers that were refused: devices and logins, each once as long as it goes on trying.</param>
public readonly record struct PoolTally(long PlacesTaken, long PlacesFreed, long Logins, long Logouts, long Refused);

/// <summary>A device as it was when the pool was read. Times are monotonic microseconds, 0 for never.</summary>
public sealed record DeviceView
{
    public required DeviceId Id { get; init; }

    /// <summary>Six octets as a big-endian number; 0 if nobody knows it.</summary>
    public required ulong Mac { get; init; }

    public required IReadOnlyList<Address> Addresses { get; init; }

    public required byte Zone { get; init; }

    public required long PlaceSince { get; init; }

    /// <summary>The flow for which it took its place.</summary>
    public required Occasion First { get; init; }

    public required int Flows { get; init; }

    /// <summary>When its last flow ended.</summary>
    public required long LastLive { get; init; }

    /// <summary>When it was last in the kernel's neighbour table.</summary>
    public required long LastMet { get; init; }

    public required bool IsReserved { get; init; }

    public required string? User { get; init; }

    public required long LoginSince { get; init; }

    public required LoginMethod Method { get; init; }

    /// <summary>Until when a guest may pass.</summary>
    public required long PassUntil { get; init; }

    /// <summary>What its flows that have ended since the login carried; of those that live only their table knows.</summary>
    public required Carried Ended { get; init; }

    public bool HasPlace => PlaceSince != 0;
}

/// <summary>Octets towards a device, and from it.</summary>
public readonly record struct Carried(long In, long Out)
{
    public static Carried operator +(Carried one, Carried other) => new(one.In + other.In, one.Out + other.Out);
}

/// <summary>A user who is logged in.</summary>
/// <param name="Since">Since when, on any device.</param>
/// <param name="Devices">On how many devices, and <paramref name="Counted"/> on how many that the licence counts.</param>
/// <param name="Seats">How many seats he holds.</param>
public sealed record UserView(string Name, string[] Groups, bool IsAdministrator, int MaxDevices, AtLimit AtLimit, long Since, int Devices, int Counted, int Seats);
