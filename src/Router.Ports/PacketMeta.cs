namespace Router.Ports;

/// <summary>What travels beside a packet's octets while it is in a batch.</summary>
public struct PacketMeta
{
    /// <summary>Octets of the IP packet.</summary>
    public int Length;

    public Offload Offload;

    /// <summary>Where an Ethernet port sends it: the six octets read as a big-endian number. Not read by other ports.</summary>
    public ulong NextHop;
}
