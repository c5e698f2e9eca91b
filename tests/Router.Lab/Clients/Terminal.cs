using System.Globalization;

using Router.Lab.Kernel;

namespace Router.Lab.Clients;

/// <summary>A real terminal (tmux, with a server of its own) with a program on it: keys go in, and what stands on the screen is read as a person would.</summary>
internal sealed class Terminal : IDisposable
{
    private static int s_last;

    private readonly string _socket;

    /// <param name="directory">For its socket.</param>
    /// <param name="columns">How wide.</param>
    /// <param name="rows">How high.</param>
    /// <param name="script">What the shell in it runs.</param>
    public Terminal(string directory, int columns, int rows, string script)
    {
        _socket = Path.Combine(directory, $"tmux-{Interlocked.Increment(ref s_last)}");
        // The window outlives its program, so that its last screen can be read.
        Tmux("-f", "/dev/null", "new-session", "-d", "-x", $"{columns}", "-y", $"{rows}", "env", "LC_ALL=C.UTF-8", "bash", "--norc", "-c", $"{script}; exec sleep 600").OrThrow();
        Tmux("set-option", "-g", "status", "off").OrThrow();
        Resize(columns, rows);
    }

    /// <summary>What stands on it, a line each.</summary>
    public string[] Lines => Tmux("capture-pane", "-p").OrThrow().Output.Split('\n');

    public string Text => string.Join('\n', Lines);

    public bool IsOnSecondScreen => Tmux("display-message", "-p", "#{alternate_on}").Text == "1";

    public bool HasCursor => Tmux("display-message", "-p", "#{cursor_flag}").Text == "1";

    /// <summary>Presses keys, by tmux's names: "q", "Down", "C-c", "Enter".</summary>
    public void Press(params string[] keys) => Tmux(["send-keys", .. keys]).OrThrow();

    /// <summary>Types letters.</summary>
    public void Type(string text) => Tmux("send-keys", "-l", text).OrThrow();

    public void Resize(int columns, int rows) =>
        Tmux("resize-window", "-x", columns.ToString(CultureInfo.InvariantCulture), "-y", rows.ToString(CultureInfo.InvariantCulture)).OrThrow();

    public void WaitFor(Func<string, bool> shows, string what) =>
        Wait.Until(() => shows(Text), TimeSpan.FromSeconds(20), () => $"{what} is not on the screen:\n{Text}");

    public void WaitFor(string text) => WaitFor(screen => screen.Contains(text, StringComparison.Ordinal), $"'{text}'");

    public void Dispose() => Tmux("kill-server");

    private Outcome Tmux(params string[] words) => Command.Run("tmux", ["-S", _socket, .. words]);
}
