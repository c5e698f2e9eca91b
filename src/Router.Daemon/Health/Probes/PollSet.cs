using static Router.Ports.Linux.SocketCalls;

namespace Router.Daemon.Health.Probes;

/// <summary>
/// What the watch's thread waits for: its sockets, each with the link and the thing it belongs to, and an eventfd by which others
/// wake it. Filled anew before each wait, read once after it. <see cref="Wake"/> may be called from any thread; the rest belongs
/// to the thread that waits.
/// </summary>
internal sealed class PollSet : IDisposable
{
    /// <summary>Instead of a connection's slot: the sockets that many probes share.</summary>
    public const int Echo4 = -4, Echo6 = -6, Dns4 = -14, Dns6 = -16;

    private readonly ulong[] _one = GC.AllocateArray<ulong>(2, pinned: true);
    private readonly long[] _timespec = GC.AllocateArray<long>(2, pinned: true);
    private readonly int _wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    private pollfd[] _fds = GC.AllocateArray<pollfd>(32, pinned: true);
    private (int Link, int What)[] _owners = new (int, int)[32];
    private int _count, _next;

    public PollSet()
    {
        _one[0] = 1;
        Clear();
    }

    public void Clear()
    {
        (_count, _next) = (0, 0);
        Add(_wake, POLLIN, -1, 0);
    }

    public void Add(int fd, short events, int link, int what)
    {
        if (_count == _fds.Length)
        {
            pollfd[] larger = GC.AllocateArray<pollfd>(_count * 2, pinned: true);
            _fds.CopyTo(larger, 0);
            _fds = larger;
            Array.Resize(ref _owners, _count * 2);
        }
        _owners[_count] = (link, what);
        _fds[_count++] = new pollfd { fd = fd, events = events };
    }

    /// <summary>Waits for a socket, for <see cref="Wake"/>, or for the time to pass; exact to the kernel's timer, not to a millisecond.</summary>
    public void Wait(long microseconds)
    {
        (long seconds, long rest) = Math.DivRem(Math.Clamp(microseconds, 0, 3600_000_000), 1_000_000);
        (_timespec[0], _timespec[1]) = (seconds, rest * 1000);
        // An interrupted or failed call leaves revents as they were filled: zero.
        _ = ppoll(AddressOf(_fds), (nuint)_count, AddressOf(_timespec), 0);
        if (_fds[0].revents != 0) _ = read(_wake, AddressOf(_one, 1), sizeof(ulong));
        _next = 1;
    }

    /// <summary>The next socket that has something to say.</summary>
    public bool TryNext(out int link, out int what)
    {
        while (_next < _count && _fds[_next].revents == 0) _next++;
        (link, what) = _next < _count ? _owners[_next] : default;
        return _next++ < _count;
    }

    public void Wake() => _ = write(_wake, AddressOf(_one), sizeof(ulong));

    public void Dispose() => _ = close(_wake);
}
