using Router.Configuration;
using Router.Daemon.Kernel;
using Router.Daemon.Systemd;

namespace Router.Daemon.Steering;

/// <summary>Tells of interfaces that the configuration names and the machine does not have: at a start and at each reload, as that is when a name is mistyped.</summary>
internal sealed class MissingInterfaces(string file, Journal journal)
{
    public void Tell(Settings settings, KernelView view)
    {
        foreach (string name in settings.Zones.SelectMany(zone => zone.Interfaces).Concat(settings.Links.Select(link => link.Interface)))
        {
            if (view.Interface(name) is not null) continue;
            journal.Write(Catalog.InterfaceMissing, Priority.Warning, $"the interface {name} is not there; it is taken up when it comes, or mend its name in {file}");
        }
    }
}
