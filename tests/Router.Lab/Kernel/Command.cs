using System.Diagnostics;
using System.Text;

namespace Router.Lab.Kernel;

/// <summary>What a program said and how it ended.</summary>
internal sealed record Outcome(string CommandLine, int ExitCode, string Output, string Error, TimeSpan Took)
{
    public bool Succeeded => ExitCode == 0;

    /// <summary>The output without the white space around it.</summary>
    public string Text => Output.Trim();

    /// <summary>Itself, or an exception that shows all there is to see.</summary>
    public Outcome OrThrow() => Succeeded ? this : throw new LabException(ToString());

    public override string ToString() =>
        $"{CommandLine}\n  status {ExitCode} after {Took.TotalMilliseconds:F0} ms\n  out: {Output.Trim()}\n  err: {Error.Trim()}";
}

/// <summary>The lab itself failed, as opposed to what it examines.</summary>
public sealed class LabException(string message) : Exception(message);

/// <summary>Runs a program to its end and keeps what it said. A program that outlives its time is killed by its id.</summary>
internal static class Command
{
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(30);

    public static Outcome Run(string program, IEnumerable<string> arguments, string? input = null, TimeSpan? limit = null)
    {
        ProcessStartInfo start = Describe(program, arguments);
        var clock = Stopwatch.StartNew();
        using Process process = Process.Start(start) ?? throw new LabException($"{program}: did not start");
        var output = new StringBuilder();
        var error = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (input is not null) process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(limit ?? DefaultLimit))
        {
            process.Kill(entireProcessTree: true);
            error.AppendLine($"(killed after {clock.Elapsed.TotalSeconds:F0} s)");
        }
        process.WaitForExit();
        string line = $"{program} {string.Join(' ', start.ArgumentList)}";
        return new Outcome(line, process.ExitCode, output.ToString(), error.ToString(), clock.Elapsed);
    }

    /// <summary>`ip` with many lines at once: one process instead of dozens.</summary>
    public static void IpBatch(IEnumerable<string> lines)
    {
        string text = string.Join('\n', lines) + "\n";
        Outcome outcome = Run("ip", ["-batch", "-"], text);
        if (!outcome.Succeeded) throw new LabException($"{outcome}\n{text}");
    }

    public static Outcome Shell(string script, TimeSpan? limit = null) => Run("bash", ["-c", script], null, limit);

    internal static ProcessStartInfo Describe(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return start;
    }

    private static void Append(StringBuilder to, string? line)
    {
        if (line is null) return;
        lock (to) to.AppendLine(line);
    }
}
