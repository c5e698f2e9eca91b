using System.Runtime.InteropServices;
using Router.Ports.Linux;

namespace Router.Ports;

/// <summary>
/// Sleeps until one of several descriptors has something to read (epoll, level triggered: what is left unread is told again).
/// One thread waits; any thread may add and remove. A descriptor in error is told like a readable one, as reading is how its
/// owner learns what happened; an owner whose port is gone removes it, else every wait returns at once.
/// </summary>
public sealed unsafe class Poller : IDisposable
{
    /// <summary>The most descriptors told by one wait; the others come with the next.</summary>
    private const int Most = 128;

    private readonly SysEpoll.epoll_event* _events;
    private int _epoll;

    public Poller()
    {
        _epoll = SysEpoll.epoll_create1(SysEpoll.EPOLL_CLOEXEC);
        if (_epoll < 0) throw new PortException($"epoll: {Marshal.GetLastPInvokeErrorMessage()}");
        _events = (SysEpoll.epoll_event*)NativeMemory.Alloc(Most, (nuint)sizeof(SysEpoll.epoll_event));
    }

    /// <param name="fd">A descriptor that is not in yet; it is to be removed before it is closed.</param>
    /// <param name="tag">What <see cref="Wait"/> calls it.</param>
    /// <exception cref="PortException">The kernel refuses it.</exception>
    public void Add(int fd, int tag)
    {
        SysEpoll.epoll_event ev = new() { events = SysEpoll.EPOLLIN, data = (uint)tag };
        if (SysEpoll.epoll_ctl(_epoll, SysEpoll.EPOLL_CTL_ADD, fd, &ev) < 0)
            throw new PortException($"cannot wait on descriptor {fd}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Forgets a descriptor; one that is not in is no error.</summary>
    public void Remove(int fd)
    {
        SysEpoll.epoll_event ignored = default;
        _ = SysEpoll.epoll_ctl(_epoll, SysEpoll.EPOLL_CTL_DEL, fd, &ignored);
    }

    /// <summary>Waits until something is readable; a signal ends it early.</summary>
    /// <param name="tags">Gets the tags of what is readable.</param>
    /// <param name="timeoutMilliseconds">0 looks and returns; -1 waits without end.</param>
    /// <returns>How many tags; 0 when the time is over.</returns>
    public int Wait(Span<int> tags, int timeoutMilliseconds)
    {
        int ready = SysEpoll.epoll_wait(_epoll, _events, Math.Min(tags.Length, Most), timeoutMilliseconds);
        for (int i = 0; i < ready; i++) tags[i] = (int)_events[i].data;
        return Math.Max(ready, 0);
    }

    public void Dispose()
    {
        if (_epoll < 0) return;
        _ = Unistd.close(_epoll);
        _epoll = -1;
        NativeMemory.Free(_events);
    }
}
