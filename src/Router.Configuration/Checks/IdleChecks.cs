using Router.Configuration.Layers;

namespace Router.Configuration.Checks;

/// <summary>
/// Idle times that are allowed and still end what is alive: shorter than the silence between two keep-alives. Those of TCP, UDP and ICMP
/// cannot be (their least values are the RFCs'); of other protocols, and of people, nobody has laid down one.
/// </summary>
internal static class IdleChecks
{
    private const long Second = 1_000_000;

    /// <summary>Tunnels and routing protocols say something every minute or sooner; one such packet may be lost.</summary>
    private const long TunnelKeepAlive = 120 * Second;

    /// <summary>A telephone in a pocket wakes for its messages every few minutes.</summary>
    private static readonly TimeSpan s_sleep = TimeSpan.FromMinutes(5);

    public static void Check(Settings settings, Setting timeouts, Setting users)
    {
        if (settings.Timeouts.Other < TunnelKeepAlive)
        {
            timeouts.At("other").Warn($"`other` of {settings.Timeouts.Other / Second}s is no longer than a tunnel (GRE, ESP) may be silent between two keep-alives: its flow ends, and what comes in next is refused",
                "write `2m` or more; the default is 10m");
        }
        bool isAsked = settings.Users.LoginZones.Count > 0 || settings.Rules.Any(rule => rule.Source.Any(term => term.Kind == EndKind.User));
        if (isAsked && settings.Users.LoginIdle < s_sleep)
        {
            users.At("login_idle").Warn($"`login_idle` of {settings.Users.LoginIdle.TotalSeconds:0}s is shorter than a sleeping telephone is silent: people have to log in again and again",
                "write `5m` or more; the default is 120m");
        }
    }
}
