using Router.Forwarding.Identities;
using Router.Wire;

namespace Router.Forwarding.Rules;

/// <summary>
/// One end of a flow as rules see it: which ports it may be called by, and its address. A source has the bit of the port that it
/// came in by (and <see cref="PortId.InternetBit"/> if that is a link). A destination behind a zone has the zone's bit; one on the
/// Internet has InternetBit; an address of the box has the host's bit, and the bit of the link that carries that address.
/// <see cref="Who"/> is the user behind a local host's address, or null.
/// </summary>
public readonly record struct Endpoint(ulong Ports, Address Address, Identity? Who = null);

/// <summary>An inclusive range of addresses of one family.</summary>
public readonly record struct AddressRange(Address First, Address Last);

/// <summary>The source or destination of a rule: matches if any of its ports, of its ranges or of its users does.</summary>
public sealed class Selector
{
    public static readonly Selector Any = new(ulong.MaxValue, []);

    /// <summary>Matches nothing.</summary>
    public static readonly Selector Nobody = new(0, []);

    private readonly AddressRange[] _ranges;

    /// <param name="ports">Bits of ports, see <see cref="Endpoint"/>; all ones means any.</param>
    /// <param name="ranges">In any order, overlapping as they like; they are sorted and joined here.</param>
    /// <param name="who">Users and groups, or null.</param>
    public Selector(ulong ports, IEnumerable<AddressRange> ranges, IdentitySet? who = null)
    {
        (Ports, Who) = (ports, who);
        _ranges = [.. ranges];
        if (_ranges.Length > 1) _ranges = Joined(_ranges);
    }

    public ulong Ports { get; }

    public ReadOnlySpan<AddressRange> Ranges => _ranges;

    /// <summary>Users whose hosts are meant wherever they are; null for none.</summary>
    public IdentitySet? Who { get; }

    public bool IsAny => Ports == ulong.MaxValue;

    public bool Matches(in Endpoint end) => (Ports & end.Ports) != 0 || InRanges(end.Address) || (Who is not null && end.Who is not null && Who.Admits(end.Who));

    private static AddressRange[] Joined(AddressRange[] ranges)
    {
        Array.Sort(ranges, static (left, right) => left.First.CompareTo(right.First));
        int last = 0;
        foreach (AddressRange range in ranges.AsSpan(1))
        {
            if (range.First > ranges[last].Last) ranges[++last] = range;
            else if (range.Last > ranges[last].Last) ranges[last] = ranges[last] with { Last = range.Last };
        }
        return ranges[..(last + 1)];
    }

    private bool InRanges(Address address)
    {
        int low = 0, high = _ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (address < _ranges[middle].First) high = middle - 1;
            else if (address > _ranges[middle].Last) low = middle + 1;
            else return true;
        }
        return false;
    }
}

/// <summary>A protocol, and for TCP, UDP, UDP-Lite, SCTP and DCCP the destination ports it means. ICMP: 1 means 58 too.</summary>
/// <param name="Protocol">IP protocol number.</param>
/// <param name="First">First port, 0 for all.</param>
/// <param name="Last">Last port, 65535 for all.</param>
public readonly record struct ServiceMatch(byte Protocol, ushort First, ushort Last)
{
    public bool Matches(byte protocol, ushort port) =>
        (protocol == Protocol || (protocol == 58 && Protocol == 1)) && port >= First && port <= Last;
}
