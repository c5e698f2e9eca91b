using Router.Wire;

namespace Router.Forwarding.Answers;

/// <summary>
/// The packet that an answer is about, either family, down to its upper layer. Answers are rare and limited in rate, so they read
/// it for themselves, and whoever refuses a packet need not have understood it first.
/// </summary>
internal readonly ref struct Subject
{
    public Address Source { get; private init; }

    public Address Destination { get; private init; }

    /// <summary>The upper protocol; see <see cref="Ipv6Upper.Protocol"/> on what it means in a later fragment.</summary>
    public byte Protocol { get; private init; }

    /// <summary>It is one of several pieces.</summary>
    public bool IsFragment { get; private init; }

    /// <summary>It is one of several pieces, and not the one with the upper header.</summary>
    public bool IsLaterFragment { get; private init; }

    /// <summary>From the upper header to the end of the packet; link-layer padding is left out.</summary>
    public Span<byte> Upper { get; private init; }

    /// <summary>Refuses what has no sound IP header, or no readable chain of extension headers.</summary>
    public static bool TryRead(Span<byte> packet, out Subject subject)
    {
        subject = default;
        return !packet.IsEmpty && (packet[0] >> 4) switch
        {
            4 => TryReadV4(packet, out subject),
            6 => TryReadV6(packet, out subject),
            _ => false,
        };
    }

    /// <summary>
    /// Whether the source is one host that an answer can reach (RFC 1122 3.2.2, RFC 4443 2.4 e.6). Whether it is the directed
    /// broadcast address of one of our networks only the path knows, and has refused it then.
    /// </summary>
    public bool SourceIsOneHost => !(Source.IsUnspecified || Source.IsMulticast || Source.IsLoopback || Source.IsReserved || Source.IsThisNetwork);

    /// <summary>Whether it was sent to one host; a link-layer broadcast is refused by the ports.</summary>
    public bool DestinationIsOneHost => !(Destination.IsUnspecified || Destination.IsMulticast || Destination.IsLimitedBroadcast);

    private static bool TryReadV4(Span<byte> packet, out Subject subject)
    {
        subject = default;
        if (!Ipv4.TryRead(packet, out Ipv4 ip, out _)) return false;
        subject = new Subject
        {
            Source = ip.Source,
            Destination = ip.Destination,
            Protocol = ip.Protocol,
            IsFragment = ip.IsFragment,
            IsLaterFragment = ip.FragmentOffset != 0,
            Upper = ip.Payload,
        };
        return true;
    }

    private static bool TryReadV6(Span<byte> packet, out Subject subject)
    {
        subject = default;
        if (!Ipv6.TryRead(packet, out Ipv6 ip, out _) || !ip.TryWalk(out Ipv6Upper upper, out _)) return false;
        subject = new Subject
        {
            Source = ip.Source,
            Destination = ip.Destination,
            Protocol = upper.Protocol,
            IsFragment = upper.IsFragment,
            IsLaterFragment = upper.FragmentOffset != 0,
            Upper = ip.Octets[upper.Offset..],
        };
        return true;
    }
}
