using System.ComponentModel;
using System.Diagnostics;
using Router.Api;

namespace Router.Ctl;

/// <summary>
/// What systemd knows of a routerd that does not answer: in which state its unit is, and the last thing it complained of, as far as whoever
/// asks may read that. Only of the unit's own socket; what listens elsewhere was started by somebody else.
/// </summary>
internal static class UnitHints
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public static IEnumerable<string> Of(string socket)
    {
        if (socket != ControlPath.DefaultSocket || !Directory.Exists("/run/systemd/system")) yield break;
        string[] state = Ask("systemctl", "show", "routerd", "--property=LoadState,ActiveState,SubState,Result,NRestarts");
        if (state.Length > 0) yield return $"systemd says: {string.Join(", ", state)}";
        string[] last = Ask("journalctl", "--unit=routerd", "--priority=warning", "--lines=1", "--output=short-iso", "--no-pager", "--quiet");
        if (last.Length > 0) yield return $"its last complaint: {last[^1]}";
        yield return "more: systemctl status routerd; journalctl -u routerd -e";
    }

    /// <summary>What a program prints, line by line; nothing if it is not there, refuses, or takes too long.</summary>
    private static string[] Ask(string program, params string[] words)
    {
        try
        {
            using var run = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true });
            if (run is null) return [];
            Task<string> said = run.StandardOutput.ReadToEndAsync();
            if (!run.WaitForExit(s_patience))
            {
                run.Kill();
                return [];
            }
            return run.ExitCode == 0 ? said.GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
        }
        catch (Win32Exception)
        {
            return [];
        }
    }
}
