using System.Diagnostics;
using System.Text;

namespace Router.Lab.Kernel;

/// <summary>
/// A program that runs beside the test: a server, a long download, a daemon. It is ended by its process id, at the
/// latest on Dispose, and never by its name, since other labs may run beside this one.
/// </summary>
internal sealed class BackgroundProgram : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _ended;

    private BackgroundProgram(Process process, string commandLine)
    {
        _process = process;
        CommandLine = commandLine;
    }

    public string CommandLine { get; }

    public int Pid => _process.Id;

    public bool Running => !_process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>From the start to the end, or to now.</summary>
    public TimeSpan Took => _ended == default ? _clock.Elapsed : _ended;

    /// <summary>All it has written so far, both streams in the order of arrival.</summary>
    public string Said
    {
        get { lock (_lock) return _said.ToString(); }
    }

    public static BackgroundProgram Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = Command.Describe(program, arguments);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var running = new BackgroundProgram(process, $"{program} {string.Join(' ', start.ArgumentList)}");
        process.Exited += (_, _) => running._ended = running._clock.Elapsed;
        process.OutputDataReceived += (_, line) => running.Append(line.Data);
        process.ErrorDataReceived += (_, line) => running.Append(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return running;
    }

    public void Write(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    public void CloseInput() => _process.StandardInput.Close();

    public void Signal(int signal)
    {
        if (Running) _ = Libc.kill(Pid, signal);
    }

    /// <summary>Waits for the end; false when the time is over first.</summary>
    public bool WaitForExit(TimeSpan limit)
    {
        if (!_process.WaitForExit(limit)) return false;
        _process.WaitForExit(); // the streams to their ends
        return true;
    }

    /// <summary>Waits until it has written <paramref name="text"/>.</summary>
    public void WaitToSay(string text, TimeSpan limit) =>
        Wait.Until(() => Said.Contains(text, StringComparison.Ordinal), limit, () => $"{CommandLine} never said '{text}':\n{Said}");

    /// <summary>Asks it to end, and kills it when it has not within two seconds.</summary>
    public void Stop()
    {
        Signal(Libc.SIGTERM);
        if (!_process.WaitForExit(TimeSpan.FromSeconds(2))) Kill();
    }

    public void Kill()
    {
        if (Running) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Stop();
        _process.Dispose();
    }

    private void Append(string? line)
    {
        if (line is null) return;
        lock (_lock) _said.AppendLine(line);
    }
}
