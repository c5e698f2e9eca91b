using System.Runtime.InteropServices;

namespace Router.Ports.Linux;

/// <summary>linux/if_packet.h, and the few names of linux/if_ether.h and linux/if_arp.h that go with it.</summary>
internal static class LinuxIfPacket
{
    public const int PACKET_HOST = 0;

    public const int PACKET_STATISTICS = 6;
    public const int PACKET_VNET_HDR = 15;
    public const int PACKET_IGNORE_OUTGOING = 23;

    public const int ETH_HLEN = 14;
    public const int ETH_ALEN = 6;
    public const int ETH_P_ALL = 0x0003;
    public const int ETH_P_IP = 0x0800;
    public const int ETH_P_IPV6 = 0x86dd;

    public const int ARPHRD_ETHER = 1;
    public const int ARPHRD_PPP = 512;
    public const int ARPHRD_RAWIP = 519;
    public const int ARPHRD_TUNNEL = 768;
    public const int ARPHRD_TUNNEL6 = 769;
    public const int ARPHRD_LOOPBACK = 772;
    public const int ARPHRD_SIT = 776;
    public const int ARPHRD_NONE = 0xfffe;

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct sockaddr_ll
    {
        public ushort sll_family;
        public ushort sll_protocol;
        public int sll_ifindex;
        public ushort sll_hatype;
        public byte sll_pkttype;
        public byte sll_halen;
        public fixed byte sll_addr[8];
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct tpacket_stats
    {
        public uint tp_packets;
        public uint tp_drops;
    }
}
