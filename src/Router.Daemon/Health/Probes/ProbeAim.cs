using Router.Configuration;
using Router.Wire;

namespace Router.Daemon.Health.Probes;

/// <summary>Whom a probe asks now: a target, and the address that it has on this link, unspecified while there is none.</summary>
internal readonly record struct ProbeAim(ProbeTarget Target, Address Address)
{
    public ProbeKind Kind => Target.Kind;

    /// <summary>The target is a name. While that has no address, the target is asked all the same, and does not answer.</summary>
    public bool IsNamed => Target.Host is { } host && !Address.TryParse(host, out _);
}

/// <summary>The link's own end of its probes. Unspecified is what the link has not.</summary>
/// <param name="V4">Its address of IPv4, to which sockets are bound: this is what makes a packet of the box leave by the link.</param>
/// <param name="V6">The same of IPv6.</param>
/// <param name="Interface">For link-local addresses, which mean nothing without it; 0 if unknown.</param>
internal readonly record struct ProbeSource(Address V4, Address V6, int Interface)
{
    public Address Of(bool v4) => v4 ? V4 : V6;

    public bool Has(bool v4) => !Of(v4).IsUnspecified;

    public bool HasAny => Has(true) || Has(false);

    /// <summary>Whether a target can be asked at all, or is asked for nothing as its name is not known yet.</summary>
    public bool Reaches(in ProbeAim aim) => aim.Address.IsUnspecified ? aim.IsNamed && HasAny : Has(aim.Address.IsV4);
}
