using Router.Wire;

namespace Router.Forwarding.Translation;

/// <summary>Whether an address has another in the other prefix, and if not, why.</summary>
internal enum PrefixAnswer : byte
{
    Mapped,

    /// <summary>It is not in the prefix, or in the one subnet that has no counterpart, 0xffff (RFC 6296 3.2).</summary>
    NoCounterpart,

    /// <summary>Its interface identifier is all ones, a reserved anycast address with no word to adjust (RFC 6296 3.7, erratum 8757; RFC 2526).</summary>
    NoWord,
}

/// <summary>
/// Network prefix translation (NPTv6, RFC 6296): an address of one prefix becomes one of the other, each always the same, without
/// any state. What the change of the prefix adds to a checksum is taken away again from another word of the address, so that
/// whatever sums over addresses comes out as before, and every protocol passes with its octets unchanged:
/// <code>
///   bits    0 ............. 47  48 .. 63  64 .. 79  80 .. 95  96 .. 111  112 .. 127
///   /48     prefix              adjusted  interface identifier, untouched
///   /49-64  prefix .......... subnet      the first of these four words that is not 0xffff is adjusted
/// </code>
/// In ones' complement 0x0000 and 0xffff are the same number, so one of them has to go: no result has 0xffff in the adjusted word,
/// and an address that has it there already has no counterpart. That makes the mapping reversible. Words in front of the adjusted
/// one stay, so both directions adjust the same one. Immutable.
/// </summary>
public sealed class PrefixTranslation
{
    /// <summary>Lengths of prefixes that may be exchanged: a shorter one is more than a site has, and a longer one has no whole interface identifier.</summary>
    public const int Shortest = 48, Longest = 64;

    private const ushort AllOnes = 0xffff;
    private const int SubnetWord = 3, FirstIdentifierWord = 4, Words = 8;

    private readonly ulong _mask;

    /// <summary>What is added to the word on the way out; the way in adds its complement.</summary>
    private readonly ushort _adjustment;

    /// <param name="inside">The prefix that local hosts have.</param>
    /// <param name="outside">The prefix that the provider routes here, of the same length.</param>
    /// <exception cref="ArgumentException">Not IPv6, not of one length, or not of a possible one.</exception>
    public PrefixTranslation(Prefix inside, Prefix outside)
    {
        bool isPossible = !inside.IsV4 && !outside.IsV4 && inside.Length == outside.Length && inside.Length is >= Shortest and <= Longest;
        if (!isPossible) throw new ArgumentException($"{inside} and {outside} are not two IPv6 prefixes of one length from /{Shortest} to /{Longest}");
        (Inside, Outside) = (inside, outside);
        _mask = ulong.MaxValue << (64 - inside.Length);
        _adjustment = Add(Sum(inside.First.High), (ushort)~Sum(outside.First.High));
    }

    public Prefix Inside { get; }

    public Prefix Outside { get; }

    /// <summary>The address that the Internet knows an inside host by.</summary>
    internal PrefixAnswer ToOutside(Address inside, out Address outside) => Map(inside, Inside, Outside, _adjustment, out outside);

    /// <summary>The host that an outside address stands for.</summary>
    internal PrefixAnswer ToInside(Address outside, out Address inside) => Map(outside, Outside, Inside, (ushort)~_adjustment, out inside);

    private PrefixAnswer Map(Address address, Prefix from, Prefix to, ushort adjustment, out Address mapped)
    {
        mapped = default;
        if (!from.Contains(address)) return PrefixAnswer.NoCounterpart;
        int word = SubnetWord;
        if (from.Length > Shortest)
        {
            word = FirstIdentifierWord;
            while (word < Words && Word(address, word) == AllOnes) word++;
            if (word == Words) return PrefixAnswer.NoWord;
        }
        else if (Word(address, word) == AllOnes)
        {
            return PrefixAnswer.NoCounterpart;
        }
        ushort adjusted = Add(Word(address, word), adjustment);
        mapped = With(new Address((address.High & ~_mask) | to.First.High, address.Low), word, adjusted == AllOnes ? (ushort)0 : adjusted);
        return PrefixAnswer.Mapped;
    }

    private static ushort Word(Address address, int word) => (ushort)(word < 4 ? address.High >> Shift(word) : address.Low >> Shift(word));

    private static Address With(Address address, int word, ushort value)
    {
        ulong cleared = ~((ulong)ushort.MaxValue << Shift(word)), set = (ulong)value << Shift(word);
        return word < 4 ? new Address((address.High & cleared) | set, address.Low) : new Address(address.High, (address.Low & cleared) | set);
    }

    private static int Shift(int word) => 48 - 16 * (word & 3);

    private static ushort Sum(ulong words) =>
        Add(Add((ushort)(words >> 48), (ushort)(words >> 32)), Add((ushort)(words >> 16), (ushort)words));

    // Ones' complement: the carry comes back in.
    private static ushort Add(ushort left, ushort right)
    {
        uint sum = (uint)left + right;
        return (ushort)(sum + (sum >> 16));
    }
}
