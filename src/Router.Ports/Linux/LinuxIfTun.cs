namespace Router.Ports.Linux;

/// <summary>linux/if_tun.h</summary>
internal static class LinuxIfTun
{
    public const uint TUNSETIFF = 0x400454ca;
    public const uint TUNSETPERSIST = 0x400454cb;
    public const uint TUNSETOFFLOAD = 0x400454d0;
    public const uint TUNGETIFF = 0x800454d2;
    public const uint TUNGETVNETHDRSZ = 0x800454d7;
    public const uint TUNSETVNETHDRSZ = 0x400454d8;

    public const int IFF_TUN = 0x0001;
    public const int IFF_TAP = 0x0002;
    public const int IFF_MULTI_QUEUE = 0x0100;
    public const int IFF_PERSIST = 0x0800;
    public const int IFF_NO_PI = 0x1000;
    public const int IFF_VNET_HDR = 0x4000;

    public const uint TUN_F_CSUM = 0x01;
    public const uint TUN_F_TSO4 = 0x02;
    public const uint TUN_F_TSO6 = 0x04;
    public const uint TUN_F_TSO_ECN = 0x08;

    /// <summary>Since Linux 6.2; both of USO4 and USO6 or none.</summary>
    public const uint TUN_F_USO4 = 0x20;
    public const uint TUN_F_USO6 = 0x40;
}
