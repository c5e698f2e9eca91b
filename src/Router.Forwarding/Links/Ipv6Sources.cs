using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Wire;

namespace Router.Forwarding.Links;

/// <summary>
/// As whom an IPv6 host leaves by each link, as the links are configured (product.md 4):
///
///     off    by its own address. One provider takes that, the others drop it (BCP 38), so such a link takes no part in balancing.
///     npt    by its counterpart in the prefix that the provider routes here. A host in no prefix of the two cannot leave by it;
///            one that has an address of the provider's prefix already keeps it.
///     napt   by the link's own address and a port, as in IPv4.
///
/// Rules may say otherwise (`nat`), which is not asked here. Immutable, a part of the policy.
/// </summary>
public sealed class Ipv6Sources
{
    private readonly (ulong Bit, PrefixTranslation Prefixes)[] _npt;
    private readonly ulong _napt;

    public Ipv6Sources(LinkPolicy[] links)
    {
        _npt = [.. links.Where(link => link.Prefixes is not null).Select(link => (link.Id.Bit, link.Prefixes!))];
        foreach (LinkPolicy link in links) _napt |= link.Ipv6 == Ipv6Nat.Napt ? link.Id.Bit : 0;
    }

    /// <summary>What a link does with the source.</summary>
    internal Ipv6Nat On(PortId link) => (_napt & link.Bit) != 0 ? Ipv6Nat.Napt : PrefixesOf(link) is not null ? Ipv6Nat.Npt : Ipv6Nat.Off;

    /// <summary>The links by which a host cannot leave, as their prefixes have no address for it.</summary>
    internal ulong ClosedTo(Address host)
    {
        ulong closed = 0;
        foreach ((ulong bit, PrefixTranslation prefixes) in _npt) closed |= SeenAs(prefixes, host, out _) == PrefixAnswer.Mapped ? 0 : bit;
        return closed;
    }

    /// <summary>The links that give a host an address of their own provider's.</summary>
    internal ulong TranslatorsOf(Address host)
    {
        ulong translating = _napt;
        foreach ((ulong bit, PrefixTranslation prefixes) in _npt) translating |= SeenAs(prefixes, host, out _) == PrefixAnswer.Mapped ? bit : 0;
        return translating;
    }

    /// <summary>As whom a host leaves by a link with prefixes; unspecified if they have no address for it.</summary>
    internal Address SeenAs(PortId link, Address host) =>
        PrefixesOf(link) is { } prefixes && SeenAs(prefixes, host, out Address seen) == PrefixAnswer.Mapped ? seen : default;

    /// <summary>The host that an address of a link's prefix stands for.</summary>
    /// <param name="links">Whose prefixes are asked.</param>
    /// <param name="outside">The address.</param>
    /// <param name="link">Whose prefix it is in.</param>
    /// <param name="inside">The answer; whether anybody has that address is another question.</param>
    internal bool TryInside(ulong links, Address outside, out PortId link, out Address inside)
    {
        foreach ((ulong bit, PrefixTranslation prefixes) in _npt)
        {
            if ((bit & links) == 0 || prefixes.ToInside(outside, out inside) != PrefixAnswer.Mapped) continue;
            link = new PortId((byte)ulong.TrailingZeroCount(bit));
            return true;
        }
        (link, inside) = (default, default);
        return false;
    }

    /// <summary>Whether providers route an address here, to be translated by its prefix.</summary>
    internal bool IsRoutedHere(Address address)
    {
        foreach ((_, PrefixTranslation prefixes) in _npt)
        {
            if (prefixes.Outside.Contains(address)) return true;
        }
        return false;
    }

    private PrefixTranslation? PrefixesOf(PortId link)
    {
        foreach ((ulong bit, PrefixTranslation prefixes) in _npt)
        {
            if (bit == link.Bit) return prefixes;
        }
        return null;
    }

    private static PrefixAnswer SeenAs(PrefixTranslation prefixes, Address host, out Address seen)
    {
        PrefixAnswer answer = prefixes.ToOutside(host, out seen);
        if (answer == PrefixAnswer.Mapped || !prefixes.Outside.Contains(host) || prefixes.Inside.Contains(host)) return answer;
        seen = host;
        return PrefixAnswer.Mapped;
    }
}
