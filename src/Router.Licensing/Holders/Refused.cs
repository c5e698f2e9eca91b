namespace Router.Licensing.Holders;

/// <summary>
/// Who was refused lately: at most 64, the one that was heard of longest ago gives way. So a host that invents addresses fills this
/// list and nothing else. Callers hold the pool's lock; noting a newcomer allocates nothing.
/// </summary>
internal sealed class Refused
{
    /// <summary>How many are remembered.</summary>
    public const int Most = 64;

    /// <summary>A newcomer that has been silent for so long is told of again, microseconds.</summary>
    private const long Silence = 900_000_000;

    private readonly RefusedNewcomer[] _list = new RefusedNewcomer[Most];
    private int _count;

    /// <summary>Notes a refusal; answers whether it is news.</summary>
    public bool Note(in RefusedNewcomer refusal)
    {
        int oldest = 0;
        for (int at = 0; at < _count; at++)
        {
            ref RefusedNewcomer known = ref _list[at];
            if (known.Occasion.Host == refusal.Occasion.Host && known.Why == refusal.Why && known.User == refusal.User)
            {
                bool isNews = refusal.Last - known.Last > Silence;
                known = refusal with { First = isNews ? refusal.First : known.First, Times = known.Times + 1 };
                return isNews;
            }
            if (known.Last < _list[oldest].Last) oldest = at;
        }
        _list[_count < Most ? _count++ : oldest] = refusal with { Times = 1 };
        return true;
    }

    /// <summary>Forgets an address, which has got what it wanted.</summary>
    public void Forget(Wire.Address host, RefusalCause cause)
    {
        for (int at = _count - 1; at >= 0; at--)
        {
            if (_list[at].Occasion.Host != host || _list[at].Why != cause) continue;
            _list[at] = _list[--_count];
            _list[_count] = default;
        }
    }

    /// <summary>The latest first.</summary>
    public RefusedNewcomer[] Read()
    {
        RefusedNewcomer[] copy = _list[.._count];
        Array.Sort(copy, static (a, b) => b.Last.CompareTo(a.Last));
        return copy;
    }
}
