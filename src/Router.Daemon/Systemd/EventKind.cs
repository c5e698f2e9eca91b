namespace Router.Daemon.Systemd;

/// <summary>
/// A kind of line in the journal, and, of those that may come in storms, how many the journal gets: <paramref name="Burst"/> in each
/// window of <paramref name="Window"/>, which begins with the first; the rest are counted and told as one line at its end.
/// </summary>
/// <param name="Name">Kebab-case; the journal's field EVENT.</param>
/// <param name="Topic">What `routerctl events --kind` goes by; the journal's field KIND.</param>
/// <param name="Id">The journal's MESSAGE_ID: 128 bits as 32 lower-case hexadecimal digits (sd_id128 of systemd).</param>
/// <param name="Burst">Lines in one window, at least 1.</param>
/// <param name="Window">Length of the window; none if it never suppresses.</param>
internal sealed record EventKind(string Name, string Topic, string Id, int Burst = int.MaxValue, TimeSpan Window = default)
{
    /// <summary>Whether lines of this kind are ever suppressed.</summary>
    public bool MayStorm => Burst < int.MaxValue;
}
