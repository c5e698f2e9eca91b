using System.Runtime.InteropServices;
using Router.Ports.Linux;
using static Router.Ports.Linux.LinuxIfPacket;
using static Router.Ports.Linux.SysSocket;

namespace Router.Ports;

/// <summary>
/// One interface of the Internet side, read and written past the kernel's IP (AF_PACKET, SOCK_RAW). It receives IPv4 and IPv6 for
/// this station, before nftables drops the kernel's own copy on the netdev ingress hook (see <see cref="PacketSocket"/>), and
/// sends frames whose Ethernet header it writes itself. An interface without link header (tun, wireguard, ppp) carries the bare
/// IP packet, and needs its protocol named beside it:
///
///     slot: ... | virtio header, 10 | Ethernet header, 14 | IP packet
///                 ^ one message                             ^ Batch.Base
///     slot: ...                       | virtio header, 10 | IP packet
///
/// Received and sent are many packets a call (recvmmsg, sendmmsg), straight from and to the slots. Super-packets are many octets
/// already: after a batch of them only as many are asked for as make 256 KiB, so that the first is still in the cache when it is
/// walked. Ethernet padding is cut; 802.1Q tags were taken off by the kernel (see <see cref="PacketFilter"/>).
///
/// An interface that is down says so once (ENETDOWN) and is waited for; the socket goes on when it is up again. One that was
/// deleted makes the port gone: an interface of that name made later has another index, and is opened anew. As the kernel does
/// not tell a socket that is down already of the deletion, the socket is asked on each idle receive until something arrives.
/// What an interface refuses is counted in SendRefused: the packet behind it is tried, unless the reason holds for all (no room
/// in the socket, interface down or deleted).
/// </summary>
public sealed unsafe class PacketPort : Port
{
    private const int ReceiveBudget = 256 * 1024;

    /// <summary>Fewer than this are never asked for, however large the last ones were.</summary>
    private const int FewestAsked = 4;

    private readonly int _index;
    private readonly int _link;
    private readonly Messages _incoming = new();
    private readonly Messages _outgoing = new();
    private readonly sockaddr_ll* _protocols;
    private int _fd;
    private Batch? _wired;
    private int _asked = Messages.Most;
    private bool _down;
    private long _missed;

    private PacketPort(int fd, string name, int index, bool hasLinkHeader, ulong address) : base(name)
    {
        _fd = fd;
        _index = index;
        _link = hasLinkHeader ? ETH_HLEN : 0;
        OwnAddress = address;
        _protocols = (sockaddr_ll*)NativeMemory.Alloc(2, (nuint)sizeof(sockaddr_ll));
        _protocols[0] = PacketSocket.AddressOf(index, ETH_P_IP);
        _protocols[1] = PacketSocket.AddressOf(index, ETH_P_IPV6);
    }

    public override int Descriptor => _fd;

    /// <summary>True on Ethernet, where <see cref="PacketMeta.NextHop"/> must be set; false where packets travel bare.</summary>
    public bool HasLinkHeader => _link != 0;

    /// <summary>The kernel's number of the interface that this port is bound to.</summary>
    public int InterfaceIndex => _index;

    /// <summary>
    /// The interface's MAC as a big-endian number, written as the sender of each frame. Whoever follows netlink sets it when the
    /// interface is given another one.
    /// </summary>
    public ulong OwnAddress { get; set; }

    /// <summary>Asks the kernel on each reading; for status reports, not for the path. Any thread may ask.</summary>
    public override long ReceiveMissed => Interlocked.Add(ref _missed, _fd < 0 ? 0 : PacketSocket.TakeDrops(_fd));

    /// <summary>Opens the interface of that name. It may be down.</summary>
    /// <exception cref="PortException">No such interface, no capability, or a kind of interface that is not served.</exception>
    public static PacketPort Open(string name, PacketOptions? options = null)
    {
        int fd = PacketSocket.Open(name, options ?? new PacketOptions());
        int index = PacketSocket.IndexOf(fd, name);
        int kind = PacketSocket.Hardware(fd, name, out ulong address);
        if (LinkHeaderOf(kind) is not bool hasLinkHeader)
            throw PacketSocket.Failed(fd, $"'{name}' is an interface of a kind that cannot be a link (ARPHRD {kind}): Ethernet, ppp, tun, wireguard and ipip can");
        PacketSocket.Bind(fd, name, index);
        return new PacketPort(fd, name, index, hasLinkHeader, address);
    }

    /// <summary>
    /// Takes over a socket that was kept open while nobody read it, with what waits in it. The port owns the descriptor from then on,
    /// except when this throws. The filter is put in anew, as an older release may have had another.
    /// </summary>
    /// <exception cref="PortException">It is no such socket of ours, or not on the interface that has this name now.</exception>
    public static PacketPort Adopt(int fd, string name)
    {
        int index = PacketSocket.Adopt(fd, name);
        int kind = PacketSocket.Hardware(fd, name, out ulong address);
        if (LinkHeaderOf(kind) is not bool hasLinkHeader) throw new PortException($"'{name}' has become an interface of another kind");
        return new PacketPort(fd, name, index, hasLinkHeader, address);
    }

    public override int Receive(Batch batch)
    {
        Wire(batch);
        int asked = Math.Min(_asked, Math.Min(batch.Capacity, Messages.Most));
        int got = recvmmsg(_fd, _incoming.Headers, (uint)asked, MSG_DONTWAIT, null);
        if (got <= 0)
        {
            batch.Clear();
            NoteIdle(Marshal.GetLastPInvokeError());
            return 0;
        }
        _down = false;
        int octets = 0;
        for (int slot = 0; slot < got; slot++) octets += Unframe(batch, slot);
        batch.Fill(got);
        _asked = octets <= ReceiveBudget / 2 ? Messages.Most : Math.Max(FewestAsked, ReceiveBudget / (octets / got));
        return got;
    }

    public override int Send(Batch batch, ReadOnlySpan<int> slots)
    {
        int sent = 0;
        for (ReadOnlySpan<int> rest = slots; !rest.IsEmpty;)
        {
            int count = Math.Min(rest.Length, Messages.Most);
            for (int i = 0; i < count; i++) Frame(batch, rest[i], i);
            sent += Push(batch, rest[..count]);
            rest = rest[count..];
        }
        SendRefused += slots.Length - sent;
        return sent;
    }

    protected override void Dispose(bool disposing)
    {
        if (_fd >= 0)
        {
            _ = Unistd.close(_fd);
            _incoming.Dispose();
            _outgoing.Dispose();
            NativeMemory.Free(_protocols);
        }
        _fd = -1;
        base.Dispose(disposing);
    }

    /// <summary>Whether such an interface has an Ethernet header; null for kinds that are not served.</summary>
    private static bool? LinkHeaderOf(int kind) => kind switch
    {
        ARPHRD_ETHER or ARPHRD_LOOPBACK => true,
        ARPHRD_NONE or ARPHRD_PPP or ARPHRD_RAWIP or ARPHRD_TUNNEL or ARPHRD_TUNNEL6 or ARPHRD_SIT => false,
        _ => null,
    };

    /// <summary>Points the incoming messages at the batch's slots; a worker uses the same batch again and again.</summary>
    private void Wire(Batch batch)
    {
        if (ReferenceEquals(batch, _wired)) return;
        int front = VirtioFraming.Size + _link;
        for (int slot = 0; slot < Math.Min(batch.Capacity, Messages.Most); slot++)
            _incoming.Set(slot, batch.Base(slot) - front, front + batch.Room);
        _wired = batch;
    }

    private int Unframe(Batch batch, int slot)
    {
        byte* ip = batch.Base(slot);
        ref PacketMeta meta = ref batch[slot];
        VirtioFraming.Read(ip - _link - VirtioFraming.Size, _link, out meta.Offload);
        int length = Math.Max(0, (int)_incoming.Headers[slot].msg_len - _link - VirtioFraming.Size);
        if (_link != 0 && !meta.Offload.IsSuper) length = LinkFraming.Trim(ip, length);
        meta.Length = length;
        meta.NextHop = 0;
        return length;
    }

    private void Frame(Batch batch, int slot, int message)
    {
        byte* ip = batch.Base(slot);
        ref PacketMeta meta = ref batch[slot];
        if (_link != 0) LinkFraming.Write(ip, meta.NextHop, OwnAddress);
        else _outgoing.Address(message, _protocols + (*ip >> 4 == 6 ? 1 : 0));
        byte* start = ip - _link - VirtioFraming.Size;
        VirtioFraming.Write(start, _link, meta.Offload);
        _outgoing.Set(message, start, meta.Length + _link + VirtioFraming.Size);
    }

    private int Push(Batch batch, ReadOnlySpan<int> slots)
    {
        int next = 0;
        int sent = 0;
        while (next < slots.Length)
        {
            int done = sendmmsg(_fd, _outgoing.Headers + next, (uint)(slots.Length - next), MSG_DONTWAIT);
            if (done <= 0)
            {
                if (!OnlyThisOne(Marshal.GetLastPInvokeError())) break;
                RefusedOctets += batch[slots[next]].Length;
            }
            sent += Math.Max(done, 0);
            next += Math.Max(done, 1);
        }
        foreach (int slot in slots[next..]) RefusedOctets += batch[slot].Length;
        return sent;
    }

    /// <summary>Whether the packets behind a refused one have a chance.</summary>
    private bool OnlyThisOne(int errno)
    {
        if (errno == Errno.ENXIO) IsGone = !PacketSocket.IsBound(_fd, _index);
        return errno is not (Errno.EAGAIN or Errno.ENETDOWN or Errno.ENXIO or Errno.EBADF);
    }

    private void NoteIdle(int errno)
    {
        _down |= errno != Errno.EAGAIN;
        if (_down) IsGone = !PacketSocket.IsBound(_fd, _index);
    }
}
