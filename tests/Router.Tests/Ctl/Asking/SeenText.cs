using System.Text;

namespace Router.Tests.Ctl.Asking;

/// <summary>A terminal's text, written from any thread, and whether something has been seen in it.</summary>
internal sealed class SeenText(string wanted) : TextWriter
{
    private readonly StringBuilder _text = new();
    private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Seen => _seen.Task;

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value)
    {
        lock (_text)
        {
            _text.Append(value);
            if (_text.ToString().Contains(wanted, StringComparison.Ordinal)) _seen.TrySetResult();
        }
    }

    public override Task WriteAsync(string? value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    public override Task WriteLineAsync(string? value) => WriteAsync(value + "\n");

    public override Task WriteLineAsync() => WriteAsync("\n");

    public override string ToString()
    {
        lock (_text) return _text.ToString();
    }
}
