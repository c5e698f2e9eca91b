using Router.Ctl;

namespace Router.Tests.Ctl.Asking;

public class PatienceTests
{
    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(5);

    [Fact]
    public async Task What_takes_long_is_told_and_the_line_is_erased()
    {
        using var terminal = new SeenText("an answer");
        var work = new TaskCompletionSource<int>();
        Task<int> waited = Patience.WithAsync(work.Task, "an answer is wanted", terminal, s_often);
        await terminal.Seen.WaitAsync(TestContext.Current.CancellationToken);
        work.SetResult(7);

        Assert.Equal(7, await waited);
        Assert.StartsWith("\ran answer is wanted, 0 s; Ctrl-C ends it\e[K", terminal.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\r\e[K", terminal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_fails_after_a_while_leaves_no_line_either()
    {
        using var terminal = new SeenText("an answer");
        var work = new TaskCompletionSource<int>();
        Task<int> waited = Patience.WithAsync(work.Task, "an answer is wanted", terminal, s_often);
        await terminal.Seen.WaitAsync(TestContext.Current.CancellationToken);
        work.SetException(new ControlFailure(ExitCode.Unreachable, "gone"));

        await Assert.ThrowsAsync<ControlFailure>(() => waited);
        Assert.EndsWith("\r\e[K", terminal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_done_at_once_is_not_told()
    {
        using var terminal = new StringWriter();
        Assert.Equal(7, await Patience.WithAsync(Task.FromResult(7), "an answer is wanted", terminal, s_often));
        Assert.Equal("", terminal.ToString());
    }
}
