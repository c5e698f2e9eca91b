using System.Runtime.InteropServices;

namespace Router.Ports.Linux;

/// <summary>linux/virtio_net.h</summary>
internal static class LinuxVirtioNet
{
    public const byte VIRTIO_NET_HDR_F_NEEDS_CSUM = 1;
    public const byte VIRTIO_NET_HDR_F_DATA_VALID = 2;

    public const byte VIRTIO_NET_HDR_GSO_NONE = 0;
    public const byte VIRTIO_NET_HDR_GSO_TCPV4 = 1;
    public const byte VIRTIO_NET_HDR_GSO_TCPV6 = 4;
    public const byte VIRTIO_NET_HDR_GSO_UDP_L4 = 5;
    public const byte VIRTIO_NET_HDR_GSO_ECN = 0x80;

    /// <summary>struct virtio_net_hdr; in the byte order of the host, as TUN and AF_PACKET leave it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct virtio_net_hdr
    {
        public byte flags;
        public byte gso_type;
        public ushort hdr_len;
        public ushort gso_size;
        public ushort csum_start;
        public ushort csum_offset;
    }
}
