using System.Threading.Channels;
using Router.Ports;

namespace Router.Web.Checking;

/// <summary>
/// Threads of their own for work that takes long: comparing a password with its hash (tens of milliseconds of a core, on purpose), or asking
/// a directory (up to seconds of waiting). Bounded: when as much waits as may, the next is refused at once, and pages stay
/// quick for everybody else. The threads are nice, so that the box's packets go first.
/// </summary>
internal sealed class WorkQueue : IDisposable
{
    private readonly Channel<Action> _work;

    /// <param name="name">Of the threads.</param>
    /// <param name="threads">How much is done at once.</param>
    /// <param name="waiting">How much may wait.</param>
    /// <param name="nice">As setpriority(2) has it.</param>
    public WorkQueue(string name, int threads, int waiting, int nice)
    {
        _work = Channel.CreateBounded<Action>(new BoundedChannelOptions(waiting) { FullMode = BoundedChannelFullMode.Wait });
        for (int i = 0; i < threads; i++) new Thread(() => Run(nice)) { Name = $"{name} {i}", IsBackground = true }.Start();
    }

    /// <summary>Has something done; answers null if too much waits already.</summary>
    public Task<T>? TryAsk<T>(Func<T> what)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isTaken = _work.Writer.TryWrite(() =>
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
        return isTaken ? answer.Task : null;
    }

    public void Dispose() => _work.Writer.TryComplete();

    private void Run(int nice)
    {
        Urgency.TrySet(nice);
        while (_work.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_work.Reader.TryRead(out Action? what)) what();
        }
    }
}
