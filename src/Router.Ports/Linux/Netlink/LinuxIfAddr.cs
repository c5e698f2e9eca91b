using System.Runtime.InteropServices;

#pragma warning disable CS8981 // C's names are kept in bindings (style.md 18).

namespace Router.Ports.Linux.Netlink;

/// <summary>linux/if_addr.h: an address on an interface.</summary>
public static class LinuxIfAddr
{
    public const ushort IFA_ADDRESS = 1, IFA_LOCAL = 2, IFA_FLAGS = 8;
    public const uint IFA_F_SECONDARY = 0x01, IFA_F_TEMPORARY = 0x01, IFA_F_DADFAILED = 0x08;
    public const uint IFA_F_DEPRECATED = 0x20, IFA_F_TENTATIVE = 0x40;
    public const uint IFA_F_OPTIMISTIC = 0x04;

    [StructLayout(LayoutKind.Sequential)]
    public struct ifaddrmsg
    {
        public byte ifa_family;
        public byte ifa_prefixlen;
        public byte ifa_flags;
        public byte ifa_scope;
        public uint ifa_index;
    }
}
