using System.Text;

namespace Router.Web.Serving;

/// <summary>
/// What the administrator reads in `journalctl -u router-web`: lines on stderr with journald's priority in front. Little: who logs in, and who
/// fails, is told to routerd, which writes it among its own events. Control characters are written as `?`, so that nothing that a stranger
/// or a server sent can look like a line of ours.
/// </summary>
internal sealed class Log(TextWriter output)
{
    private readonly Lock _lock = new();

    public void Error(string what) => Write(3, what);

    public void Warning(string what) => Write(4, what);

    public void Notice(string what) => Write(5, what);

    private void Write(int priority, string what)
    {
        var line = new StringBuilder(what.Length + 4).Append('<').Append(priority).Append('>');
        foreach (char c in what) line.Append(char.IsControl(c) ? '?' : c);
        lock (_lock)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }
}
