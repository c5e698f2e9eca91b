using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Router.Api;

namespace Router.Ctl;

/// <summary>
/// One run of routerctl: asks, then prints either the JSON as it was received or the page for people, and turns every failure
/// into a sentence on standard error and an exit code. A page gets its answer already understood.
/// </summary>
/// <param name="socket">Path of the control socket.</param>
/// <param name="json">Whether the answer is printed as JSON.</param>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
/// <param name="exact">Whether octets and counts are written out for people too.</param>
internal sealed class Session(string socket, bool json, TextWriter output, TextWriter error, bool exact = false)
{
    public string Socket => socket;

    public bool IsJson => json;

    public TextWriter Output => output;

    /// <summary>Where what goes on is told beside the answer.</summary>
    public TextWriter Error => error;

    /// <summary>Asks once, or again and again.</summary>
    /// <param name="question">What.</param>
    /// <param name="every">How often; null: once.</param>
    /// <param name="cancel">Ends the wait.</param>
    public Task<int> AskAsync<T>(Question<T> question, TimeSpan? every, CancellationToken cancel)
        where T : class => GuardAsync(() => every is { } period ? WatchAsync(question, period, cancel) : OnceAsync(question, cancel));

    /// <summary>Asks once.</summary>
    /// <param name="verb">Method, path and query.</param>
    /// <param name="type">What the answer is.</param>
    /// <param name="page">Prints it for people.</param>
    /// <param name="good">Whether the answer is a good one; a bad one ends in <see cref="ExitCode.Bad"/>.</param>
    /// <param name="cancel">Ends the wait.</param>
    public Task<int> AskAsync<T>(
        (HttpMethod Method, string Path) verb, JsonTypeInfo<T> type, Action<T, Screen> page, Func<T, bool> good, CancellationToken cancel)
        where T : class => GuardAsync(() => AskUnguardedAsync(verb, type, page, good, cancel));

    /// <summary>The same, but what goes wrong is thrown to a caller that has another way.</summary>
    /// <exception cref="ControlFailure">There is no answer, or not the one that was asked for.</exception>
    public async Task<int> AskUnguardedAsync<T>(
        (HttpMethod Method, string Path) verb, JsonTypeInfo<T> type, Action<T, Screen> page, Func<T, bool> good, CancellationToken cancel, byte[]? body = null)
        where T : class
    {
        using var client = new ControlClient(socket);
        T answer = Show(await WaitAsync(client.AskAsync(verb.Method, verb.Path, body, cancel)), type, page, Screen.StandardOutput(output, exact));
        return good(answer) ? ExitCode.Ok : ExitCode.Bad;
    }

    /// <summary>Asks once, and shows nothing.</summary>
    /// <exception cref="ControlFailure">There is no answer, or not the one that was asked for.</exception>
    public async Task<T> FetchAsync<T>((HttpMethod Method, string Path) verb, JsonTypeInfo<T> type, byte[] body, CancellationToken cancel)
        where T : class
    {
        using var client = new ControlClient(socket);
        return Understand(await WaitAsync(client.AskAsync(verb.Method, verb.Path, body, cancel)), type);
    }

    private async Task<int> OnceAsync<T>(Question<T> question, CancellationToken cancel)
        where T : class
    {
        using var client = new ControlClient(socket);
        byte[] received = await WaitAsync(client.AskAsync(HttpMethod.Get, question.Path, null, cancel));
        return question.Good(Show(received, question, Screen.StandardOutput(output, exact))) ? ExitCode.Ok : ExitCode.Bad;
    }

    // On a terminal in place, elsewhere one answer below the other; JSON comes as one document a line. Drawn whole before it is shown.
    private async Task<int> WatchAsync<T>(Question<T> question, TimeSpan every, CancellationToken cancel)
        where T : class
    {
        using var client = new ControlClient(socket);
        using var tick = new PeriodicTimer(every);
        try
        {
            for (bool isFirst = true; isFirst || await tick.WaitForNextTickAsync(cancel); isFirst = false)
            {
                var picture = new StringWriter();
                Screen screen = Screen.StandardOutput(picture, exact);
                Show(await client.AskAsync(HttpMethod.Get, question.Path, null, cancel), question, screen);
                bool isDrawnOver = screen.Terminal is not null && !json;
                await output.WriteAsync(isDrawnOver ? Repaint.Over(picture.ToString(), Console.WindowHeight, isFirst) : picture.ToString());
                await output.FlushAsync(cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Ctrl-C is how a watch ends.
        }
        return ExitCode.Ok;
    }

    /// <summary>Asks, and prints nothing.</summary>
    /// <exception cref="ControlFailure">There is no answer, or not the one that was asked for.</exception>
    public async Task<T> FetchAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class
    {
        using var client = new ControlClient(socket);
        return Understand(await WaitAsync(client.AskAsync(method, path, null, cancel)), type);
    }

    /// <summary>Prints documents as they come, one JSON document a line, until it is interrupted.</summary>
    /// <exception cref="ControlFailure">There is no answer, or it breaks off.</exception>
    public async Task<int> FollowAsync<T>(string path, JsonTypeInfo<T> type, Action<T, Screen> line, CancellationToken cancel)
        where T : class
    {
        using var client = new ControlClient(socket);
        Screen screen = Screen.StandardOutput(output, exact);
        try
        {
            await client.StreamAsync(path, async answer =>
            {
                using var lines = new StreamReader(answer);
                while (await lines.ReadLineAsync(cancel) is { } document)
                {
                    Show(Encoding.UTF8.GetBytes(document), type, line, screen);
                    await output.FlushAsync(cancel);
                }
            }, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Ctrl-C is how it ends.
        }
        return ExitCode.Ok;
    }

    /// <summary>Copies a capture to a file, which is opened once there is an answer.</summary>
    /// <param name="path">Path and query.</param>
    /// <param name="open">Opens the file.</param>
    /// <param name="tally">Counts as it goes.</param>
    /// <param name="cancel">Ends it; what came so far is kept.</param>
    /// <exception cref="ControlFailure">There is no answer, or it breaks off.</exception>
    public async Task CopyAsync(string path, Func<Stream> open, PcapngTally tally, CancellationToken cancel)
    {
        using var client = new ControlClient(socket);
        await client.StreamAsync(path, async answer =>
        {
            await using Stream file = open();
            try
            {
                await tally.CopyAsync(answer, file, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                // Ctrl-C ends a capture; what came so far is kept.
            }
        }, cancel);
    }

    /// <summary>Prints an answer that did not come over the socket.</summary>
    public void Show<T>(T answer, JsonTypeInfo<T> type, Action<T, Screen> page)
        where T : class => Show(JsonSerializer.SerializeToUtf8Bytes(answer, type), type, page, Screen.StandardOutput(output, exact));

    /// <summary>Runs one verb; what it throws as a <see cref="ControlFailure"/> is told to the person.</summary>
    public async Task<int> GuardAsync(Func<Task<int>> verb)
    {
        try
        {
            return await verb();
        }
        catch (ControlFailure failure)
        {
            await error.WriteLineAsync($"routerctl: {Screen.Clean(failure.Message)}");
            if (failure.ExitCode == ExitCode.Unreachable)
            {
                foreach (string hint in UnitHints.Of(socket)) await error.WriteLineAsync($"routerctl: {Screen.Clean(hint)}");
            }
            return failure.ExitCode;
        }
    }

    private Task<byte[]> WaitAsync(Task<byte[]> answer) => Patience.WithAsync(answer, "routerctl waits for routerd", Patience.TerminalOf(error), Patience.Second);

    private T Show<T>(byte[] received, Question<T> question, Screen screen)
        where T : class
    {
        if (question.Arrange is null) return Show(received, question.Type, question.Page, screen);
        T answer = question.Arrange(Understand(received, question.Type));
        return Show(JsonSerializer.SerializeToUtf8Bytes(answer, question.Type), question.Type, question.Page, screen);
    }

    private T Show<T>(byte[] received, JsonTypeInfo<T> type, Action<T, Screen> page, Screen screen)
        where T : class
    {
        T answer = Understand(received, type);
        if (json) screen.Raw(Encoding.UTF8.GetString(received));
        else page(answer, screen);
        return answer;
    }

    private static T Understand<T>(byte[] received, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(received, type) ?? throw new JsonException("the answer is null");
        }
        catch (JsonException unknown)
        {
            throw new ControlFailure(ExitCode.Bad, $"routerd answered in words that this routerctl does not know ({unknown.Message}): are both of one version?");
        }
    }
}
