namespace Router.Wire;

/// <summary>
/// What a change of covered words does to a checksum, so that the rest need not be read (RFC 1624). For each word m that becomes m'
/// it holds ~m + m', folded into 16 bits.
/// </summary>
/// <remarks>
/// <see cref="Value"/> may be kept in a flow and applied to each of its packets; deltas of several changes are added.
///
/// It is correct for a wrong checksum too, which stays as wrong as it was: a translator must not heal what a host would have
/// refused. Representations of zero: ones' complement has two, 0x0000 and 0xffff, and folding gives 0x0000 only for a sum of
/// nothing but zeros. A covered header is never all zeros, so a finished checksum comes out exactly as if it were computed anew
/// (equation 3 of RFC 1624; its predecessor in RFC 1141 could give 0xffff for 0x0000).
/// </remarks>
/// <param name="Value">The folded sum of changes; 0 for none.</param>
public readonly record struct ChecksumDelta(ushort Value)
{
    /// <summary>Together with the replacement of a 16-bit word.</summary>
    public ChecksumDelta Replace(ushort old, ushort @new) => Add((uint)(ushort)~old + @new);

    /// <summary>Together with the replacement of a 32-bit word that stands at an even offset.</summary>
    public ChecksumDelta Replace(uint old, uint @new) =>
        Add((uint)(ushort)~(old >> 16) + (ushort)~old + (@new >> 16) + (ushort)@new);

    /// <summary>Together with the replacement of an address by one of the same family.</summary>
    public ChecksumDelta Replace(Address old, Address @new)
    {
        // The sum of n complemented words is n * 0xffff less their own sum.
        uint complemented = (old.IsV4 ? 2u : 8u) * 0xffff - Checksum.Words(old);
        return Add(complemented + Checksum.Words(@new));
    }

    public static ChecksumDelta operator +(ChecksumDelta left, ChecksumDelta right) => left.Add(right.Value);

    /// <summary>The named form of the operator.</summary>
    public ChecksumDelta Add(ChecksumDelta other) => Add(other.Value);

    /// <summary>
    /// The finished checksum after the change: ~(~HC + delta). Changes that cancel out (a prefix translated by RFC 6296) leave it as it
    /// is, even where a sender wrote 0xffff for 0x0000.
    /// </summary>
    public ushort ApplyToComplete(ushort checksum) => Value == 0xffff ? checksum : (ushort)~Checksum.Fold((uint)(ushort)~checksum + Value);

    /// <summary>
    /// The unfinished checksum (a folded pseudo-header sum, not complemented, see Offload.ChecksumUnfinished) after the change.
    /// Only changes of the pseudo-header count: addresses, not ports and not options.
    /// </summary>
    public ushort ApplyToPartial(ushort folded) => Checksum.Fold((uint)folded + Value);

    /// <summary>
    /// A finished UDP checksum after the change. 0 means that the sender made none and stays so; a result of 0 is written as
    /// 0xffff (RFC 768), since 0 would take the protection away.
    /// </summary>
    public ushort ApplyToUdp(ushort checksum)
    {
        if (checksum == 0) return 0;
        ushort updated = ApplyToComplete(checksum);
        return updated == 0 ? (ushort)0xffff : updated;
    }

    private ChecksumDelta Add(uint sum) => new(Checksum.Fold((ulong)Value + sum));
}
