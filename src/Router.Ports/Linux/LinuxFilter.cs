using System.Runtime.InteropServices;

namespace Router.Ports.Linux;

/// <summary>linux/filter.h and linux/bpf_common.h: classic BPF, as a socket takes it with SO_ATTACH_FILTER.</summary>
internal static class LinuxFilter
{
    public const ushort BPF_LD = 0x00;
    public const ushort BPF_JMP = 0x05;
    public const ushort BPF_ALU = 0x04;
    public const ushort BPF_RET = 0x06;
    public const ushort BPF_W = 0x00;
    public const ushort BPF_ABS = 0x20;
    public const ushort BPF_AND = 0x50;
    public const ushort BPF_JEQ = 0x10;
    public const ushort BPF_K = 0x00;

    /// <summary>Loads from here on read what the kernel knows about the packet, not its octets.</summary>
    public const int SKF_AD_OFF = -0x1000;
    public const int SKF_AD_PROTOCOL = 0;
    public const int SKF_AD_PKTTYPE = 4;
    public const int SKF_AD_VLAN_TAG = 44;

    [StructLayout(LayoutKind.Sequential)]
    public struct sock_filter
    {
        public ushort code;
        public byte jt;
        public byte jf;
        public uint k;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct sock_fprog
    {
        public ushort len;
        public sock_filter* filter;
    }
}
