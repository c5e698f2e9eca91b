using Router.Ports.Linux.Netlink;

namespace Router.Tests.Daemon.Kernel;

/// <summary>What a little-endian kernel 6.18 sent, octet by octet.</summary>
internal static class RecordedMessages
{
    public const string Address4 = """
        50000000 14000200 01000000 7f060000   nlmsghdr: length 80, RTM_NEWADDR, NLM_F_MULTI
        02188000 03000000                     ifaddrmsg: AF_INET, /24, IFA_F_PERMANENT, scope global, interface 3
        08000100 c0000202                     IFA_ADDRESS 192.0.2.2
        08000200 c0000202                     IFA_LOCAL 192.0.2.2
        09000300 77616e30 00000000            IFA_LABEL wan0
        08000800 80000000                     IFA_FLAGS
        14000600 ffffffff ffffffff 28600200 28600200   IFA_CACHEINFO
        """;

    public const string DefaultRoute4 = """
        34000000 18000200 01000000 7f060000   nlmsghdr: length 52, RTM_NEWROUTE, NLM_F_MULTI
        02000000 fe030001 00000000            rtmsg: AF_INET, /0, table main, protocol boot, scope global, unicast
        08000f00 fe000000                     RTA_TABLE 254
        08000500 c0000201                     RTA_GATEWAY 192.0.2.1
        08000400 03000000                     RTA_OIF 3
        """;

    public const string DefaultRoute6 = """
        74000000 18000200 01000000 7f060000   nlmsghdr: length 116, RTM_NEWROUTE, NLM_F_MULTI
        0a000000 fe030001 00000000            rtmsg: AF_INET6, /0, table main, protocol boot, scope global, unicast
        08000f00 fe000000                     RTA_TABLE 254
        08000600 00040000                     RTA_PRIORITY 1024
        14000500 20010db8 00010000 00000000 00000001   RTA_GATEWAY 2001:db8:1::1
        08000400 03000000                     RTA_OIF 3
        24000c00 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000   RTA_CACHEINFO
        05001400 00000000                     RTA_PREF medium
        """;

    public const string HairpinRule = """
        50000000 20000200 01000000 7f060000   nlmsghdr: length 80, RTM_NEWRULE, NLM_F_MULTI
        02200000 fc000001 00000000            fib_rule_hdr: AF_INET, to /32, table compat, FR_ACT_TO_TBL
        08000f00 1e1e0000                     FRA_TABLE 7710
        08000e00 ffffffff                     FRA_SUPPRESS_PREFIXLEN none
        05001500 52000000                     FRA_PROTOCOL 82
        09000300 6c616e30 00000000            FRA_IIFNAME lan0
        08000600 64000000                     FRA_PRIORITY 100
        08000100 c0000202                     FRA_DST 192.0.2.2
        """;

    public static readonly string[] All = [Address4, DefaultRoute4, DefaultRoute6, HairpinRule];

    /// <summary>The hexadecimal groups at the begin of each row.</summary>
    public static byte[] Octets(string rows) => Convert.FromHexString(string.Concat(rows.Split('\n')
        .SelectMany(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries).TakeWhile(word => word.Length == 8 && word.All(char.IsAsciiHexDigitLower)))));

    /// <summary>The only message of a datagram.</summary>
    public static NetlinkMessage Single(ReadOnlySpan<byte> datagram)
    {
        NetlinkMessages messages = new(datagram);
        Assert.True(messages.MoveNext());
        return messages.Current;
    }
}
