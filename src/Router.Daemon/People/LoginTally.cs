using Router.Licensing;

namespace Router.Daemon.People;

/// <summary>
/// How often somebody tried to log in, by how and with what result, since the process began. Both are words of the program, so the counters
/// are a small table, however many strangers try what. Any thread.
/// </summary>
internal sealed class LoginTally
{
    private const string Guest = "welcome";

    private static readonly string[] s_methods = [.. Enum.GetNames<LoginMethod>().Select(name => name.ToLowerInvariant()), Guest];

    private static readonly string[] s_results =
        ["ok", "wrong-password", "delayed", "no-directory", "no-seat", "max-devices", "disabled", "unknown-user", "not-local", "ended", "no-room", "no-welcome", "other"];

    private readonly long[] _counts = new long[s_methods.Length * s_results.Length];

    /// <summary>One login that routerd decided on: the word of its refusal, or null.</summary>
    public void Count(LoginMethod method, string? refusal) => Count((int)method, refusal ?? "ok");

    /// <summary>A guest's wish.</summary>
    public void CountGuest(string? refusal) => Count(s_methods.Length - 1, refusal ?? "ok");

    /// <summary>A login that router-web refused, by its sentence.</summary>
    public void CountFailure(string why) => Count((int)LoginMethod.Web,
        why.StartsWith("wrong name", StringComparison.Ordinal) ? "wrong-password"
        : why.StartsWith("too many attempts", StringComparison.Ordinal) ? "delayed"
        : why.StartsWith("the directory does not answer", StringComparison.Ordinal) ? "no-directory" : "other");

    /// <summary>All that happened, and of each method also that which succeeded, if never.</summary>
    public IEnumerable<(string Method, string Result, long Count)> Read()
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            long count = Volatile.Read(ref _counts[i]);
            if (count > 0 || i % s_results.Length == 0) yield return (s_methods[i / s_results.Length], s_results[i % s_results.Length], count);
        }
    }

    private void Count(int method, string result)
    {
        int place = Array.IndexOf(s_results, result);
        if (place < 0) place = s_results.Length - 1;
        Interlocked.Increment(ref _counts[(method * s_results.Length) + place]);
    }
}
