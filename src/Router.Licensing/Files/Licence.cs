namespace Router.Licensing.Files;

/// <summary>
/// What somebody has bought, or tries: the content of a licence file. Dates are whole days in UTC; a last day is part of what it ends.
/// </summary>
/// <param name="Number">Names it in letters and in the journal.</param>
/// <param name="Holder">For whom it was issued.</param>
/// <param name="Users">How many users, at least 1.</param>
/// <param name="DevicesPerUser">How many devices for each of them, at least 1.</param>
/// <param name="Issued">When it was issued.</param>
/// <param name="NotBefore">The first day on which it holds.</param>
/// <param name="Expires">The last day of a trial; null for one without end.</param>
/// <param name="MaintenanceUntil">Releases up to that day may run with it; null for all.</param>
public sealed record Licence(
    string Number, string Holder, int Users, int DevicesPerUser, DateOnly Issued, DateOnly? NotBefore = null, DateOnly? Expires = null, DateOnly? MaintenanceUntil = null)
{
    public const int MostUsers = 1_000_000;
    public const int MostDevicesPerUser = 1000;

    /// <summary>Devices for each user where a licence does not say otherwise.</summary>
    public const int UsualDevicesPerUser = 5;

    /// <summary>What holds without any file.</summary>
    public static readonly Licence Base = new("base", "", 5, UsualDevicesPerUser, DateOnly.MinValue);
}
