using System.Threading.Channels;
using Router.Api;
using Router.Ctl;
using Router.Ctl.Verbs.Changes;
using Router.Tests.Api;
using Router.Tests.Ctl.Asking;
using Router.Tests.Daemon.Control;

namespace Router.Tests.Ctl.Verbs;

/// <summary>The question behind `apply --confirm` on a terminal, with a routerd that says when the trial is over.</summary>
public sealed class TrialQuestionTests : IDisposable
{
    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(5);

    private readonly Channel<string?> _typed = Channel.CreateUnbounded<string?>();
    private readonly SeenText _terminal = new("\e7\r\e[A");
    private volatile StatusReport _status = Samples.Status with { RevertsAt = DateTimeOffset.UtcNow.AddHours(1) };
    private int _confirmed;

    public void Dispose() => _terminal.Dispose();

    [Theory]
    [InlineData("", true)]
    [InlineData("yes", true)]
    [InlineData(" Y ", true)]
    [InlineData("no", false)]
    [InlineData(null, false)]
    public async Task An_answer_keeps_it_or_leaves_it_to_its_time(string? answer, bool keeps)
    {
        _typed.Writer.TryWrite(answer);

        Assert.Equal(ExitCode.Ok, await AskAsync(_status.RevertsAt!.Value, End));

        Assert.Equal(keeps ? 1 : 0, _confirmed);
        Assert.Contains(keeps ? "Confirmed: it stays." : "comes back at", _terminal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_neither_yes_nor_no_is_asked_again()
    {
        _typed.Writer.TryWrite("ls -l");
        _typed.Writer.TryWrite("yes");

        Assert.Equal(ExitCode.Ok, await AskAsync(_status.RevertsAt!.Value, End));

        Assert.Equal(1, _confirmed);
        Assert.True(_terminal.ToString().Split("Keep it? Enter or yes: ").Length >= 3, _terminal.ToString());
    }

    [Fact]
    public async Task It_counts_down_in_place_until_routerd_has_taken_it_back()
    {
        DateTimeOffset deadline = DateTimeOffset.UtcNow;
        Task<int> asked = AskAsync(deadline, End);
        await _terminal.Seen.WaitAsync(End);
        // Our clock says that it is over, and routerd does not: that counts.
        Assert.False(asked.IsCompleted);
        _status = _status with { RevertsAt = null, PolicyLoadedAt = _status.PolicyLoadedAt.AddMinutes(1), PolicyGeneration = 4 };

        // It was on trial for another hour by its last word, so the end before that is somebody's.
        Assert.Equal(ExitCode.Ok, await asked);
        Assert.Contains("Confirmed from elsewhere", _terminal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_ends_badly_when_it_was_taken_back()
    {
        _status = _status with { RevertsAt = DateTimeOffset.UtcNow };
        Task<int> asked = AskAsync(_status.RevertsAt.Value, End);
        await _terminal.Seen.WaitAsync(End);
        _status = _status with { RevertsAt = null, PolicyLoadedAt = _status.PolicyLoadedAt.AddMinutes(1) };

        Assert.Equal(ExitCode.Bad, await asked);
        Assert.Contains("Taken back: the configuration of before is in force.", _terminal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_daemon_that_started_anew_has_taken_it_back()
    {
        Task<int> asked = AskAsync(_status.RevertsAt!.Value, End);
        await _terminal.Seen.WaitAsync(End);
        _status = _status with { RevertsAt = null, Pid = 4712 };

        Assert.Equal(ExitCode.Bad, await asked);
    }

    [Fact]
    public async Task Ctrl_C_leaves_it_to_its_time()
    {
        using var interrupt = new CancellationTokenSource();
        Task<int> asked = AskAsync(_status.RevertsAt!.Value, interrupt.Token);
        await _terminal.Seen.WaitAsync(End);
        await interrupt.CancelAsync();

        Assert.Equal(ExitCode.Ok, await asked);
        Assert.Equal(0, _confirmed);
        Assert.Contains("Not confirmed", _terminal.ToString(), StringComparison.Ordinal);
    }

    private static CancellationToken End => TestContext.Current.CancellationToken;

    private async Task<int> AskAsync(DateTimeOffset deadline, CancellationToken interrupt)
    {
        await using RunningServer server = await RunningServer.StartAsync(RunningServer.Sample with
        {
            Status = () => _status,
            Confirm = () => Interlocked.Increment(ref _confirmed) > 0,
        });
        var session = new Session(server.SocketPath, json: false, TextWriter.Null, TextWriter.Null);
        return await new TrialQuestion(session, _terminal, () => _typed.Reader.ReadAsync(End).AsTask(), s_often).AskAsync(deadline, interrupt);
    }
}
