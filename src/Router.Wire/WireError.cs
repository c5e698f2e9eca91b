namespace Router.Wire;

/// <summary>Why octets are not the header that they were read as. The names end up in drop counters.</summary>
public enum WireError : byte
{
    None,

    /// <summary>Fewer octets than the header, or a header inside it, needs.</summary>
    Truncated,

    /// <summary>The IP version is not the one of this view.</summary>
    BadVersion,

    /// <summary>A header length below its minimum, or beyond the packet.</summary>
    BadHeaderLength,

    /// <summary>A length field that promises more octets than came, or fewer than the header.</summary>
    BadTotalLength,

    /// <summary>The checksum is complete and wrong.</summary>
    BadChecksum,

    /// <summary>An option whose length or pointer makes no sense.</summary>
    BadOption,

    /// <summary>Hardware or protocol kinds that this view does not speak of.</summary>
    BadFormat,

    /// <summary>An IPv6 extension header where it must not stand: hop-by-hop not first, a second fragment header (RFC 8200 4.1).</summary>
    BadHeaderOrder,

    /// <summary>More IPv6 extension headers than we are willing to walk.</summary>
    TooManyHeaders,

    /// <summary>An IPv6 packet from ::ffff:a.b.c.d, which is a host's own notation for IPv4 (RFC 4291 2.5.5.2).</summary>
    MappedSource,

    /// <summary>The same of its destination.</summary>
    MappedDestination,
}
