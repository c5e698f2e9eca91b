using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Router.Ports.Linux.Netlink;
using Router.Wire;
using static Router.Ports.Linux.Netlink.LinuxNeighbour;
using static Router.Ports.Linux.Netlink.LinuxNetlink;
using static Router.Ports.Linux.Netlink.LinuxRtnetlink;

namespace Router.Daemon.Kernel;

/// <summary>
/// Asks the kernel for one neighbour, now (RTM_GETNEIGH without NLM_F_DUMP, Linux 5.0). <see cref="KernelWatch"/> hears of neighbours some
/// milliseconds after the kernel; who cannot wait for that asks here. The kernel answers before the question's system call returns, so
/// nothing is waited for. A question is two system calls, some microseconds; there are at most <see cref="MostPerSecond"/> of them a second, and
/// beyond that the answer is that nobody knows. Allocates nothing. One thread at a time.
///
///     nlmsghdr 16 | ndmsg 12 | nlattr 4, NDA_DST 4 or 16
/// </summary>
internal sealed class NeighbourQuestion : IDisposable
{
    public const int MostPerSecond = 1000;

    private const int Attribute = 28, Value = 32, ReceiveBuffer = 1 << 16;

    private readonly NetlinkSocket _socket = NetlinkSocket.Open([], ReceiveBuffer);
    private readonly byte[] _question = new byte[Value + 16], _answer = new byte[4096];
    private uint _sequence;
    private long _second;
    private int _asked;

    /// <summary>The MAC of an address on an interface; 0 if the kernel has none, or if too much was asked.</summary>
    /// <param name="now">Monotonic microseconds.</param>
    public ulong MacOf(int interfaceIndex, Address address, long now)
    {
        if (now - _second >= 1_000_000) (_second, _asked) = (now, 0);
        if (_asked >= MostPerSecond) return 0;
        _asked++;
        try
        {
            _socket.Send(Write(interfaceIndex, address));
            return Read(address);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    public void Dispose() => _socket.Dispose();

    private ReadOnlySpan<byte> Write(int interfaceIndex, Address address)
    {
        int octets = address.IsV4 ? 4 : 16;
        Span<byte> question = _question;
        MemoryMarshal.Write(question, new nlmsghdr { nlmsg_len = (uint)(Value + octets), nlmsg_type = RTM_GETNEIGH, nlmsg_flags = NLM_F_REQUEST, nlmsg_seq = ++_sequence });
        MemoryMarshal.Write(question[Unsafe.SizeOf<nlmsghdr>()..], new ndmsg { ndm_family = address.IsV4 ? KernelMessages.AF_INET : KernelMessages.AF_INET6, ndm_ifindex = interfaceIndex });
        MemoryMarshal.Write(question[Attribute..], new nlattr { nla_len = (ushort)(Value - Attribute + octets), nla_type = NDA_DST });
        if (address.IsV4) address.WriteV4(question[Value..]);
        else address.WriteV6(question[Value..]);
        return question[..(Value + octets)];
    }

    // RTM_NEWNEIGH, or NLMSG_ERROR with ENOENT. An answer to an earlier question, should one be left, is passed over.
    private ulong Read(Address address)
    {
        while (_socket.TryReceive(_answer, out _) is >= 0 and int length)
        {
            foreach (NetlinkMessage message in new NetlinkMessages(_answer.AsSpan(0, Math.Min(length, _answer.Length))))
            {
                if (message.Sequence != _sequence) continue;
                return message.Type == RTM_NEWNEIGH && KernelMessages.TryNeighbour(message, out Neighbour found) && found.Address == address ? found.Mac : 0;
            }
        }
        return 0;
    }
}
