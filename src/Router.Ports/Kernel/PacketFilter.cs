using Router.Ports.Linux;
using static Router.Ports.Linux.LinuxFilter;

namespace Router.Ports;

/// <summary>
/// What a packet socket lets in, as a classic BPF program that the kernel runs before it queues: IPv4 and IPv6, for this station,
/// of this interface's own network. All of it is read from what the kernel knows about the packet, so that one program serves
/// interfaces with and without a link header. A frame with an 802.1Q tag belongs to another network, and comes again on the
/// interface that is made for it (eth0.10); only tag 0, a mere priority, is ours (IEEE 802.1Q 6.9).
/// </summary>
internal static unsafe class PacketFilter
{
    private const uint Whole = 0x40000;

    private static readonly sock_filter[] Program =
    [
        Load(SKF_AD_PKTTYPE),
        Unless(LinuxIfPacket.PACKET_HOST, skip: 6),
        Load(SKF_AD_VLAN_TAG),
        new() { code = BPF_ALU | BPF_AND | BPF_K, k = 0x0fff },
        Unless(0, skip: 3),
        Load(SKF_AD_PROTOCOL),
        new() { code = BPF_JMP | BPF_JEQ | BPF_K, k = LinuxIfPacket.ETH_P_IP, jt = 2, jf = 0 },
        new() { code = BPF_JMP | BPF_JEQ | BPF_K, k = LinuxIfPacket.ETH_P_IPV6, jt = 1, jf = 0 },
        new() { code = BPF_RET | BPF_K, k = 0 },
        new() { code = BPF_RET | BPF_K, k = Whole },
    ];

    /// <returns>Less than 0 if the kernel refuses it.</returns>
    public static int Attach(int socket)
    {
        fixed (sock_filter* first = Program)
        {
            sock_fprog program = new() { len = (ushort)Program.Length, filter = first };
            return SysSocket.setsockopt(socket, SysSocket.SOL_SOCKET, SysSocket.SO_ATTACH_FILTER, &program, (uint)sizeof(sock_fprog));
        }
    }

    private static sock_filter Load(int what) => new() { code = BPF_LD | BPF_W | BPF_ABS, k = unchecked((uint)(SKF_AD_OFF + what)) };

    private static sock_filter Unless(uint value, byte skip) => new() { code = BPF_JMP | BPF_JEQ | BPF_K, k = value, jt = 0, jf = skip };
}
