using System.Collections.Concurrent;

namespace Router.Daemon.Steering;

/// <summary>
/// What waits for the control thread, in order: left from any thread by <see cref="Post"/> or <see cref="AskAsync"/>, done by the thread that
/// calls <see cref="Next"/>. When it is full, whoever leaves something waits; once it stops, nothing more is taken.
/// </summary>
internal sealed class ControlQueue : IDisposable
{
    private readonly BlockingCollection<Action> _waiting = new(4096);
    private readonly CancellationTokenSource _stopping = new();
    private int _isWoken;

    /// <summary>Cancelled when the control thread is to end.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Leaves something to do.</summary>
    /// <returns>False if it is too late.</returns>
    public bool Post(Action what)
    {
        if (_stopping.IsCancellationRequested) return false;
        _waiting.Add(what);
        return true;
    }

    /// <summary>Ends the wait of <see cref="Next"/>. One call that waits already does for all.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _isWoken, 1) == 0 && !Post(() => Volatile.Write(ref _isWoken, 0))) Volatile.Write(ref _isWoken, 0);
    }

    /// <summary>Leaves a question; its answer, or its exception, is the task's. Cancelled if it is too late.</summary>
    public Task<T> AskAsync<T>(Func<T> what)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isTaken = Post(() =>
        {
            try
            {
                answer.SetResult(what());
            }
            catch (Exception fault)
            {
                answer.SetException(fault);
            }
        });
        if (!isTaken) answer.SetCanceled();
        return answer.Task;
    }

    /// <summary>Does what is next, and returns without it when nothing came in time.</summary>
    /// <exception cref="OperationCanceledException">It has stopped.</exception>
    public void Next(TimeSpan patience)
    {
        if (_waiting.TryTake(out Action? what, (int)patience.TotalMilliseconds, _stopping.Token)) what();
    }

    /// <summary>Takes nothing more.</summary>
    public void Stop() => _stopping.Cancel();

    public void Dispose()
    {
        _waiting.Dispose();
        _stopping.Dispose();
    }
}
