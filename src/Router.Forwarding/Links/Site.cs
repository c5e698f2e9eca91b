using Router.Wire;

namespace Router.Forwarding.Links;

/// <summary>
/// What a host's far ends are told apart by where a rule pins host and destination together (`pin: site`): the destination's /24, or
/// its /48 in IPv6. Those are the longest prefixes that networks pass on to each other, so what lies in one is reached as one and
/// nearly always run by one; and the servers of one bank or shop, which hand a login from one to the next, mostly lie in one. An
/// address by itself would be too fine for them, a name is not known to the path. Decision 018 says more.
///
/// In eight octets: a mark that it is one, the family, and the prefix. The default stands for no site in particular, which is
/// what a host's own pin holds for.
/// </summary>
internal readonly record struct Site
{
    private const int Length4 = 24, Length6 = 48;
    private const ulong IsSite = 1UL << 63, IsV4 = 1UL << 62;

    private readonly ulong _word;

    private Site(ulong word) => _word = word;

    /// <summary>All destinations.</summary>
    public static Site Any => default;

    public bool IsAny => _word == 0;

    /// <summary>For the keyed hash.</summary>
    public ulong Word => _word;

    /// <summary>The site that an address is of.</summary>
    public static Site Of(Address address) =>
        new(address.IsV4 ? IsSite | IsV4 | (address.V4 >> (32 - Length4)) : IsSite | (address.High >> (64 - Length6)));

    /// <summary>Its addresses; of no meaning for <see cref="Any"/>.</summary>
    public Prefix Prefix => (_word & IsV4) != 0
        ? new Prefix(Address.FromV4((uint)_word << (32 - Length4)), Length4)
        : new Prefix(new Address(_word << (64 - Length6), 0), Length6);

    public override string ToString() => IsAny ? "any" : Prefix.ToString();
}
