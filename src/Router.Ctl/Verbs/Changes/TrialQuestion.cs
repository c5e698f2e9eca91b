using System.Globalization;
using Router.Api;

namespace Router.Ctl.Verbs.Changes;

/// <summary>
/// What follows an `apply --confirm` or `rollback --confirm` on a terminal: how long the trial still lasts, and whether it is to stay.
///
///     Taken back in 57 s, at 11:04:11.
///     Keep it? Enter or yes:
///
/// The first of the two lines is drawn anew once a second while the second one is typed in (ECMA-48: cursor up, EL; DECSC and DECRC keep the
/// place). An answer only arrives if whoever types it still reaches the box, which is just what a trial is to find out: a session that was cut off
/// sends no Enter. Whatever else is answered, and Ctrl-C, leaves the trial to its time.
///
/// routerd has the clock and the last word: it is asked once a second whether the trial is still on, as somebody may have confirmed it from
/// elsewhere, and this is over when it says so, not when our clock does.
/// </summary>
/// <param name="session">Who is asked.</param>
/// <param name="terminal">Where it is drawn.</param>
/// <param name="readLine">The next line that is typed, without its end; null: there will be none.</param>
/// <param name="every">How often it is drawn.</param>
internal sealed class TrialQuestion(Session session, TextWriter terminal, Func<Task<string?>> readLine, TimeSpan every)
{
    private const string Prompt = "Keep it? Enter or yes: ", KeepPlace = "\e7", ToPlace = "\e8", Above = "\r\e[A", EraseLine = "\e[K";

    /// <summary>Asks about what was put on trial, until there is an answer or the trial is over.</summary>
    /// <param name="deadline">When it ends.</param>
    /// <param name="cancel">Ctrl-C.</param>
    /// <returns><see cref="ExitCode.Bad"/> if it was taken back, else <see cref="ExitCode.Ok"/>.</returns>
    /// <exception cref="ControlFailure">routerd does not answer.</exception>
    public async Task<int> AskAsync(DateTimeOffset deadline, CancellationToken cancel)
    {
        StatusReport before = await StatusAsync(cancel);
        await terminal.WriteAsync($"{Left(deadline)}\n{Prompt}");
        using var tick = new PeriodicTimer(every);
        try
        {
            Task<string?> answer = readLine();
            Task<bool> next = tick.WaitForNextTickAsync(cancel).AsTask();
            while (true)
            {
                if (await Task.WhenAny(answer, next) == answer)
                {
                    if (IsYes(await answer)) return await ConfirmAsync(cancel);
                    if (!IsUnclear(await answer)) return await LeaveAsync(deadline);
                    await terminal.WriteAsync($"{Left(deadline)}\n{Prompt}");
                    answer = readLine();
                    continue;
                }
                await next;
                StatusReport now = await StatusAsync(cancel);
                if (now.RevertsAt is null) return await EndAsync(WasTakenBack(before, now, deadline));
                deadline = now.RevertsAt.Value;
                await terminal.WriteAsync($"{KeepPlace}{Above}{Left(deadline)}{EraseLine}{ToPlace}");
                next = tick.WaitForNextTickAsync(cancel).AsTask();
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await terminal.WriteLineAsync();
            return await LeaveAsync(deadline);
        }
    }

    private async Task<int> ConfirmAsync(CancellationToken cancel)
    {
        await session.FetchAsync(HttpMethod.Post, ControlPath.Confirm, ControlJson.Wire.ConfirmReport, cancel);
        await terminal.WriteLineAsync("Confirmed: it stays.");
        return ExitCode.Ok;
    }

    private async Task<int> LeaveAsync(DateTimeOffset deadline)
    {
        await terminal.WriteLineAsync($"Not confirmed: the configuration of before comes back at {Hour(deadline)}, unless you write: routerctl confirm");
        return ExitCode.Ok;
    }

    private async Task<int> EndAsync(bool wasTakenBack)
    {
        await terminal.WriteLineAsync(wasTakenBack ? "\nTaken back: the configuration of before is in force." : "\nConfirmed from elsewhere: it stays.");
        return wasTakenBack ? ExitCode.Bad : ExitCode.Ok;
    }

    // A daemon that was started anew has taken it back as well.
    private static bool WasTakenBack(StatusReport before, StatusReport now, DateTimeOffset deadline) =>
        now.Pid != before.Pid || (now.PolicyLoadedAt != before.PolicyLoadedAt && DateTimeOffset.UtcNow >= deadline);

    private Task<StatusReport> StatusAsync(CancellationToken cancel) => session.FetchAsync(HttpMethod.Get, ControlPath.Status, ControlJson.Wire.StatusReport, cancel);

    private static bool IsYes(string? answer) => answer?.Trim().ToUpperInvariant() is "" or "Y" or "YES";

    private static bool IsUnclear(string? answer) => answer?.Trim().ToUpperInvariant() is not (null or "N" or "NO");

    private static string Left(DateTimeOffset deadline) =>
        string.Create(CultureInfo.InvariantCulture, $"Taken back in {Math.Max(0, (deadline - DateTimeOffset.UtcNow).TotalSeconds):0} s, at {Hour(deadline)}.");

    private static string Hour(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
