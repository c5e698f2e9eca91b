using System.Collections.Concurrent;
using Router.Wire;

namespace Router.Daemon.Health.Probes;

/// <summary>What came of one GET.</summary>
/// <param name="From">Who asked; answers to askers that are gone are nobody's.</param>
/// <param name="Round">The round, and below it the target and the token, of <see cref="LinkRounds"/>.</param>
/// <param name="Fault">Null if the answer was the right one; else what was wrong with it: "answers with status 302, not 204".</param>
/// <param name="At">When it was there, monotonic microseconds.</param>
internal readonly record struct WebAnswer(WebProbes From, uint Round, int Target, ulong Token, string? Fault, long At);

/// <summary>What came of looking up a name.</summary>
/// <param name="From">Who asked.</param>
/// <param name="Name">As it was asked, with the family.</param>
/// <param name="Addresses">Empty if nobody answered, or the name has none.</param>
/// <param name="Ttl">How long they hold, seconds.</param>
internal sealed record NameAnswer(LinkNames From, (string Name, bool V4) Name, Address[] Addresses, uint Ttl);

/// <summary>
/// Where threads of the pool leave answers for the watch's thread, which alone judges: no probe waits for a lock, nor the watch
/// for a probe. Holds no more than there are probes and names under way.
/// </summary>
internal sealed class Mailbox(Action wake)
{
    private readonly ConcurrentQueue<WebAnswer> _web = new();
    private readonly ConcurrentQueue<NameAnswer> _names = new();

    public void Post(in WebAnswer answer)
    {
        _web.Enqueue(answer);
        wake();
    }

    public void Post(NameAnswer answer)
    {
        _names.Enqueue(answer);
        wake();
    }

    public bool TryTake(out WebAnswer answer) => _web.TryDequeue(out answer);

    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out NameAnswer? answer) => _names.TryDequeue(out answer);
}
