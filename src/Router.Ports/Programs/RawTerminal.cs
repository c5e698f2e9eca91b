using System.Runtime.InteropServices;
using Router.Ports.Linux;
using static Router.Ports.Linux.Termios;

namespace Router.Ports;

/// <summary>
/// The terminal of standard input, given over to a program that draws the whole screen: keys come one by one, unseen, and signals of keys
/// come as keys. <see cref="Dispose"/> puts it back as it was; so must whoever has it at every end, as a shell with a raw terminal is of no use.
/// </summary>
public sealed unsafe class RawTerminal : IDisposable
{
    private const int Input = 0, Output = 1;

    private readonly byte[] _before = new byte[Room];
    private bool _isRaw;

    /// <exception cref="PortException">Standard input is no terminal.</exception>
    public RawTerminal()
    {
        fixed (byte* before = _before)
        {
            if (tcgetattr(Input, before) != 0) throw new PortException($"standard input is no terminal: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    public void Enter()
    {
        byte* raw = stackalloc byte[Room];
        _before.CopyTo(new Span<byte>(raw, Room));
        cfmakeraw(raw);
        _isRaw = tcsetattr(Input, TCSAFLUSH, raw) == 0;
    }

    public void Leave()
    {
        if (!_isRaw) return;
        _isRaw = false;
        fixed (byte* before = _before) _ = tcsetattr(Input, TCSAFLUSH, before);
    }

    /// <summary>Throws away what was typed into standard input and not read yet; nothing happens where it is no terminal.</summary>
    public static void ForgetTyped() => _ = tcflush(Input, TCIFLUSH);

    /// <summary>Columns and rows; 80 by 24 where the terminal does not tell, as on a serial line.</summary>
    public static (int Columns, int Rows) Size()
    {
        winsize size;
        return SysIoctl.ioctl(Output, TIOCGWINSZ, &size) == 0 && size is { ws_col: > 0, ws_row: > 0 } ? (size.ws_col, size.ws_row) : (80, 24);
    }

    /// <summary>Stops this process, as Ctrl-Z does, until it is continued.</summary>
    public static void Suspend() => _ = SysSignal.kill(Environment.ProcessId, SysSignal.SIGSTOP);

    public void Dispose() => Leave();
}
