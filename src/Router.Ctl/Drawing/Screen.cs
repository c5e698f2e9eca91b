using Spectre.Console;

namespace Router.Ctl;

/// <summary>
/// Where answers for people are written. A terminal gets tables with borders and colour, cut to its width; anything else (a
/// pipe, a file) gets plain lines that grep, awk and diff can work with: one row a line, no colour, no width, no borders.
/// </summary>
internal sealed class Screen
{
    private readonly TextWriter _out;
    private readonly IAnsiConsole? _terminal;

    private Screen(TextWriter output, IAnsiConsole? terminal, bool isExact = false)
    {
        _out = output;
        _terminal = terminal;
        IsExact = isExact;
    }

    /// <summary>Whether octets and counts are written out (`--bytes`).</summary>
    public bool IsExact { get; }

    public string Octets(long octets) => Units.Octets(octets, IsExact);

    public string BitRate(double octetsPerSecond) => Units.BitRate(octetsPerSecond, IsExact);

    public string Count(long count) => Units.Count(count, IsExact);

    /// <summary>What ages are reckoned from.</summary>
    public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

    /// <summary>The terminal itself, or null.</summary>
    public IAnsiConsole? Terminal => _terminal;

    /// <summary>Plain lines.</summary>
    public static Screen Plain(TextWriter output, bool isExact = false) => new(output, null, isExact);

    /// <summary>A terminal of that many columns.</summary>
    public static Screen Of(TextWriter output, int columns, bool colour, bool isExact = false)
    {
        IAnsiConsole terminal = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        terminal.Profile.Width = columns;
        return new Screen(output, terminal, isExact);
    }

    /// <summary>
    /// For text that ends on our standard output, whatever that is, though it may be gathered in <paramref name="output"/> first.
    /// NO_COLOR is respected (no-color.org).
    /// </summary>
    public static Screen StandardOutput(TextWriter output, bool isExact = false) =>
        IsTerminal ? Of(output, Math.Max(40, Console.WindowWidth), HasColour, isExact) : Plain(output, isExact);

    /// <summary>Whether our standard output is a terminal that can place what is written.</summary>
    public static bool IsTerminal => !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>Whether colours are wanted on it.</summary>
    public static bool HasColour => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>One line of text; control characters in it do not reach the terminal.</summary>
    public void Line(string text, Style? style = null)
    {
        text = Clean(text);
        if (_terminal is null) _out.WriteLine(text);
        else _terminal.Write(new Text(text + "\n", style));
    }

    /// <summary>A line for programs, untouched.</summary>
    public void Raw(string line) => _out.WriteLine(line);

    /// <summary>The text without what could steer a terminal.</summary>
    public static string Clean(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(character => char.IsControl(character) ? '\ufffd' : character)) : text;
}
