using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Forwarding.Limits;

/// <summary>What one inside host may have: live flows that it began, and new ones in a minute.</summary>
public readonly record struct HostLimit(int Flows, int NewFlows)
{
    /// <summary>As a number of either: as many as there is room for.</summary>
    public const int Unlimited = int.MaxValue;

    public static readonly HostLimit None = new(Unlimited, Unlimited);
}

/// <summary>Some hosts that have a limit of their own.</summary>
public readonly record struct HostException(Selector Hosts, HostLimit Limit);

/// <summary>The limits of a policy: one for every host, and exceptions, of which the first that names a host holds. Immutable.</summary>
public sealed record HostLimits(HostLimit Common, HostException[] Exceptions)
{
    /// <summary>No limit for anybody: what a policy has that says nothing.</summary>
    public static readonly HostLimits None = new(HostLimit.None, []);

    /// <summary>What holds for a host behind a zone.</summary>
    public HostLimit Of(Address host, PortId zone)
    {
        foreach (HostException exception in Exceptions)
        {
            if (exception.Hosts.Matches(new Endpoint(zone.Bit, host))) return exception.Limit;
        }
        return Common;
    }
}
