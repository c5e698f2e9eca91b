using Router.Wire;

namespace Router.Forwarding.Answers;

/// <summary>The IP header of a packet that we send of our own accord, in the family of its addresses.</summary>
internal static class Envelope
{
    /// <summary>IANA's default TTL (RFC 1700, still what hosts use).</summary>
    private const byte TimeToLive = 64;

    /// <summary>Octets of the header that <see cref="Seal"/> writes.</summary>
    public static int HeaderLength(bool v4) => v4 ? Ipv4.MinHeaderLength : Ipv6.HeaderLength;

    /// <summary>
    /// Writes the header of a packet as long as the span. In IPv4 DF is set, so that the id means nothing (RFC 6864 4.1) and 0 will
    /// do: all that we say fits everywhere.
    /// </summary>
    /// <param name="packet">Header and payload; the payload may be written before or after.</param>
    /// <param name="protocol">The upper protocol.</param>
    /// <param name="trafficClass">DSCP and ECN.</param>
    /// <param name="source">Of the same family as the destination.</param>
    /// <param name="destination">Where it goes.</param>
    public static void Seal(Span<byte> packet, byte protocol, byte trafficClass, Address source, Address destination)
    {
        if (!source.IsV4)
        {
            Ipv6 ip6 = Ipv6.Over(packet);
            ip6.Begin(protocol, TimeToLive, source, destination);
            ip6.TrafficClass = trafficClass;
            return;
        }
        Ipv4 ip4 = Ipv4.Over(packet);
        ip4.Begin(protocol, TimeToLive, source, destination);
        ip4.TrafficClass = trafficClass;
        ip4.DontFragment = true;
        ip4.RewriteChecksum();
    }
}
