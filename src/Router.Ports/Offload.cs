namespace Router.Ports;

/// <summary>
/// What the kernel has left undone on a packet (struct virtio_net_hdr, without the link layer): a checksum that holds only its
/// pseudo-header sum, or a super-packet that is still to be cut into segments. Offsets count from the first octet of the IP
/// header on every port; a port with an Ethernet header in front adds and subtracts its 14 octets itself.
/// </summary>
public struct Offload
{
    /// <summary>Octets of all headers, a hint for the segmenter. Only for super-packets.</summary>
    public ushort HeaderLength;

    /// <summary>Payload octets of each segment. Only for super-packets.</summary>
    public ushort SegmentSize;

    /// <summary>Where the octets covered by the unfinished checksum begin.</summary>
    public ushort ChecksumStart;

    /// <summary>Where the checksum stands, counted from <see cref="ChecksumStart"/>.</summary>
    public ushort ChecksumOffset;

    /// <summary>VIRTIO_NET_HDR_F_*: 1 = the checksum is unfinished, 2 = it was verified.</summary>
    public byte Flags;

    /// <summary>VIRTIO_NET_HDR_GSO_*: 0 = an ordinary packet, 1 = TCP over IPv4, 4 = TCP over IPv6, 5 = UDP; 0x80 is added for ECN.</summary>
    public byte Segmentation;

    public readonly bool ChecksumUnfinished => (Flags & 1) != 0;

    public readonly bool IsSuper => Segmentation != 0;
}
