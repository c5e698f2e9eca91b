using System.Globalization;
using Router.Daemon.Systemd;

namespace Router.Daemon.History;

/// <summary>
/// One thing that happened, as it is kept:
///
///     MILLISECONDS PRIORITY KIND LINK STATE TEXT
///
/// with `-` for no link and no state; TEXT is the rest, spaces and all.
/// </summary>
/// <param name="Time">Milliseconds since 1970, UTC.</param>
/// <param name="Priority">How much it mattered.</param>
/// <param name="Kind">One word: state, flows, reload, start, ...</param>
/// <param name="Link">The link that it is about, or nothing.</param>
/// <param name="State">The link's state since then, or nothing.</param>
/// <param name="Text">What happened; of a change of state, its cause.</param>
internal readonly record struct HistoryEvent(long Time, Priority Priority, string Kind, string Link, string State, string Text)
{
    public const string StateKind = "state";

    /// <summary>Kinds that hosts can cause, as often as they like: kept apart, so that they never push out what a link did.</summary>
    public static readonly string[] HostKinds = ["limit", "no-room", "stuck-sender"];

    public DateTimeOffset When => DateTimeOffset.FromUnixTimeMilliseconds(Time);

    /// <summary>
    /// What a journal line is to the history, where its kind is the topic; null if it is none of its business.
    /// </summary>
    public static HistoryEvent? Of(long time, Priority priority, EventKind kind, string message, ReadOnlySpan<(string Field, string Value)> fields)
    {
        if (priority > Priority.Notice) return null;
        string text = kind.Topic == StateKind ? Find(fields, "CAUSE") : message;
        return new HistoryEvent(time, priority, kind.Topic, Find(fields, "LINK"), Find(fields, "STATE"), text);
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Time} {(int)Priority} {Word(Kind)} {Word(Link)} {Word(State)} {Text}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, out HistoryEvent read)
    {
        read = default;
        string[] words = text.Split(' ', 6);
        if (words.Length != 6 || !long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out long time) || time > LastTime) return false;
        if (!int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int priority) || !Enum.IsDefined((Priority)priority)) return false;
        read = new HistoryEvent(time, (Priority)priority, words[2], Unword(words[3]), Unword(words[4]), words[5]);
        return words[2].Length > 0;
    }

    /// <summary>The end of the calendar that .NET has.</summary>
    public static readonly long LastTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>A word that holds a place in a line.</summary>
    internal static string Word(string text) => text.Length == 0 ? "-" : string.Concat(text.Select(letter => letter <= ' ' ? '_' : letter));

    internal static string Unword(string text) => text == "-" ? "" : text;

    private static string Find(ReadOnlySpan<(string Field, string Value)> fields, string name)
    {
        foreach ((string field, string value) in fields)
        {
            if (field == name) return value;
        }
        return "";
    }
}
