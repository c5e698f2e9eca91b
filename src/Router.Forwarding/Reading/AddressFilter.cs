using Router.Wire;

namespace Router.Forwarding.Reading;

/// <summary>
/// A first look at whether an address is one of some: a bit of 4,096 for each, so that a table of hundreds of thousands of flows is gone through
/// without asking a set of addresses for every one of them. "No" is sure; after a "yes" the set is asked. With thousands of addresses it says
/// "yes" mostly, and costs next to nothing. Whoever chooses an address that shares a bit gains that the set is asked about him.
/// </summary>
internal sealed class AddressFilter
{
    private const int Bits = 4096, Word = 64;

    private readonly ulong[] _words = new ulong[Bits / Word];

    public AddressFilter(IEnumerable<Address> addresses)
    {
        foreach (Address address in addresses)
        {
            uint bit = BitOf(address);
            _words[bit / Word] |= 1UL << (int)(bit % Word);
        }
    }

    /// <summary>False only if it is none of them.</summary>
    public bool MayHold(in Address address)
    {
        uint bit = BitOf(address);
        return (_words[bit / Word] >> (int)(bit % Word) & 1) != 0;
    }

    // The upper bits of a product with an odd number depend on all bits below.
    private static uint BitOf(in Address address) => (uint)((address.High ^ address.Low) * 0x9e37_79b9_7f4a_7c15 >> 52);
}
