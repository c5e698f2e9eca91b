using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Daemon.Steering;

/// <summary>
/// Tells, once each, of a link whose own network overlaps one behind a zone (RFC 4787 7): a provider's box that hands out the
/// network that the office has. The Internet works all the same, as the gateway is reached by its MAC; the provider's hosts inside
/// that network cannot be, since the zone's are meant. Two links may well have one network, and are not told of.
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

    /// <summary>All overlaps of a plan, as sentences.</summary>
    public static IEnumerable<string> Of(Plan plan)
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
