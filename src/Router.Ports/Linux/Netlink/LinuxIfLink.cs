namespace Router.Ports.Linux.Netlink;

/// <summary>linux/if_link.h, and of linux/if.h and linux/if_arp.h what its messages carry.</summary>
public static class LinuxIfLink
{
    public const ushort IFLA_ADDRESS = 1, IFLA_IFNAME = 3, IFLA_MTU = 4, IFLA_TXQLEN = 13;
    public const ushort IFLA_LINKINFO = 18, IFLA_IFALIAS = 20, IFLA_AF_SPEC = 26, IFLA_GROUP = 27;
    public const ushort IFLA_EXT_MASK = 29;
    public const ushort IFLA_INFO_KIND = 1;
    public const ushort IFLA_INET6_ADDR_GEN_MODE = 8;
    public const byte IN6_ADDR_GEN_MODE_EUI64 = 0, IN6_ADDR_GEN_MODE_NONE = 1;

    public const uint IFF_UP = 0x1, IFF_MULTICAST = 0x1000, IFF_LOWER_UP = 0x10000;
    public const uint RTEXT_FILTER_SKIP_STATS = 1 << 3;
    public const ushort ARPHRD_ETHER = 1, ARPHRD_LOOPBACK = 772, ARPHRD_NONE = 0xfffe;
    public const int IFNAMSIZ = 16;
}
