using Router.Configuration;
using Router.Daemon.Kernel;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Ports;

namespace Router.Daemon.Steering;

/// <summary>
/// Which device stands behind each port. Zones and the box have TUN devices, opened once. A link's socket is bound to an
/// interface by index and writes its MAC, so an interface that vanishes and returns, or changes its MAC, gets a new socket; the name
/// is what is configured.
/// </summary>
internal sealed class PortKeeper(Worker worker, PortRegistry ports, Journal journal)
{
    private readonly Dictionary<PortId, string> _tuns = [];
    private readonly Dictionary<PortId, (int Index, ulong Mac)> _links = [];

    /// <summary>Opens what is missing. Before the worker starts, or later by its errands.</summary>
    /// <exception cref="PortException">A TUN device cannot be had.</exception>
    public void OpenTuns(Settings settings)
    {
        OpenTun(PortId.Host, Plumbing.Numbers.HostTun);
        foreach (ZoneSettings zone in settings.Zones) OpenTun(ports.Claim(zone.Name), zone.Device);
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
            else if (TryBind(link, found, out PacketPort? port)) (_links[id], _) = (wanted, Do(id, port));
        }
        foreach (PortId gone in _links.Keys.Where(id => settings.Links.All(l => ports.Claim(l.Name) != id)).ToList())
        {
            _links.Remove(gone);
            Do(gone, null);
        }
    }

    /// <summary>A port said that its interface is gone; the next <see cref="BindLinks"/> looks at it anew.</summary>
    public void Forget(PortId id) => _links.Remove(id);

    private void OpenTun(PortId id, string device)
    {
        if (_tuns.GetValueOrDefault(id) == device) return;
        TunPort port = TunPort.Open(device, new TunOptions { Persist = true });
        _tuns[id] = device;
        Do(id, port);
    }

    private bool TryBind(LinkSettings link, KernelInterface found, out PacketPort? port)
    {
        port = null;
        try
        {
            port = PacketPort.Open(found.Name);
            return true;
        }
        catch (PortException refused)
        {
            journal.Write(Catalog.LinkUnopened, Priority.Error, $"link {link.Name} cannot be opened: {refused.Message}", ("LINK", link.Name));
            return false;
        }
    }

    private bool Do(PortId id, Port? port)
    {
        if (!worker.IsRunning) return Put(worker, id, port);
        return worker.Ask(w => Put(w, id, port)).GetAwaiter().GetResult();
    }

    private static bool Put(Worker worker, PortId id, Port? port)
    {
        if (port is null) worker.Detach(id);
        else worker.Attach(id, port);
        return true;
    }
}
