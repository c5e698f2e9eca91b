using System.Globalization;
using System.Runtime.CompilerServices;

namespace Router.Daemon.Systemd;

/// <summary>
/// The text of a journal line that may be suppressed: the compiler turns an interpolated string into calls of this, and while
/// the kind of event is over its burst none of them is made, so a storm formats and allocates nothing.
/// </summary>
[InterpolatedStringHandler]
internal ref struct JournalMessage
{
    private DefaultInterpolatedStringHandler _text;

    public JournalMessage(int literalLength, int formattedCount, Journal journal, EventKind kind, Priority priority, out bool admitted)
    {
        Admitted = admitted = journal.Admits(kind, priority);
        if (admitted) _text = new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture);
    }

    public bool Admitted { get; }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    public void AppendFormatted(ReadOnlySpan<char> value) => _text.AppendFormatted(value);

    /// <summary>The whole text; may be taken once.</summary>
    public string Take() => _text.ToStringAndClear();
}
