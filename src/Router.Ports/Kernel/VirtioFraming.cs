using System.Runtime.CompilerServices;
using Router.Ports.Linux;
using static Router.Ports.Linux.LinuxVirtioNet;

namespace Router.Ports;

/// <summary>
/// struct virtio_net_hdr to <see cref="Offload"/> and back. TUN and AF_PACKET put it in front of the whole frame, so that its
/// csum_start and hdr_len count the link header; ours begin at the IP header.
/// </summary>
internal static unsafe class VirtioFraming
{
    public const int Size = 10;

    /// <param name="header">Where the virtio header stands; no alignment needed.</param>
    /// <param name="link">Octets of the link header.</param>
    /// <param name="offload">Where it goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read(byte* header, int link, out Offload offload)
    {
        offload = default;
        virtio_net_hdr* virtio = (virtio_net_hdr*)header;
        if ((virtio->flags | virtio->gso_type) == 0) return;
        offload.Flags = virtio->flags;
        offload.Segmentation = virtio->gso_type;
        offload.SegmentSize = virtio->gso_size;
        offload.HeaderLength = (ushort)Math.Max(0, virtio->hdr_len - link);
        if ((virtio->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) == 0) return;
        offload.ChecksumStart = (ushort)Math.Max(0, virtio->csum_start - link);
        offload.ChecksumOffset = virtio->csum_offset;
    }

    /// <summary>
    /// What was verified on arrival (DATA_VALID) is not said again: the packet has been changed since. A super-packet's header
    /// length is only a hint to the kernel how much to keep in one piece, but one beyond the packet is refused.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(byte* header, int link, in Offload offload)
    {
        virtio_net_hdr* virtio = (virtio_net_hdr*)header;
        *virtio = default;
        if (offload.ChecksumUnfinished)
        {
            virtio->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
            virtio->csum_start = (ushort)(offload.ChecksumStart + link);
            virtio->csum_offset = offload.ChecksumOffset;
        }
        if (!offload.IsSuper) return;
        virtio->gso_type = offload.Segmentation;
        virtio->gso_size = offload.SegmentSize;
        virtio->hdr_len = (ushort)Math.Min(offload.HeaderLength + link, ushort.MaxValue);
    }
}
