using System.Globalization;

namespace Router.Forwarding;

/// <summary>
/// One way in or out: the box itself, a local zone or a link. A number below 64, so that a set of them is a bit mask; the same
/// name keeps its number over reloads and restarts (see <see cref="PortRegistry"/>), as live flows refer to it.
/// </summary>
public readonly record struct PortId(byte Value)
{
    /// <summary>How many there can be.</summary>
    public const int Most = 63;

    /// <summary>The box itself, "firewall" in rules.</summary>
    public static readonly PortId Host;

    /// <summary>In a selector: any link. Not a port of its own.</summary>
    public const ulong InternetBit = 1UL << 63;

    /// <summary>This port as a set of one.</summary>
    public ulong Bit => 1UL << Value;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
