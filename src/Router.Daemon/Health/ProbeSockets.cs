using System.Buffers.Binary;
using System.Security.Cryptography;
using Router.Configuration;
using Router.Wire;
using static Router.Ports.Linux.SocketCalls;

namespace Router.Daemon.Health;

/// <summary>Whom a probe asks, with the name resolved: an address, unspecified if this link has no way to ask it.</summary>
internal readonly record struct ProbeAim(ProbeKind Kind, Address Address, ushort Port);

/// <summary>
/// The sockets of one link's probes, all bound to the link's own address, which is what makes a packet of the box leave by that
/// link. One raw ICMP socket for each family that is asked, which the kernel lets echo replies into and nothing else; one TCP
/// socket for each connection under way, kept by the slot of its probe. A new address means new sockets: dispose these.
///
/// ICMP answers are told apart by identifier (random, plus the target's index), sequence (the round), source and token. A TCP
/// answer is a completed handshake, or the target's RST: either proves that the host was reached, and both echo our sequence
/// number. Connections are ended by RST (SO_LINGER 0), so that a probe twice a second leaves no TIME_WAIT behind.
///
/// A probe that cannot be sent is not an error here: it is not answered, and its round says so.
/// </summary>
internal sealed class ProbeSockets : IDisposable
{
    private const int ReceiveAt = 128, ReceiveRoom = 1024, NameAt = 64, NameRoom = 28;

    private readonly byte[] _memory = GC.AllocateArray<byte>(ReceiveAt + ReceiveRoom, pinned: true);
    private readonly ProbeAim[] _aims;
    private readonly Address _source4, _source6;
    private readonly int _interfaceIndex;
    private readonly ushort _identifier = (ushort)RandomNumberGenerator.GetInt32(0x10000);
    private readonly int[] _connections;

    /// <param name="slots">How many probes can be under way, <see cref="LinkRounds.Slot"/>.</param>
    public ProbeSockets(ProbeAim[] aims, Address source4, Address source6, int interfaceIndex, int slots)
    {
        _aims = aims;
        (_source4, _source6, _interfaceIndex) = (source4, source6, interfaceIndex);
        _connections = new int[slots];
        Array.Fill(_connections, -1);
        for (int target = 0; target < aims.Length; target++)
        {
            ProbeAim aim = aims[target];
            if (aim.Address.IsUnspecified || (aim.Address.IsV4 ? source4 : source6).IsUnspecified) continue;
            Reachable |= 1UL << target;
            if (aim.Kind != ProbeKind.Icmp) continue;
            if (aim.Address.IsV4 && Echo4 < 0) Echo4 = OpenEcho(v4: true);
            if (!aim.Address.IsV4 && Echo6 < 0) Echo6 = OpenEcho(v4: false);
            Whole &= (aim.Address.IsV4 ? Echo4 : Echo6) >= 0;
        }
    }

    /// <summary>False if a socket could not be bound, as while an IPv6 address is still tentative: try again with new ones.</summary>
    public bool Whole { get; } = true;

    /// <summary>The targets that this link can ask at all: it has an address of their family.</summary>
    public ulong Reachable { get; }

    /// <summary>The raw socket of IPv4, or -1.</summary>
    public int Echo4 { get; } = -1;

    public int Echo6 { get; } = -1;

    /// <summary>By slot: the socket of a connection under way, or -1.</summary>
    public ReadOnlySpan<int> Connections => _connections;

    /// <summary>Sends one probe.</summary>
    /// <returns>True if the target has answered already, as one on the same host does.</returns>
    public bool Send(int target, uint round, ulong token, int slot)
    {
        ProbeAim aim = _aims[target];
        bool v4 = aim.Address.IsV4;
        if (aim.Kind == ProbeKind.Tcp) return Connect(aim, slot);
        EchoFrame.Write(_memory, v4, (ushort)(_identifier + target), (ushort)round, token);
        uint name = WriteName(aim.Address, 0);
        _ = sendto(v4 ? Echo4 : Echo6, AddressOf(_memory), EchoFrame.Length, MSG_DONTWAIT, AddressOf(_memory, NameAt), name);
        return false;
    }

    /// <summary>Reads what a raw socket holds, up to a bound, so that a flood cannot keep the thread here.</summary>
    public void Hear(bool v4, LinkRounds rounds, long now)
    {
        for (int budget = 64; budget > 0; budget--)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_memory.AsSpan(NameAt + NameRoom), NameRoom);
            nint length = recvfrom(v4 ? Echo4 : Echo6, AddressOf(_memory, ReceiveAt), ReceiveRoom, MSG_DONTWAIT,
                AddressOf(_memory, NameAt), AddressOf(_memory, NameAt + NameRoom));
            if (length <= 0) return;
            ReadOnlySpan<byte> octets = _memory.AsSpan(ReceiveAt, (int)length);
            if (!EchoFrame.TryReadReply(octets, v4, out ushort identifier, out ushort sequence, out ulong token)) continue;
            int target = (ushort)(identifier - _identifier);
            if (target >= _aims.Length || _aims[target].Kind != ProbeKind.Icmp || ReadName(v4) != _aims[target].Address) continue;
            if (rounds.TryFind(sequence, out uint number)) rounds.Answer(number, target, token, now);
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
        uint name = WriteName(v4 ? _source4 : _source6, 0);
        if (bind(fd, AddressOf(_memory, NameAt), name) == 0)
        {
            name = WriteName(aim.Address, aim.Port);
            if (connect(fd, AddressOf(_memory, NameAt), name) != 0) error = Errno;
            _connections[slot] = fd;
            if (error == EINPROGRESS) return false;
            Close(slot);
            return error is 0 or ECONNREFUSED;
        }
        _ = close(fd);
        return false;
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
        uint name = WriteName(v4 ? _source4 : _source6, 0);
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
        if (address.IsLinkLocal) BinaryPrimitives.WriteInt32LittleEndian(name[24..], _interfaceIndex);
        return 28;
    }

    private Address ReadName(bool v4) =>
        v4 ? Address.ReadV4(_memory.AsSpan(NameAt + 4)) : Address.ReadV6(_memory.AsSpan(NameAt + 8));
}
