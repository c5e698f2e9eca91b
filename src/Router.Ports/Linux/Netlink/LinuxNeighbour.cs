using System.Runtime.InteropServices;

#pragma warning disable CS8981 // C's names are kept in bindings (style.md 18).

namespace Router.Ports.Linux.Netlink;

/// <summary>linux/neighbour.h: who has which address on a link.</summary>
public static class LinuxNeighbour
{
    public const ushort NDA_DST = 1, NDA_LLADDR = 2, NDA_FLAGS_EXT = 15;
    public const byte NTF_USE = 0x01, NTF_PROXY = 0x08;
    public const uint NTF_EXT_MANAGED = 1;
    public const ushort NUD_INCOMPLETE = 0x01, NUD_REACHABLE = 0x02, NUD_STALE = 0x04, NUD_DELAY = 0x08;
    public const ushort NUD_PROBE = 0x10, NUD_FAILED = 0x20, NUD_NOARP = 0x40, NUD_PERMANENT = 0x80, NUD_NONE = 0x00;

    [StructLayout(LayoutKind.Sequential)]
    public struct ndmsg
    {
        public byte ndm_family;
        public byte ndm_pad1;
        public ushort ndm_pad2;
        public int ndm_ifindex;
        public ushort ndm_state;
        public byte ndm_flags;
        public byte ndm_type;
    }
}
