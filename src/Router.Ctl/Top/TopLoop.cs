using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;
using Router.Api;
using Router.Ctl.Pages;
using Router.Ports;

namespace Router.Ctl.Top;

/// <summary>
/// `routerctl top` on a terminal: keys, the clock, answers and the window's size come into one queue, and whatever comes changes the state and is
/// drawn. routerd is asked once a period and never twice at a time; if it does not answer, the last picture stays, says so, and it is asked again.
///
/// The terminal is put back at every end: a key, Ctrl-C, a signal that ends, a terminal that hangs up, or a fault. Before a stop by
/// Ctrl-Z too, and taken again afterwards.
/// </summary>
internal sealed class TopLoop : IDisposable
{
    /// <summary>The second screen, no cursor, no line wrap; and back (DEC private modes 1049, 25, 7).</summary>
    private const string TakeScreen = "\e[?1049h\e[?25l\e[?7l", GiveScreen = "\e[0m\e[?7h\e[?25h\e[?1049l";

    private const int MostWaiting = 256;

    private readonly ControlClient _client;
    private readonly RawTerminal _terminal = new();
    private readonly TopState _state;
    private readonly LastMinute _lastMinute = new();
    private readonly TopPicture _picture;
    private readonly bool _unicode = HasUnicode();
    private readonly Channel<Happened> _queue = Channel.CreateBounded<Happened>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.Wait });
    private readonly FileStream _output = new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
    private Frame? _shown;
    private string? _away;
    private bool _isAsking, _asksAgain;

    /// <summary>One thing that came: keys, an answer or why there is none, a sentence to show, or what else is to be done.</summary>
    private sealed record Happened(List<Key>? Keys = null, TopReport? Answer = null, string? Away = null, string? Told = null, bool IsTick = false, bool IsResize = false, bool IsEnd = false);

    public TopLoop(string socket, TopState state)
    {
        (_client, _state) = (new ControlClient(socket), state);
        _picture = new TopPicture(state, _lastMinute, Screen.HasColour, _unicode);
    }

    /// <param name="every">Between two questions.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task RunAsync(TimeSpan every, CancellationToken cancel)
    {
        using PosixSignalRegistration window = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => _queue.Writer.TryWrite(new Happened(IsResize: true)));
        using PosixSignalRegistration hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        using PosixSignalRegistration quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, End);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            Enter();
            new Thread(ReadKeys) { IsBackground = true, Name = "keys" }.Start();
            Task clock = TickAsync(every, ended.Token);
            Ask(cancel);
            Draw();
            while (await _queue.Reader.ReadAsync(cancel) is { IsEnd: false } happened)
            {
                if (!Take(happened, cancel)) break;
                Draw();
            }
            await ended.CancelAsync();
            await clock;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Ctrl-C from elsewhere, or a signal.
        }
        finally
        {
            Leave();
        }
    }

    public void Dispose()
    {
        _terminal.Dispose();
        _output.Dispose();
        _client.Dispose();
    }

    // False: it is over.
    private bool Take(Happened happened, CancellationToken cancel)
    {
        if (happened.IsResize) _shown = null;
        if (happened.Told is { } told) _state.Message = told;
        if (happened.Answer is { } answer)
        {
            (_isAsking, _away) = (false, null);
            _lastMinute.Add(answer.Links);
            if (!_state.IsPaused) _state.Take(answer);
        }
        if (happened.Away is { } away) (_isAsking, _away) = (false, away);
        if (happened.IsTick || (_asksAgain && !_isAsking)) Ask(cancel);
        foreach (Key key in happened.Keys ?? [])
        {
            _state.Message = "";
            switch (_state.Press(key))
            {
                case Wish.Quit: return false;
                case Wish.Ask:
                    _asksAgain = _isAsking;
                    Ask(cancel);
                    break;
                case Wish.Redraw: _shown = null; break;
                case Wish.Move: Move(_state.Moving!, cancel); break;
                case Wish.Suspend: Suspend(); break;
            }
        }
        return true;
    }

    private void Ask(CancellationToken cancel)
    {
        if (_isAsking) return;
        (_isAsking, _asksAgain) = (true, false);
        var query = new TopQuery { Which = _state.Which, Sort = _state.Sort, Rows = Math.Clamp(RawTerminal.Size().Rows, 10, TopQuery.MostRows) };
        _ = TellAsync(async () => new Happened(Answer: JsonSerializer.Deserialize(
            await _client.AskAsync(HttpMethod.Get, ControlPath.Top + query.ToQuery(), null, cancel), ControlJson.Wire.TopReport)));
    }

    private void Move(MoveQuery query, CancellationToken cancel) => _ = TellAsync(async () =>
    {
        try
        {
            byte[] told = await _client.AskAsync(HttpMethod.Post, ControlPath.MoveHost + query.ToQuery(), null, cancel);
            var page = new StringWriter();
            HostsPage.Write(JsonSerializer.Deserialize(told, ControlJson.Wire.MoveReport)!, Screen.Plain(page));
            return new Happened(Told: page.ToString().ReplaceLineEndings(" "));
        }
        catch (ControlFailure refused)
        {
            return new Happened(Told: refused.Message);
        }
    });

    private async Task TellAsync(Func<Task<Happened>> ask)
    {
        Happened came;
        try
        {
            came = await ask();
        }
        catch (ControlFailure failure)
        {
            came = failure.ExitCode == ExitCode.Usage ? new Happened(Away: failure.Message, Told: failure.Message) : new Happened(Away: failure.Message);
        }
        catch (JsonException unknown)
        {
            came = new Happened(Away: $"it answers in words that this routerctl does not know ({unknown.Message})");
        }
        catch (OperationCanceledException)
        {
            return;
        }
        _queue.Writer.TryWrite(came);
    }

    private async Task TickAsync(TimeSpan every, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(every);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel)) _queue.Writer.TryWrite(new Happened(IsTick: true));
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    // A read of a terminal cannot be called off; the thread ends with the process.
    private void ReadKeys()
    {
        using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        byte[] octets = new byte[1024];
        try
        {
            while (input.Read(octets) is var count && count > 0) _queue.Writer.WriteAsync(new Happened(Keys: Keys.Read(octets.AsSpan(0, count)))).AsTask().GetAwaiter().GetResult();
        }
        catch (IOException)
        {
            // The terminal is gone.
        }
        _queue.Writer.TryWrite(new Happened(IsEnd: true));
    }

    private void Draw()
    {
        (int columns, int rows) = RawTerminal.Size();
        Frame frame = _picture.Draw(columns, rows, _away);
        Write(frame.Changes(_shown));
        _shown = frame;
    }

    private void Enter()
    {
        _terminal.Enter();
        _shown = null;
        Write(TakeScreen);
    }

    private void Leave()
    {
        Write(GiveScreen);
        _terminal.Leave();
    }

    private void Suspend()
    {
        Leave();
        RawTerminal.Suspend();
        Enter();
    }

    private void End(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _queue.Writer.TryWrite(new Happened(IsEnd: true));
    }

    private void Write(string text)
    {
        if (text.Length == 0) return;
        try
        {
            _output.Write(Encoding.UTF8.GetBytes(_unicode ? text : text.Replace('…', '~')));
        }
        catch (IOException)
        {
            // The terminal is gone; the keys say so too.
        }
    }

    private static bool HasUnicode()
    {
        string? locale = new[] { "LC_ALL", "LC_CTYPE", "LANG" }.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        bool isText = Environment.GetEnvironmentVariable("TERM") is "linux" || (Environment.GetEnvironmentVariable("TERM") ?? "").StartsWith("vt", StringComparison.Ordinal);
        return !isText && locale is not null && locale.Replace("-", "", StringComparison.Ordinal).Contains("UTF8", StringComparison.OrdinalIgnoreCase);
    }
}
