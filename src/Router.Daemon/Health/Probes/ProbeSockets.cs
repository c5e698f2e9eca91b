using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Router.Configuration;
using Router.Wire;
using static Router.Ports.Linux.SocketCalls;

namespace Router.Daemon.Health.Probes;

/// <summary>
/// The sockets of one link's probes, all bound to the link's own address, which is what makes a packet of the box leave by that
/// link. One raw ICMP socket for each family that is asked, which the kernel lets echo replies into and nothing else; one UDP socket
/// for each family in which name servers are asked; one TCP socket for each connection under way, kept by the slot of its probe. A new
/// address means new sockets: dispose these. Probes of the web have their own (<see cref="WebProbes"/>).
///
/// ICMP answers are told apart by identifier (random, plus the target's index), sequence (the round), source and token. A TCP
/// answer is a completed handshake, or the target's RST: either proves that the host was reached, and both echo our sequence
/// number. A name server is known by its address, its port and the ID, the low 16 bits of the token; with our random port that is as
/// much as resolvers have (RFC 5452 4). It has answered if it says NOERROR or NXDOMAIN. Connections are ended by
/// RST (SO_LINGER 0), so that a probe twice a second leaves no TIME_WAIT behind.
///
/// A probe that cannot be sent is not an error here: it is not answered, and its round says so.
/// </summary>
internal sealed class ProbeSockets : IDisposable
{
    private const int NameAt = 64, NameRoom = 28, SendAt = 128, ReceiveAt = SendAt + 384, ReceiveRoom = 1536;

    private readonly byte[] _memory = GC.AllocateArray<byte>(ReceiveAt + ReceiveRoom, pinned: true);
    private readonly ProbeAim[] _aims;
    private readonly DnsQuestion?[] _questions;
    private readonly ProbeSource _source;
    private readonly ushort _identifier = (ushort)RandomNumberGenerator.GetInt32(0x10000);
    private readonly int[] _connections;

    /// <param name="slots">How many probes can be under way, <see cref="LinkRounds.Slot"/>.</param>
    public ProbeSockets(ProbeAim[] aims, ProbeSource source, int slots)
    {
        (_aims, _source) = (aims, source);
        _questions = Array.ConvertAll(aims, aim => aim.Target.Question is { } name ? new DnsQuestion(name, DnsQuestion.A) : null);
        Faults = new string?[aims.Length];
        _connections = new int[slots];
        Array.Fill(_connections, -1);
        for (int target = 0; target < aims.Length; target++)
        {
            ProbeAim aim = aims[target];
            if (!source.Reaches(aim)) continue;
            Reachable |= 1UL << target;
            if (aim.Address.IsUnspecified) continue;
            bool v4 = aim.Address.IsV4;
            int shared = aim.Kind switch
            {
                ProbeKind.Icmp when v4 => Echo4 = Echo4 >= 0 ? Echo4 : OpenEcho(v4),
                ProbeKind.Icmp => Echo6 = Echo6 >= 0 ? Echo6 : OpenEcho(v4),
                ProbeKind.Dns when v4 => Dns4 = Dns4 >= 0 ? Dns4 : OpenDns(v4),
                ProbeKind.Dns => Dns6 = Dns6 >= 0 ? Dns6 : OpenDns(v4),
                ProbeKind.Tcp or ProbeKind.Web => 0,
            };
            Whole &= shared >= 0;
        }
    }

    /// <summary>False if a socket could not be bound, as while an IPv6 address is still tentative: try again with new ones.</summary>
    public bool Whole { get; } = true;

    /// <summary>The targets that this link can ask at all: it has an address of their family. So are names that have no address yet, in vain.</summary>
    public ulong Reachable { get; }

    /// <summary>The raw socket of IPv4, or -1.</summary>
    public int Echo4 { get; } = -1;

    public int Echo6 { get; } = -1;

    /// <summary>The socket for name servers of IPv4, or -1.</summary>
    public int Dns4 { get; } = -1;

    public int Dns6 { get; } = -1;

    /// <summary>By target, what was wrong with the last answer that was none; null if nothing came or the last one was right.</summary>
    public string?[] Faults { get; }

    /// <summary>By slot: the socket of a connection under way, or -1.</summary>
    public ReadOnlySpan<int> Connections => _connections;

    /// <summary>Sends one probe.</summary>
    /// <returns>True if the target has answered already, as one on the same host does.</returns>
    public bool Send(int target, uint round, ulong token, int slot)
    {
        ProbeAim aim = _aims[target];
        bool v4 = aim.Address.IsV4;
        if (aim.Address.IsUnspecified) return false;
        if (aim.Kind == ProbeKind.Tcp) return Connect(aim, slot);
        int length = EchoFrame.Length;
        if (_questions[target] is { } question) length = question.Write(_memory.AsSpan(SendAt), (ushort)token);
        else EchoFrame.Write(_memory.AsSpan(SendAt), v4, (ushort)(_identifier + target), (ushort)round, token);
        int socket = aim.Kind == ProbeKind.Dns ? (v4 ? Dns4 : Dns6) : v4 ? Echo4 : Echo6;
        uint name = WriteName(aim.Address, aim.Kind == ProbeKind.Dns ? aim.Target.Port : (ushort)0);
        _ = sendto(socket, AddressOf(_memory, SendAt), (nuint)length, MSG_DONTWAIT, AddressOf(_memory, NameAt), name);
        return false;
    }

    /// <summary>Reads what a shared socket holds, up to a bound, so that a flood cannot keep the thread here.</summary>
    public void Hear(int socket, LinkRounds rounds, long now)
    {
        bool v4 = socket == Echo4 || socket == Dns4, echo = socket == Echo4 || socket == Echo6;
        for (int budget = 64; budget > 0; budget--)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_memory.AsSpan(NameAt + NameRoom), NameRoom);
            nint length = recvfrom(socket, AddressOf(_memory, ReceiveAt), ReceiveRoom, MSG_DONTWAIT, AddressOf(_memory, NameAt), AddressOf(_memory, NameAt + NameRoom));
            if (length <= 0) return;
            ReadOnlySpan<byte> octets = _memory.AsSpan(ReceiveAt, (int)length);
            if (echo) HearEcho(octets, v4, rounds, now);
            else HearDns(octets, v4, rounds, now);
        }
    }

    private void HearEcho(ReadOnlySpan<byte> octets, bool v4, LinkRounds rounds, long now)
    {
        if (!EchoFrame.TryReadReply(octets, v4, out ushort identifier, out ushort sequence, out ulong token)) return;
        int target = (ushort)(identifier - _identifier);
        if (target >= _aims.Length || _aims[target].Kind != ProbeKind.Icmp || ReadName(v4) != _aims[target].Address) return;
        if (rounds.TryFind(sequence, out uint number)) rounds.Answer(number, target, token, now);
    }

    private void HearDns(ReadOnlySpan<byte> octets, bool v4, LinkRounds rounds, long now)
    {
        Address from = ReadName(v4);
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(_memory.AsSpan(NameAt + 2));
        if (!DnsQuestion.TryReadId(octets, out ushort id)) return;
        for (int target = 0; target < _aims.Length; target++)
        {
            if (_questions[target] is not { } question || _aims[target].Address != from || _aims[target].Target.Port != port) continue;
            if (!question.TryReadAnswer(octets, out int rcode)) continue;
            if (rcode is not (DnsQuestion.NoError or DnsQuestion.NoSuchName)) Faults[target] = $"answers {DnsQuestion.Word(rcode)}";
            else if (rounds.AnswerShort(target, id, now)) Faults[target] = null;
        }
    }

    /// <summary>Ends a connection that came to something.</summary>
    /// <returns>Whether the target was reached.</returns>
    public bool Conclude(int slot)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_memory.AsSpan(NameAt + 4), 4);
        int failed = getsockopt(_connections[slot], SOL_SOCKET, SO_ERROR, AddressOf(_memory, NameAt), AddressOf(_memory, NameAt + 4));
        int error = BinaryPrimitives.ReadInt32LittleEndian(_memory.AsSpan(NameAt));
        Close(slot);
        return failed == 0 && error is 0 or ECONNREFUSED;
    }

    /// <summary>Gives up a connection whose round has ended.</summary>
    public void Close(int slot)
    {
        if (_connections[slot] < 0) return;
        _ = close(_connections[slot]);
        _connections[slot] = -1;
    }

    public void Dispose()
    {
        if (Echo4 >= 0) _ = close(Echo4);
        if (Echo6 >= 0) _ = close(Echo6);
        if (Dns4 >= 0) _ = close(Dns4);
        if (Dns6 >= 0) _ = close(Dns6);
        for (int slot = 0; slot < _connections.Length; slot++) Close(slot);
    }

    private bool Connect(in ProbeAim aim, int slot)
    {
        bool v4 = aim.Address.IsV4;
        Close(slot);
        int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
        if (fd < 0) return false;
        Span<byte> linger = _memory.AsSpan(0, 8);
        BinaryPrimitives.WriteInt32LittleEndian(linger, 1);
        BinaryPrimitives.WriteInt32LittleEndian(linger[4..], 0);
        _ = setsockopt(fd, SOL_SOCKET, SO_LINGER, AddressOf(_memory), 8);
        int error = 0;
        uint name = WriteName(_source.Of(v4), 0);
        if (bind(fd, AddressOf(_memory, NameAt), name) == 0)
        {
            name = WriteName(aim.Address, aim.Target.Port);
            if (connect(fd, AddressOf(_memory, NameAt), name) != 0) error = Errno;
            _connections[slot] = fd;
            if (error == EINPROGRESS) return false;
            Close(slot);
            return error is 0 or ECONNREFUSED;
        }
        _ = close(fd);
        return false;
    }

    private int OpenDns(bool v4)
    {
        int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
        if (fd < 0) return -1;
        uint name = WriteName(_source.Of(v4), 0);
        if (bind(fd, AddressOf(_memory, NameAt), name) == 0) return fd;
        _ = close(fd);
        return -1;
    }

    private int OpenEcho(bool v4)
    {
        int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
        if (fd < 0) return -1;
        // A set bit keeps that type out: 32 of them for IPv4, 256 for IPv6.
        Span<byte> filter = _memory.AsSpan(0, 32);
        filter.Fill(0xff);
        if (v4) filter[0] = 0xfe;
        else BinaryPrimitives.WriteUInt32LittleEndian(filter[(129 / 32 * 4)..], ~(1u << (129 % 32)));
        _ = v4
            ? setsockopt(fd, SOL_RAW, ICMP_FILTER, AddressOf(_memory), 4)
            : setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, AddressOf(_memory), 32);
        uint name = WriteName(_source.Of(v4), 0);
        if (bind(fd, AddressOf(_memory, NameAt), name) == 0) return fd;
        _ = close(fd);
        return -1;
    }

    /// <summary>sockaddr_in: family, port, address. sockaddr_in6: family, port, flow label, address, scope.</summary>
    private uint WriteName(Address address, ushort port)
    {
        Span<byte> name = _memory.AsSpan(NameAt, NameRoom);
        name.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(name, (ushort)(address.IsV4 ? AF_INET : AF_INET6));
        BinaryPrimitives.WriteUInt16BigEndian(name[2..], port);
        if (address.IsV4)
        {
            address.WriteV4(name[4..]);
            return 16;
        }
        address.WriteV6(name[8..]);
        if (address.IsLinkLocal) BinaryPrimitives.WriteInt32LittleEndian(name[24..], _source.Interface);
        return 28;
    }

    private Address ReadName(bool v4) =>
        v4 ? Address.ReadV4(_memory.AsSpan(NameAt + 4)) : Address.ReadV6(_memory.AsSpan(NameAt + 8));

    /// <summary>
    /// Asks the kernel once for a raw ICMP socket: links that could never be probed need not be taken up.
    /// </summary>
    /// <exception cref="StartException">It is refused.</exception>
    internal static void DemandRight()
    {
        const int EPERM = 1, EACCES = 13;
        int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
        int error = Errno;
        if (fd < 0)
        {
            throw new StartException(error is EPERM or EACCES
                ? "links cannot be probed, as raw ICMP sockets are not allowed: run as root, or with CAP_NET_RAW in the service's AmbientCapabilities"
                : $"links cannot be probed, as the kernel gives no raw ICMP socket: {Marshal.GetPInvokeErrorMessage(error)}");
        }
        _ = close(fd);
    }
}
