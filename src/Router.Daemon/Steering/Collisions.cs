using Router.Configuration;
using Router.Daemon.Kernel;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Daemon.Steering;

/// <summary>
/// Tells, once each, of a link whose own network overlaps one behind a zone (RFC 4787 7): a provider's box that hands out the
/// network that the office has. The Internet works all the same, as the gateway is reached by its MAC; the provider's hosts inside
/// that network cannot be, since the zone's are meant. Two links may well have one network, and are not told of. Two zones may not: what
/// is for an address that both have goes to the one with the narrower network, or to the first.
/// </summary>
internal sealed class Collisions(Journal journal)
{
    private HashSet<string> _told = [];

    /// <summary>Looks at a plan, and writes to the journal what was not there before.</summary>
    public void Look(Plan plan)
    {
        var now = new HashSet<string>(Of(plan));
        foreach (string collision in now.Except(_told)) journal.Write(Catalog.AddressCollision, Priority.Warning, collision);
        _told = now;
    }

    /// <summary>The overlaps that a configuration would have on the box as it is, as `check` tells them.</summary>
    /// <param name="file">Where the warnings are said to be of.</param>
    /// <param name="settings">The configuration in question.</param>
    /// <param name="view">Which networks are on which interfaces.</param>
    public static IEnumerable<ConfigurationError> Warnings(string file, Settings settings, KernelView view)
    {
        // Numbers of its own: asking must not claim any.
        var ports = new PortRegistry();
        Policy policy = PolicyCompiler.Compile(settings, ports, DateTimeOffset.Now, null).Policy;
        var plan = new Plan(0, policy, PlanMaker.Links(settings, ports, view, [], static _ => default), PlanMaker.Zones(settings, ports, view));
        foreach (string collision in Of(plan))
        {
            int remedy = collision.LastIndexOf("; ", StringComparison.Ordinal);
            yield return new ConfigurationError(file, 0, 0, collision[..remedy], collision[(remedy + 2)..], Severity.Warning);
        }
    }

    /// <summary>All overlaps of a plan, as sentences that end with what to do.</summary>
    public static IEnumerable<string> Of(Plan plan) => OfLinks(plan).Concat(OfZones(plan));

    private static IEnumerable<string> OfZones(Plan plan)
    {
        var behind = plan.Policy.Zones.SelectMany(zone => (plan.Zone(zone.Id)?.Networks ?? []).Where(n => !n.First.IsLinkLocal).Select(network => (zone.Name, Network: network))).ToList();
        for (int i = 0; i < behind.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                ((string first, Prefix one), (string second, Prefix other)) = (behind[j], behind[i]);
                if (first == second || !(one.Contains(other.First) || other.Contains(one.First))) continue;
                yield return $"zone {first} has the network {one}, and zone {second} has {other}: what is for an address of both goes to zone {(other.Length > one.Length ? second : first)} only; renumber one of the two";
            }
        }
    }

    private static IEnumerable<string> OfLinks(Plan plan)
    {
        foreach (LinkPolicy link in plan.Policy.Links)
        {
            foreach (ZonePolicy zone in plan.Policy.Zones)
            {
                foreach (Prefix subnet in plan.Link(link.Id)?.Subnets ?? [])
                {
                    foreach (Prefix network in (plan.Zone(zone.Id)?.Networks ?? []).Where(n => n.Contains(subnet.First) || subnet.Contains(n.First)))
                    {
                        yield return $"link {link.Name} has the network {subnet}, and {network} is behind zone {zone.Name}: "
                            + "the Internet works, but hosts of the provider with such addresses cannot be reached; renumber one of the two";
                    }
                }
            }
        }
    }
}
