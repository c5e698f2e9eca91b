using Router.Forwarding.Rules;

namespace Router.Forwarding.Links;

/// <summary>
/// Spreads placements over links in proportion to their weights, exactly over time: smooth weighted round robin, with credits in
/// parts of a placement.
///
/// Each placement is divided among the links that could have taken it, by weight; each link's part is added to its credit, the
/// link with the most credit gets the placement, and the sum of the parts is taken from it. So the credits always add up to zero,
/// and a link's credit is what it should have got so far less what it got. As the richest is always served, no credit goes far
/// from zero: the shares come out right within a placement or two, whatever went before.
///
/// The links that can take a placement may be others each time: links fail and return, and rules and families have their own. A
/// link that is not among them gets no part and pays nothing. Its credit stays as it was, below a placement or two, so a link
/// that returns takes its share of what comes from then on, and no rush to make up for its absence.
///
/// Whole numbers, so that nothing drifts. A restart forgets less than two placements for each link. [A]
/// </summary>
internal sealed class Balance
{
    /// <summary>One placement. Weights up to 2^30 and any number of links leave room in 64 bits.</summary>
    private const long Placement = 1L << 32;

    private readonly long[] _credits = new long[PortId.Most + 1];

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
        return richest;
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

    private static long Total(ReadOnlySpan<LinkPolicy> links, ulong candidates)
    {
        long total = 0;
        foreach (LinkPolicy link in links) total += PartOf(link, candidates);
        return total;
    }

    private static long PartOf(LinkPolicy link, ulong candidates) => (candidates & link.Id.Bit) != 0 ? Math.Max(0, link.Weight) : 0;
}
