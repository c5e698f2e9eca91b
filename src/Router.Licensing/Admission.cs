using Router.Wire;

namespace Router.Licensing;

/// <summary>A device of the pool. Means nothing once that device is gone.</summary>
public readonly record struct DeviceId(int Value)
{
    public static readonly DeviceId None = new(-1);

    public bool Exists => Value >= 0;
}

/// <summary>The flow for which a place is asked.</summary>
/// <param name="Host">The local host, whoever began the flow.</param>
/// <param name="Zone">The number of the zone where it lives.</param>
/// <param name="Far">The far end.</param>
/// <param name="Port">The port there, 0 where the protocol has none.</param>
/// <param name="Protocol">IP protocol number.</param>
public readonly record struct Occasion(Address Host, byte Zone, Address Far, ushort Port, byte Protocol);

/// <summary>Why somebody was refused.</summary>
public enum RefusalCause : byte
{
    None,

    /// <summary>All places are taken.</summary>
    NoPlace,

    /// <summary>All seats are taken.</summary>
    NoSeat,

    /// <summary>The user is on as many devices as he may be.</summary>
    TooManyDevices,

    /// <summary>The licence is over.</summary>
    Ended,

    /// <summary>The table of devices is full; the licence would have room.</summary>
    NoRoom,
}

/// <summary>
/// The answer to a flow's first packet. A flow that is granted is counted on its host from here on, and is to be given back with
/// <see cref="Pool.Release"/> when it ends, or with <see cref="Pool.Cancel"/> if nothing comes of it.
/// </summary>
/// <param name="Cause">None: the flow may pass.</param>
/// <param name="Host">The number of the host's entry, which does not change while a flow of it is counted.</param>
/// <param name="Took">The device had no place before.</param>
public readonly record struct Grant(RefusalCause Cause, int Host, bool Took)
{
    /// <summary>For a flow that the licence does not count.</summary>
    public static readonly Grant Uncounted = new(RefusalCause.None, -1, false);

    public bool IsGranted => Cause == RefusalCause.None;
}

/// <summary>Somebody who was refused.</summary>
/// <param name="Occasion">The flow; of a login only the host and its zone.</param>
/// <param name="Mac">Of the device, 0 if nobody knows it.</param>
/// <param name="User">Whose login it was; null for a flow.</param>
/// <param name="First">When it began, and <paramref name="Last"/> when it was refused last. Monotonic microseconds.</param>
/// <param name="Times">How often, since it was put on the list.</param>
public readonly record struct RefusedNewcomer(Occasion Occasion, ulong Mac, string? User, RefusalCause Why, long First, long Last, int Times);
