using System.Collections.Concurrent;
using Router.Ports.Files;

namespace Router.Daemon.Systemd;

/// <summary>
/// Descriptors that outlive the process, kept open by systemd (sd_pid_notify_with_fds(3), FileDescriptorStoreMax=). Each is known by a name
/// of ours and is handed to the next process (<see cref="InheritedDescriptors"/>). A queue that is kept
/// so has a reader all the time as far as the kernel can see, and what arrives while nobody reads waits in it.
///
///     inherited  --TryTake-->  in use  --Drop-->  closed by systemd
///         |                      ^
///         '--DropRest            '--Keep (what was kept under that name is dropped before)
///
/// systemd keeps what it was given until it is told to drop it, over any number of processes, so what was taken is not given again.
/// It keeps it over a restart and a crash, not over a stop. Without systemd nothing is inherited, and nothing is kept. [C]
/// </summary>
internal sealed class DescriptorStore
{
    private readonly Notify _notify;
    private readonly Dictionary<string, int> _inherited = new(StringComparer.Ordinal);
    private readonly HashSet<string> _kept = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _inUse = new(StringComparer.Ordinal);

    /// <param name="notify">To whom descriptors are given.</param>
    /// <param name="inherited">What the process has from the one before, by name.</param>
    public DescriptorStore(Notify notify, IEnumerable<(string Name, int Descriptor)> inherited)
    {
        _notify = notify;
        foreach ((string name, int descriptor) in inherited)
        {
            _kept.Add(name);
            // Of two under one name nobody can say which is which; the later ones go, and all go with the next Keep or Drop.
            if (!DescriptorPost.TryKeepPrivate(descriptor) || !_inherited.TryAdd(name, descriptor)) DescriptorPost.Close(descriptor);
        }
    }

    /// <summary>How many descriptors were taken over.</summary>
    public int Taken { get; private set; }

    /// <summary>What is in use and would be the next process's, by name. From any thread.</summary>
    public IEnumerable<(string Name, int Descriptor)> InUse => _inUse.Select(one => (one.Key, one.Value));

    /// <summary>For this process. Child processes do not inherit the variables, nor the descriptors.</summary>
    public static DescriptorStore FromEnvironment(Notify notify) => new(notify, InheritedDescriptors.Take());

    /// <summary>Takes what was inherited under a name. It is the caller's then, to adopt or to close.</summary>
    public bool TryTake(string name, out int descriptor)
    {
        if (!_inherited.Remove(name, out descriptor)) return false;
        _inUse[name] = descriptor;
        Taken++;
        return true;
    }

    /// <summary>Has a descriptor kept under a name, in place of the one that was kept under it.</summary>
    /// <param name="name">ASCII without a colon, at most 255 letters.</param>
    public void Keep(string name, int descriptor)
    {
        Drop(name);
        _inUse[name] = descriptor;
        Store(name, descriptor);
    }

    /// <summary>Inherits one more, from a process that still runs. What systemd has kept under that name is the same, and goes before.</summary>
    public void Inherit(string name, int descriptor)
    {
        if (!_inherited.TryAdd(name, descriptor)) DescriptorPost.Close(descriptor);
        else Store(name, descriptor);
    }

    /// <summary>Has what is kept under a name closed.</summary>
    public void Drop(string name)
    {
        _inUse.TryRemove(name, out _);
        if (_inherited.Remove(name, out int descriptor)) DescriptorPost.Close(descriptor);
        if (_kept.Remove(name)) _notify.Unstore(name);
    }

    /// <summary>Drops what was inherited and is not wanted any more.</summary>
    public void DropRest()
    {
        foreach (string name in _inherited.Keys.ToList()) Drop(name);
    }

    private void Store(string name, int descriptor)
    {
        _kept.Add(name);
        _notify.Store(name, descriptor);
    }
}
