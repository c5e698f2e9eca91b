using System.Runtime.InteropServices;

#pragma warning disable CS8981 // C's names are kept in bindings (style.md 18).

namespace Router.Ports.Linux.Netlink;

/// <summary>linux/fib_rules.h: which routing table decides for which packet.</summary>
public static class LinuxFibRules
{
    public const uint FIB_RULE_INVERT = 0x02;
    public const ushort FRA_DST = 1, FRA_SRC = 2, FRA_IIFNAME = 3, FRA_PRIORITY = 6, FRA_FWMARK = 10;
    public const ushort FRA_SUPPRESS_IFGROUP = 13, FRA_SUPPRESS_PREFIXLEN = 14, FRA_TABLE = 15, FRA_OIFNAME = 17, FRA_PROTOCOL = 21;
    public const byte FR_ACT_TO_TBL = 1, FR_ACT_BLACKHOLE = 6, FR_ACT_UNREACHABLE = 7;

    [StructLayout(LayoutKind.Sequential)]
    public struct fib_rule_hdr
    {
        public byte family;
        public byte dst_len;
        public byte src_len;
        public byte tos;
        public byte table;
        public byte res1;
        public byte res2;
        public byte action;
        public uint flags;
    }
}
