using System.Runtime.InteropServices;

namespace Router.Ports.Linux;

/// <summary>net/if.h</summary>
internal static class NetIf
{
    /// <summary>Octets of an interface name, its closing zero among them.</summary>
    public const int IFNAMSIZ = 16;

    public const int IFF_UP = 1;

    /// <summary>struct ifreq. The members from offset 16 on are a union.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 40)]
    public unsafe struct ifreq
    {
        [FieldOffset(0)] public fixed byte ifr_name[IFNAMSIZ];
        [FieldOffset(16)] public short ifr_flags;
        [FieldOffset(16)] public int ifr_ifindex;
        [FieldOffset(16)] public int ifr_mtu;
        [FieldOffset(16)] public SysSocket.sockaddr ifr_hwaddr;
    }
}
