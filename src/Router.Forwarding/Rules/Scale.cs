using Router.Wire;

namespace Router.Forwarding.Rules;

/// <summary>
/// Maps the addresses of one family to 32-bit numbers and keeps their order: what lies in a range has a number in the range of
/// numbers. IPv4 fits as it is. For IPv6 the 32 bits are taken where the ranges of the rules differ, and what lies beyond them gets
/// the lowest or the highest number.
/// </summary>
internal readonly struct Scale
{
    private readonly UInt128 _lowest;
    private readonly int _shift;

    private Scale(UInt128 lowest, int shift) => (_lowest, _shift) = (lowest, shift);

    /// <summary>The finest scale for the ranges that these rules have at one end.</summary>
    public static Scale Over(Rule[] rules, Func<Rule, Selector> end, bool v4)
    {
        if (v4) return new Scale(Number(Address.FromV4(0)), 0);
        (UInt128 lowest, UInt128 highest) = (UInt128.MaxValue, UInt128.MinValue);
        foreach (Rule rule in rules)
        {
            foreach (AddressRange range in end(rule).Ranges)
            {
                if (range.First.IsV4) continue;
                lowest = UInt128.Min(lowest, Number(range.First));
                highest = UInt128.Max(highest, Number(range.Last));
            }
        }
        if (highest < lowest) return new Scale(0, 96);
        return new Scale(lowest, Math.Max(0, 96 - (int)UInt128.LeadingZeroCount(highest - lowest)));
    }

    /// <summary>With the sign bit turned, so that signed comparison orders them.</summary>
    public int Of(Address address)
    {
        UInt128 number = Number(address);
        UInt128 scaled = number < _lowest ? 0 : number - _lowest >> _shift;
        return (int)((scaled > uint.MaxValue ? uint.MaxValue : (uint)scaled) ^ 0x8000_0000);
    }

    private static UInt128 Number(Address address) => new(address.High, address.Low);
}
