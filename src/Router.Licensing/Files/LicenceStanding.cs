namespace Router.Licensing.Files;

/// <summary>What a licence comes to on one day.</summary>
public enum LicenceState : byte
{
    /// <summary>There is no file: the base.</summary>
    Base,

    Valid,

    /// <summary>Its first day is still to come: the base meanwhile.</summary>
    NotYet,

    /// <summary>A trial that is over: nothing passes from licensed zones.</summary>
    Expired,

    /// <summary>Maintenance was over when this release was made: the base, until an older release runs, or maintenance is renewed.</summary>
    ReleaseTooNew,
}

/// <summary>An end that comes near.</summary>
/// <param name="What">`trial` or `maintenance`.</param>
/// <param name="On">The last day.</param>
/// <param name="DaysLeft">Days after today until then; 0 on that day.</param>
public readonly record struct ComingEnd(string What, DateOnly On, int DaysLeft);

/// <summary>A licence as it stands on one day, with one release. Pure.</summary>
/// <param name="Licence">The licence that was bought; the base if none.</param>
/// <param name="State">What it comes to.</param>
/// <param name="Ends">The ends that lie ahead, the nearest first.</param>
public sealed record LicenceStanding(Licence Licence, LicenceState State, IReadOnlyList<ComingEnd> Ends)
{
    /// <summary>Days before an end on which there is a warning.</summary>
    public static readonly int[] WarningDays = [30, 7, 1];

    /// <summary>What is counted by.</summary>
    public Licence InForce => State is LicenceState.Valid or LicenceState.Expired ? Licence : Licence.Base;

    public bool IsEnded => State == LicenceState.Expired;

    /// <param name="licence">What the file says; null if there is none.</param>
    /// <param name="today">The day in UTC, as <see cref="HighWater"/> has it.</param>
    /// <param name="release">When this release was made.</param>
    public static LicenceStanding Of(Licence? licence, DateOnly today, DateOnly release)
    {
        if (licence is null) return new(Licence.Base, LicenceState.Base, []);
        LicenceState state = licence.NotBefore > today ? LicenceState.NotYet
            : licence.Expires < today ? LicenceState.Expired
            : licence.MaintenanceUntil < release ? LicenceState.ReleaseTooNew
            : LicenceState.Valid;
        var ends = new List<ComingEnd>();
        if (licence.Expires is { } last && last >= today) ends.Add(new("trial", last, last.DayNumber - today.DayNumber));
        if (licence.MaintenanceUntil is { } until && until >= today) ends.Add(new("maintenance", until, until.DayNumber - today.DayNumber));
        ends.Sort(static (a, b) => a.DaysLeft.CompareTo(b.DaysLeft));
        return new(licence, state, ends);
    }

    /// <summary>The terms of the pool, of which the rest comes from the configuration.</summary>
    public PoolTerms Apply(PoolTerms terms) => terms with { Users = InForce.Users, DevicesPerUser = InForce.DevicesPerUser, IsEnded = IsEnded };

    /// <summary>The warning that is due for an end: the least of 30, 7 and 1 that is not less than the days left; 0 for none.</summary>
    public static int WarningFor(in ComingEnd end)
    {
        int due = 0;
        foreach (int days in WarningDays)
        {
            if (end.DaysLeft <= days) due = days;
        }
        return due;
    }
}
