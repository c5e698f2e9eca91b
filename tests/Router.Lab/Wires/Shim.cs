using Router.Lab.Kernel;

namespace Router.Lab.Wires;

/// <summary>
/// The handle of a running shim: a program (<see cref="ShimProgram"/>) that carries frames between the two interfaces
/// of a namespace and makes the wire as bad as it is told. A command is a line to it, its answer is a line from it.
/// </summary>
internal sealed class Shim : IDisposable
{
    public const string RouterSide = "router";
    public const string ProviderSide = "provider";

    private readonly BackgroundProgram _program;
    private int _answers;

    private Shim(NetworkNamespace space, BackgroundProgram program)
    {
        Namespace = space;
        _program = program;
    }

    public NetworkNamespace Namespace { get; }

    /// <summary>Brings both interfaces up and starts to carry between them.</summary>
    public static Shim Start(NetworkNamespace space)
    {
        foreach (string port in new[] { RouterSide, ProviderSide })
        {
            space.Run("ip", "link", "set", port, "up").OrThrow();
        }
        var shim = new Shim(space, space.Start(Environment.ProcessPath!, "shim", RouterSide, ProviderSide));
        shim._program.WaitToSay("ready", TimeSpan.FromSeconds(10));
        return shim;
    }

    /// <summary>Nothing passes, in either direction, and nobody is told.</summary>
    public void BlackHole(bool on) => Tell($"blackhole {(on ? "on" : "off")}");

    public void Delay(TimeSpan delay, TimeSpan jitter = default) => Tell($"delay {delay.TotalMicroseconds:F0} {jitter.TotalMicroseconds:F0}");

    /// <summary>Shares of all frames, 0 to 1.</summary>
    public void Loss(double share) => Tell($"loss {share}");

    /// <summary>Of each <paramref name="of"/> IPv4 packets towards the provider, so many are lost, evenly spread.</summary>
    public void Toll(int lost, int of) => Tell($"toll {lost} {of}");

    public void Duplicate(double share) => Tell($"duplicate {share}");

    public void Reorder(double share) => Tell($"reorder {share}");

    /// <summary>Bits per second in each direction; 0 is no limit.</summary>
    public void Rate(long bitsPerSecond) => Tell($"rate {bitsPerSecond}");

    /// <summary>Frames seen and carried since the start, towards the provider and towards the router.</summary>
    public ShimCounts Counts() => ShimCounts.Parse(Tell("counts"));

    /// <summary>Gives the program one command and returns its answer.</summary>
    public string Tell(string command)
    {
        lock (_program)
        {
            _answers++;
            string mark = $"#{_answers} ";
            _program.Write(mark + command);
            Wait.Until(() => AnswerTo(mark) is not null, TimeSpan.FromSeconds(5), () => $"shim: no answer to '{command}': {_program.Said}");
            string answer = AnswerTo(mark)!;
            return answer.StartsWith("ok", StringComparison.Ordinal) ? answer[2..].Trim() : throw new LabException($"shim: {answer}");
        }
    }

    public void Dispose()
    {
        if (_program.Running) _program.CloseInput();
        _program.Dispose();
    }

    private string? AnswerTo(string mark) => _program.Said.Split('\n')
        .Where(line => line.StartsWith(mark, StringComparison.Ordinal)).Select(line => line[mark.Length..]).FirstOrDefault();
}

/// <summary>Frames in one direction: read from one side, written to the other, and why the rest was not.</summary>
internal readonly record struct Carried(long Seen, long Sent, long Lost, long Swallowed);

internal readonly record struct ShimCounts(Carried ToProvider, Carried ToRouter)
{
    internal static ShimCounts Parse(string line)
    {
        long[] n = [.. line.Split(' ').Select(long.Parse)];
        return new ShimCounts(new Carried(n[0], n[1], n[2], n[3]), new Carried(n[4], n[5], n[6], n[7]));
    }
}
