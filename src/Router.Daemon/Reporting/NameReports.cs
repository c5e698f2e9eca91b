using Router.Configuration;
using Router.Daemon.Naming;
using Router.Wire;

namespace Router.Daemon.Reporting;

/// <summary>What the daemon says of the host names that rules speak of.</summary>
internal static class NameReports
{
    /// <summary>Names without an address that one answer names.</summary>
    private const int MostNameless = 5;

    private const int MostDoubts = 20;

    /// <summary>The names that either address has, and those that have none, so that no rule matches by them.</summary>
    /// <param name="known">What is known.</param>
    /// <param name="from">The sender.</param>
    /// <param name="to">The destination.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public static IEnumerable<string> About(IReadOnlyDictionary<string, KnownName> known, Address from, Address to, long now)
    {
        foreach (Address address in (Address[])[from, to])
        {
            foreach ((string name, KnownName what) in known)
            {
                if (what.Addresses.Contains(address)) yield return $"{address} is {name}, {Age(what, now)}";
            }
        }
        foreach ((string name, KnownName what) in known.Where(one => one.Value.Addresses.Length == 0).Take(MostNameless))
        {
            yield return $"{name} has no address now, {Age(what, now)}";
        }
    }

    /// <summary>What is doubtful about the names of a configuration, as far as the daemon has asked for them.</summary>
    public static IEnumerable<ConfigurationError> Doubts(string file, IEnumerable<string> names, IReadOnlyDictionary<string, KnownName> known) =>
        names.Select(name => Doubt(file, name, known.GetValueOrDefault(name, KnownName.Nothing))).OfType<ConfigurationError>().Take(MostDoubts);

    private static ConfigurationError? Doubt(string file, string name, KnownName known)
    {
        if (known.Failures > 0)
        {
            string meanwhile = known.Addresses.Length > 0 ? "its last addresses stay in force" : "rules match nothing by it";
            return new ConfigurationError(file, 0, 0, $"host name `{name}` cannot be looked up: {known.Fault}; {meanwhile}",
                "look at /etc/resolv.conf, and whether a rule lets `firewall` ask", Severity.Warning);
        }
        return known is { AskedAt: > 0, Addresses.Length: 0 }
            ? new ConfigurationError(file, 0, 0, $"host name `{name}` has no address: rules match nothing by it", "look for a mistake in the name", Severity.Warning) : null;
    }

    private static string Age(KnownName known, long now) =>
        known.AskedAt == 0 ? "not looked up yet"
        : known.Failures > 0 ? $"and cannot be looked up: {known.Fault}"
        : $"looked up {(now - known.AskedAt) / 1_000_000} s ago, next in {Math.Max(0, known.Due - now) / 1_000_000} s";
}
