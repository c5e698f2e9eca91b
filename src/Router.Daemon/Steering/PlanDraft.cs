using System.Globalization;
using System.Text;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Daemon.Steering;

/// <summary>What a plan would say beside its rules.</summary>
/// <param name="Links">How the links are.</param>
/// <param name="Zones">How the zones are.</param>
/// <param name="Neighbours">The MACs of whom the path may send to, by port.</param>
/// <param name="Probed">Whom the probes ask.</param>
internal sealed record PlanDraft(LinkState[] Links, ZoneState[] Zones, KeyValuePair<(PortId, Address), ulong>[] Neighbours, Address[] Probed)
{
    public Plan Make(uint epoch, Policy policy) => new(epoch, policy, Links, Zones, Neighbours, Probed);

    /// <summary>All of it as text, to tell whether a plan would say anything new.</summary>
    public string Digest()
    {
        var text = new StringBuilder().AppendJoin(' ', Probed).Append('\n');
        foreach (LinkState link in Links)
        {
            text.Append(CultureInfo.InvariantCulture, $"{link.Id} {link.Usable} {link.Health} {link.Volume} {link.Capacity} {link.Queues} {link.Mtu} {link.Ethernet} ");
            text.Append(CultureInfo.InvariantCulture, $"{link.Gateway4} {link.Gateway6} {link.GatewayMac4:x} {link.GatewayMac6:x} ");
            text.AppendJoin(' ', link.Addresses).Append(' ').AppendJoin(' ', link.Subnets).Append('\n');
        }
        foreach (ZoneState zone in Zones)
        {
            text.Append(CultureInfo.InvariantCulture, $"{zone.Id} {zone.Mtu} ").AppendJoin(' ', zone.Networks).Append(' ').AppendJoin(' ', zone.Addresses).Append('\n');
        }
        foreach (((PortId link, Address neighbour), ulong mac) in Neighbours.OrderBy(n => n.Key.Item1.Value).ThenBy(n => n.Key.Item2))
        {
            text.Append(CultureInfo.InvariantCulture, $"{link} {neighbour} {mac:x}\n");
        }
        return text.ToString();
    }
}
