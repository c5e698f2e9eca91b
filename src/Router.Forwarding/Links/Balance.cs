using Router.Forwarding.Rules;
using Router.Tables;

namespace Router.Forwarding.Links;

/// <summary>
/// Spreads placements over links in proportion to their weights, exactly over time: smooth weighted round robin, with credits in
/// parts of a placement.
///
/// Each placement is divided among the links that could have taken it, by weight; each link's part is added to its credit, the
/// link with the most credit gets the placement, and the sum of the parts is taken from it. So the credits always add up to zero,
/// and a link's credit is what it should have got so far less what it got. As the richest is always served, no credit goes far
/// from zero: the shares come out right within a placement or two, whatever went before. (Somebody who chose for each placement
/// which links may take it, in order to do harm, could get further, by no more than one placement for each link: tests try.)
///
/// The links that can take a placement may be others each time: links fail and return, and rules and families have their own. A
/// link that is not among them gets no part and pays nothing. Its credit stays as it was, below a placement or two, so a link
/// that returns takes its share of what comes from then on, and no rush to make up for its absence.
///
/// Whole numbers, so that nothing drifts. The credits outlive the process in a table (<see cref="Turn"/>). A process that died
/// between two of its writes leaves a sum that is not zero; the next one puts that right. [A]
/// </summary>
internal sealed class Balance
{
    /// <summary>One placement. Weights up to 2^30 and any number of links leave room in 64 bits.</summary>
    private const long Placement = 1L << 32;

    private readonly long[] _credits = new long[PortId.Most + 1];
    private readonly int[] _entries = new int[PortId.Most + 1];
    private readonly MappedTable<Turn>? _kept;
    private readonly PinMode _kind;

    /// <summary>Begins at nought, and is kept nowhere.</summary>
    public Balance() { }

    /// <param name="kept">Where the credits of this kind of placement are, and go.</param>
    /// <param name="kind">What is placed as one.</param>
    public Balance(MappedTable<Turn> kept, PinMode kind)
    {
        (_kept, _kind) = (kept, kind);
        _entries.AsSpan().Fill(-1);
        for (int id = kept.NextLive(-1); id >= 0; id = kept.NextLive(id)) Adopt(id);
        Settle();
    }

    /// <summary>
    /// The link for the next host or connection, or null when none may take it. The placement counts as made.
    /// </summary>
    /// <param name="links">Their weights; 0 is never chosen. Equal credits go to the earlier one.</param>
    /// <param name="candidates">The links that may take this placement, one bit each.</param>
    public PortId? Choose(ReadOnlySpan<LinkPolicy> links, ulong candidates)
    {
        if (Next(links, candidates) is not { } richest) return null;
        long total = Total(links, candidates), given = 0;
        foreach (LinkPolicy link in links)
        {
            // Rounded down; what is taken back below is the sum of just these parts.
            long part = PartOf(link, candidates) * Placement / total;
            given += part;
            _credits[link.Id.Value] += part;
        }
        _credits[richest.Value] -= given;
        foreach (LinkPolicy link in links) Keep(link.Id);
        return richest;
    }

    /// <summary>Lets links begin at nought, as their numbers pass to others.</summary>
    /// <param name="links">One bit each.</param>
    public void Forget(ulong links)
    {
        for (; links != 0; links &= links - 1) _credits[ulong.TrailingZeroCount(links)] = 0;
        Settle();
    }

    /// <summary>The link that <see cref="Choose"/> would name now. Nothing counts as made.</summary>
    public PortId? Next(ReadOnlySpan<LinkPolicy> links, ulong candidates)
    {
        long total = Total(links, candidates), most = long.MinValue;
        PortId? richest = null;
        foreach (LinkPolicy link in links)
        {
            long weight = PartOf(link, candidates);
            if (weight == 0) continue;
            long credit = _credits[link.Id.Value] + weight * Placement / total;
            if (credit <= most) continue;
            most = credit;
            richest = link.Id;
        }
        return richest;
    }

    /// <summary>What a link should have got so far less what it got, in placements.</summary>
    internal double CreditOf(PortId link) => (double)_credits[link.Value] / Placement;

    // What only damage can leave is not believed.
    private void Adopt(int id)
    {
        Turn turn = _kept![id];
        if (turn.Kind != _kind) return;
        if (turn.Link.Value >= PortId.Most || _entries[turn.Link.Value] >= 0 || Math.Abs(turn.Credit / Placement) > PortId.Most)
        {
            _kept.Free(id);
            return;
        }
        (_entries[turn.Link.Value], _credits[turn.Link.Value]) = (id, turn.Credit);
    }

    // Makes the sum zero again: whoever is furthest on the side of the sum pays, or is paid, for it.
    private void Settle()
    {
        long sum = 0;
        int furthest = 0;
        for (int link = 0; link < PortId.Most; link++) sum += _credits[link];
        for (int link = 1; link < PortId.Most; link++)
        {
            if (sum > 0 ? _credits[link] > _credits[furthest] : _credits[link] < _credits[furthest]) furthest = link;
        }
        _credits[furthest] -= sum;
        for (byte link = 0; link < PortId.Most; link++) Keep(new PortId(link));
    }

    // A full table, which only a full file system makes, keeps less.
    private void Keep(PortId link)
    {
        if (_kept is null) return;
        ref int entry = ref _entries[link.Value];
        if (entry < 0 && (_credits[link.Value] == 0 || !Begin(link, out entry))) return;
        _kept[entry].Credit = _credits[link.Value];
    }

    private bool Begin(PortId link, out int entry)
    {
        if (!_kept!.TryTake(out entry)) return false;
        (_kept[entry].Kind, _kept[entry].Link) = (_kind, link);
        _kept.Commit(entry);
        return true;
    }

    private static long Total(ReadOnlySpan<LinkPolicy> links, ulong candidates)
    {
        long total = 0;
        foreach (LinkPolicy link in links) total += PartOf(link, candidates);
        return total;
    }

    private static long PartOf(LinkPolicy link, ulong candidates) => (candidates & link.Id.Bit) != 0 ? Math.Max(0, link.Weight) : 0;
}
