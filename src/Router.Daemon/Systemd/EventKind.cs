namespace Router.Daemon.Systemd;

/// <summary>
/// A kind of event that may come in storms, and how many of them the journal gets: <paramref name="Burst"/> in each window of
/// <paramref name="Window"/>, which begins with the first; the rest are counted and told as one line at its end.
/// </summary>
/// <param name="Name">Kebab-case; also the journal's field EVENT.</param>
/// <param name="Burst">Lines in one window, at least 1.</param>
/// <param name="Window">Length of the window.</param>
internal sealed record EventKind(string Name, int Burst, TimeSpan Window);
