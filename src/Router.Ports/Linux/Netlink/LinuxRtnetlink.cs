using System.Runtime.InteropServices;

#pragma warning disable CS8981 // C's names are kept in bindings (style.md 18).

namespace Router.Ports.Linux.Netlink;

/// <summary>linux/rtnetlink.h: message types, multicast groups, routes.</summary>
public static class LinuxRtnetlink
{
    public const ushort RTM_NEWLINK = 16, RTM_DELLINK = 17, RTM_GETLINK = 18;
    public const ushort RTM_NEWADDR = 20, RTM_DELADDR = 21, RTM_GETADDR = 22;
    public const ushort RTM_NEWROUTE = 24, RTM_DELROUTE = 25, RTM_GETROUTE = 26;
    public const ushort RTM_NEWNEIGH = 28, RTM_DELNEIGH = 29, RTM_GETNEIGH = 30;
    public const ushort RTM_NEWRULE = 32, RTM_DELRULE = 33, RTM_GETRULE = 34;

    public const int RTNLGRP_LINK = 1, RTNLGRP_NEIGH = 3;
    public const int RTNLGRP_IPV4_IFADDR = 5, RTNLGRP_IPV4_ROUTE = 7;
    public const int RTNLGRP_IPV6_IFADDR = 9, RTNLGRP_IPV6_ROUTE = 11;

    public const ushort RTA_DST = 1, RTA_OIF = 4, RTA_GATEWAY = 5, RTA_PRIORITY = 6, RTA_PREFSRC = 7;
    public const ushort RTA_MULTIPATH = 9, RTA_TABLE = 15, RTA_VIA = 18;

    public const byte RTN_UNICAST = 1, RTN_LOCAL = 2, RTN_BLACKHOLE = 6, RTN_UNREACHABLE = 7;
    public const byte RTPROT_KERNEL = 2, RTPROT_BOOT = 3, RTPROT_STATIC = 4, RTPROT_RA = 9;
    public const byte RT_SCOPE_UNIVERSE = 0, RT_SCOPE_LINK = 253, RT_SCOPE_HOST = 254;
    public const byte RT_TABLE_UNSPEC = 0, RT_TABLE_COMPAT = 252, RT_TABLE_MAIN = 254, RT_TABLE_LOCAL = 255;

    public const uint RTM_F_CLONED = 0x200;
    public const byte RTNH_F_DEAD = 1;

    [StructLayout(LayoutKind.Sequential)]
    public struct rtmsg
    {
        public byte rtm_family;
        public byte rtm_dst_len;
        public byte rtm_src_len;
        public byte rtm_tos;
        public byte rtm_table;
        public byte rtm_protocol;
        public byte rtm_scope;
        public byte rtm_type;
        public uint rtm_flags;
    }

    /// <summary>One next hop of a multipath route; its attributes follow within rtnh_len.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct rtnexthop
    {
        public ushort rtnh_len;
        public byte rtnh_flags;
        public byte rtnh_hops;
        public int rtnh_ifindex;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ifinfomsg
    {
        public byte ifi_family;
        public byte __ifi_pad;
        public ushort ifi_type;
        public int ifi_index;
        public uint ifi_flags;
        public uint ifi_change;
    }
}
