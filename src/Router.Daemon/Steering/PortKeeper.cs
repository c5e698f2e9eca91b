using Router.Configuration;
using Router.Daemon.Kernel;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Ports;
using Router.Ports.Files;

namespace Router.Daemon.Steering;

/// <summary>
/// Which device stands behind each port. Zones and the box have TUN devices, opened once. A link's socket is bound to an
/// interface by index and writes its MAC, so an interface that vanishes and returns, or changes its MAC, gets a new socket; the name
/// is what is configured.
///
/// Every descriptor is also given to the <see cref="DescriptorStore"/>, under the name of its zone or link. What the process before has
/// left there is taken over if it still is what it should be, with the packets that wait in it; else it is let go, and made anew.
/// </summary>
internal sealed class PortKeeper(Worker worker, PortRegistry ports, DescriptorStore store, Journal journal)
{
    private readonly Dictionary<PortId, string> _tuns = [];
    private readonly Dictionary<PortId, (int Index, ulong Mac)> _links = [];
    private readonly Dictionary<PortId, string> _names = [];

    /// <summary>Opens what is missing. Before the worker starts, or later by its errands.</summary>
    /// <returns>Whether all of it was open already, so that the kernel has been leading packets to it all the time.</returns>
    /// <exception cref="PortException">A TUN device cannot be had.</exception>
    public bool OpenTuns(Settings settings)
    {
        bool wereOpen = OpenTun(PortId.Host, Plumbing.Numbers.HostTun);
        foreach (ZoneSettings zone in settings.Zones) wereOpen &= OpenTun(ports.Claim(zone.Name), zone.Device);
        return wereOpen;
    }

    /// <summary>Closes what is not wanted any more.</summary>
    public void CloseTuns(Settings settings)
    {
        foreach (PortId gone in _tuns.Keys.Where(id => id != PortId.Host && settings.Zones.All(z => ports.Claim(z.Name) != id)).ToList())
        {
            _tuns.Remove(gone);
            Do(gone, null);
        }
    }

    /// <summary>Binds a socket to each link's interface that is there, and lets go of those that are not.</summary>
    public void BindLinks(Settings settings, KernelView view)
    {
        foreach (LinkSettings link in settings.Links)
        {
            PortId id = ports.Claim(link.Name);
            KernelInterface? found = view.Interface(link.Interface);
            (int, ulong) wanted = found is null ? default : (found.Index, found.Mac);
            if (_links.TryGetValue(id, out (int, ulong) bound) && bound == wanted) continue;
            _links[id] = default;
            if (found is null) Do(id, null);
            else if (TryBind(link, found, out PacketPort? port, out bool wasOpen)) (_links[id], _) = (wanted, Do(id, port, wasOpen));
        }
        foreach (PortId gone in _links.Keys.Where(id => settings.Links.All(l => ports.Claim(l.Name) != id)).ToList())
        {
            _links.Remove(gone);
            Do(gone, null);
        }
    }

    /// <summary>A port said that its interface is gone; the next <see cref="BindLinks"/> looks at it anew.</summary>
    public void Forget(PortId id) => _links.Remove(id);

    private bool OpenTun(PortId id, string device)
    {
        if (_tuns.GetValueOrDefault(id) == device) return true;
        TunPort? adopted = TakeOver(StoredName(id), fd => TunPort.Adopt(fd, device));
        TunPort port = adopted ?? TunPort.Open(device, new TunOptions { Persist = true });
        _tuns[id] = device;
        Do(id, port, isKept: adopted is not null);
        return adopted is not null;
    }

    private bool TryBind(LinkSettings link, KernelInterface found, out PacketPort? port, out bool wasOpen)
    {
        port = TakeOver(StoredName(ports.Claim(link.Name)), fd => PacketPort.Adopt(fd, found.Name));
        wasOpen = port is not null;
        try
        {
            port ??= PacketPort.Open(found.Name);
            return true;
        }
        catch (PortException refused)
        {
            journal.Write(Catalog.LinkUnopened, Priority.Error, $"link {link.Name} cannot be opened: {refused.Message}", ("LINK", link.Name));
            return false;
        }
    }

    // What is not as it should be is dropped by whoever puts another in its place.
    private T? TakeOver<T>(string name, Func<int, T> adopt) where T : Port
    {
        if (!store.TryTake(name, out int descriptor)) return null;
        try
        {
            return adopt(descriptor);
        }
        catch (PortException unfit)
        {
            DescriptorPost.Close(descriptor);
            store.Drop(name);
            journal.Write(Catalog.Tables, Priority.Notice, $"what was kept open as {name} is of no use and is opened anew: {unfit.Message}");
            return null;
        }
    }

    // A number may pass to another name, so the name by which something is kept is remembered.
    private string StoredName(PortId id) => _names.TryGetValue(id, out string? name) ? name : _names[id] = $"port-{ports.NameOf(id)}";

    private bool Do(PortId id, Port? port, bool isKept = false)
    {
        if (port is null) Release(id);
        else if (!isKept) store.Keep(StoredName(id), port.Descriptor);
        if (!worker.IsRunning) return Put(worker, id, port);
        return worker.Ask(w => Put(w, id, port)).GetAwaiter().GetResult();
    }

    private void Release(PortId id)
    {
        store.Drop(StoredName(id));
        _names.Remove(id);
    }

    private static bool Put(Worker worker, PortId id, Port? port)
    {
        if (port is null) worker.Detach(id);
        else worker.Attach(id, port);
        return true;
    }
}
