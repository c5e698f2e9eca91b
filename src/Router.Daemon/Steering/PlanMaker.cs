using System.Globalization;
using System.Text;
using Router.Configuration;
using Router.Daemon.Health;
using Router.Daemon.Kernel;
using Router.Daemon.Plumbing;
using Router.Forwarding;
using Router.Forwarding.Identities;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Daemon.Steering;

/// <summary>
/// Puts together what is known into what others work by: settings, the kernel's view and the verdicts of health become the path's
/// <see cref="Plan"/>, the facts that health goes by, and the plan of the plumbing. Pure: it asks nobody and changes nothing.
/// </summary>
internal static class PlanMaker
{
    /// <summary>The smallest IP packet that every link must take; below it the kernel's word is not believed (RFC 791).</summary>
    private const int LeastMtu = 576;

    /// <summary>What a plan would say now.</summary>
    /// <param name="settings">The links and zones that there are to be.</param>
    /// <param name="ports">Their numbers.</param>
    /// <param name="view">What the kernel has of them.</param>
    /// <param name="health">What the probes say.</param>
    /// <param name="volumeOf">What a link has carried of its cap.</param>
    /// <param name="loaded">Adds what is known of a link's load.</param>
    public static PlanDraft Draft(
        Settings settings, PortRegistry ports, KernelView view, LinkWatch health, Func<LinkSettings, LinkVolume> volumeOf, Func<LinkState, LinkState> loaded) =>
        new([.. Links(settings, ports, view, health.Reports(), volumeOf).Select(loaded)], [.. Zones(settings, ports, view)], [.. Neighbours(settings, ports, view)], health.Asked());

    public static IEnumerable<LinkState> Links(Settings settings, PortRegistry ports, KernelView view, IReadOnlyList<Health.LinkReport> verdicts,
        Func<LinkSettings, LinkVolume> volumeOf)
    {
        foreach (LinkSettings link in settings.Links)
        {
            PortId id = ports.Claim(link.Name);
            Health.LinkReport? report = verdicts.FirstOrDefault(r => r.Link == id);
            KernelInterface? found = view.Interface(link.Interface);
            if (found is null)
            {
                yield return new LinkState { Id = id, Health = link.Enabled ? LinkHealth.Down : LinkHealth.Disabled };
                continue;
            }
            LinkFacts facts = Facts(link, view);
            yield return new LinkState
            {
                Id = id,
                Usable = report?.Verdict.Usable ?? false,
                Health = report?.Verdict.Health ?? LinkHealth.Down,
                Volume = volumeOf(link),
                Addresses = [.. view.AddressesOf(found.Index).Where(a => !a.IsLinkLocal)],
                Subnets = [.. view.ConnectedPrefixes(found.Index)],
                Gateway4 = facts.Gateway4,
                Gateway6 = Gateway6(link, view, found),
                GatewayMac4 = view.MacOf(found.Index, facts.Gateway4),
                GatewayMac6 = view.MacOf(found.Index, Gateway6(link, view, found)),
                Ethernet = found.Ethernet,
                Mtu = Math.Max(found.Mtu, LeastMtu),
            };
        }
    }

    public static IEnumerable<ZoneState> Zones(Settings settings, PortRegistry ports, KernelView view)
    {
        foreach (ZoneSettings zone in settings.Zones)
        {
            List<KernelInterface> interfaces = Present(zone, view);
            yield return new ZoneState
            {
                Id = ports.Claim(zone.Name),
                Networks = [.. interfaces.SelectMany(i => view.NetworksBehind(i.Index)).Distinct()],
                Addresses = [.. interfaces.SelectMany(i => view.AddressesOf(i.Index)).Distinct()],
                Mtu = interfaces.Count == 0 ? 1500 : Math.Max(LeastMtu, interfaces.Min(i => i.Mtu)),
            };
        }
    }

    /// <summary>Hosts on the links' own networks whose MAC is known.</summary>
    public static IEnumerable<KeyValuePair<(PortId, Address), ulong>> Neighbours(Settings settings, PortRegistry ports, KernelView view)
    {
        foreach (LinkSettings link in settings.Links)
        {
            if (view.Interface(link.Interface) is not { } found) continue;
            PortId id = ports.Claim(link.Name);
            foreach (Neighbour neighbour in view.Neighbours)
            {
                if (neighbour.Interface == found.Index && neighbour.Mac != 0) yield return new((id, neighbour.Address), neighbour.Mac);
            }
        }
    }

    /// <summary>What health is to know of a link.</summary>
    public static LinkFacts Facts(LinkSettings link, KernelView view)
    {
        if (view.Interface(link.Interface) is not { } found) return new LinkFacts { Disabled = !link.Enabled };
        List<Address> addresses = view.AddressesOf(found.Index);
        Address gateway4 = link.Gateway4 ?? view.DefaultGateway(found.Index, v4: true);
        // A link-local gateway is no target for a probe: its answer would be as link-local, and that is the kernel's to keep.
        Address gateway6 = Gateway6(link, view, found) is { IsLinkLocal: false } global ? global : default;
        Neighbour? neighbour = gateway4.IsUnspecified ? null : view.Neighbour(found.Index, gateway4);
        return new LinkFacts(
            Present: true,
            Carrier: found is { Up: true, Carrier: true },
            found.Index,
            addresses.FirstOrDefault(a => a.IsV4),
            addresses.FirstOrDefault(a => !a.IsV4 && !a.IsLinkLocal),
            gateway4,
            gateway6,
            GatewayNeighbourOk: !found.Ethernet || neighbour is null ? null
                : neighbour.Value.State == NeighbourState.Failed ? false
                : neighbour.Value.Mac != 0 ? true : null,
            Disabled: !link.Enabled);
    }

    /// <summary>Whether the path, by this plan, would take a probe out by a link. Probes go to the gateway or past it, mostly by IPv4.</summary>
    public static bool CarriesProbes(Plan plan, PortId id, in LinkFacts facts)
    {
        Address source = facts.Source4.IsUnspecified ? facts.Source6 : facts.Source4;
        if (plan.Link(id) is not { } link || !link.Addresses.Contains(source)) return false;
        (Address gateway, ulong mac) = source.IsV4 ? (link.Gateway4, link.GatewayMac4) : (link.Gateway6, link.GatewayMac6);
        return !link.Ethernet || gateway.IsUnspecified || mac != 0;
    }

    public static PlumbingPlan Plumbing(Settings settings, PortRegistry ports, Policy policy, KernelView view, Roster roster) => new()
    {
        Zones = [.. settings.Zones.Select(zone => new ZonePlan(ports.Claim(zone.Name), zone.Name, [.. zone.Interfaces], TunMtu(zone, view)))],
        Links = [.. settings.Links.Select(link => PlumbLink(link, ports, view))],
        Input = [.. InputRules(settings, ports, policy)],
        Roster = roster,
        PortalPorts = settings.Portal.Ports,
    };

    /// <summary>What the plumbing would do, as text: its plan but for who is logged in, and which devices there are to do it with.</summary>
    public static string Digest(PlumbingPlan plan, KernelView view)
    {
        var text = new StringBuilder();
        foreach (ZonePlan zone in plan.Zones) text.Append(CultureInfo.InvariantCulture, $"{zone.Id} {zone.Name} {zone.Mtu} ").AppendJoin(' ', zone.Interfaces).Append('\n');
        foreach (LinkPlan link in plan.Links)
        {
            text.Append(link.Name).Append(' ').Append(link.Id?.ToString()).Append(' ').Append(link.Interface).Append(' ').AppendJoin(' ', link.Addresses).Append(' ').AppendJoin(' ', link.Gateways).Append('\n');
        }
        foreach (InputRule rule in plan.Input)
        {
            text.Append(CultureInfo.InvariantCulture, $"{rule.Name} {rule.Family} {rule.Action} ").AppendJoin(' ', rule.Interfaces).AppendJoin(' ', rule.Sources).AppendJoin(' ', rule.Services).Append(' ').Append(rule.Who).Append('\n');
        }
        text.AppendJoin(' ', plan.PortalPorts).Append('\n');
        foreach (KernelInterface found in view.Interfaces) text.Append(CultureInfo.InvariantCulture, $"{found.Index} {found.Name} {found.Up} {found.Mtu} {found.Group}\n");
        return text.ToString();
    }

    private static Address Gateway6(LinkSettings link, KernelView view, KernelInterface found) =>
        link.Gateway6 ?? view.DefaultGateway(found.Index, v4: false);

    private static LinkPlan PlumbLink(LinkSettings link, PortRegistry ports, KernelView view)
    {
        LinkFacts facts = Facts(link, view);
        Address gateway6 = view.Interface(link.Interface) is { } there ? Gateway6(link, view, there) : default;
        Address[] addresses = view.Interface(link.Interface) is { } found ? [.. view.AddressesOf(found.Index).Where(a => !a.IsLinkLocal)] : [];
        return new LinkPlan(link.Name, link.Interface, addresses, [facts.Gateway4, gateway6]) { Id = ports.Claim(link.Name) };
    }

    // A zone's TUN takes whatever its interfaces take: too big is for us to say, not for the kernel on the way in.
    private static int TunMtu(ZoneSettings zone, KernelView view) => Present(zone, view) is { Count: > 0 } found ? Math.Max(1500, found.Max(i => i.Mtu)) : 1500;

    private static List<KernelInterface> Present(ZoneSettings zone, KernelView view) =>
        [.. zone.Interfaces.Select(view.Interface).OfType<KernelInterface>()];

    /// <summary>Whether a rule has a say in what local hosts may send to the box itself: it names `firewall`, and maps no port.</summary>
    public static bool SpeaksOfBox(Rule rule) =>
        rule is { Active: true, ForwardTo: null } && !rule.Destination.IsAny && (rule.Destination.Ports & PortId.Host.Bit) != 0;

    // The rules that speak of the box itself and of local senders. What a rule names as a zone becomes that zone's interfaces.
    private static IEnumerable<InputRule> InputRules(Settings settings, PortRegistry ports, Policy policy)
    {
        foreach (Rule rule in policy.Rules.Take(policy.Rules.Length - 1))
        {
            if (!SpeaksOfBox(rule)) continue;
            string[] interfaces = [.. settings.Zones.Where(z => (rule.Source.Ports & ports.Claim(z.Name).Bit) != 0).SelectMany(z => z.Interfaces)];
            AddressRange[] sources = [.. rule.Source.Ranges];
            if (rule.Source.IsAny || interfaces.Length > 0) yield return Input(rule, rule.Source.IsAny ? [] : interfaces, []);
            if (sources.Length > 0) yield return Input(rule, [], sources);
            if (rule.Source.Who is { } who) yield return Input(rule, [], []) with { Who = who };
        }
    }

    private static InputRule Input(Rule rule, string[] interfaces, AddressRange[] sources) => new()
    {
        Name = rule.Name, Interfaces = interfaces, Sources = sources, Services = rule.Services, Family = rule.Family, Action = rule.Action,
    };
}
