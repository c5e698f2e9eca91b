namespace Router.Licensing;

/// <summary>How full a counter is, as far as anybody is warned of it.</summary>
public enum Fullness : byte { Ample, Nearly, Full }

/// <summary>
/// Warns when a counter comes to 80 and to 100 percent, once each; again only after it has been well below (70 and 90 percent), so
/// that one machine that comes and goes at the edge does not fill the journal.
/// </summary>
internal struct Gauge
{
    private Fullness _told;

    /// <summary>Takes a level as known already: after a restart, or when the terms have changed.</summary>
    public void Begin(int used, int limit) => _told = Level(used, limit, 80, 100);

    /// <summary>Looks at the counter; answers what is to be said now, or null.</summary>
    public Fullness? Look(int used, int limit)
    {
        Fullness risen = Level(used, limit, 80, 100);
        if (risen > _told)
        {
            _told = risen;
            return risen;
        }
        Fullness fallen = Level(used, limit, 70, 90);
        if (fallen < _told) _told = fallen;
        return null;
    }

    private static Fullness Level(int used, int limit, int nearly, int full) =>
        (long)used * 100 >= (long)limit * full ? Fullness.Full : (long)used * 100 >= (long)limit * nearly ? Fullness.Nearly : Fullness.Ample;
}
