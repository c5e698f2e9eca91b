using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Router.Ports.Linux.Netlink.LinuxNetlink;

namespace Router.Ports.Linux.Netlink;

// Walks what one read of a netlink socket returned:
//
//   message   nlmsghdr | body struct | attributes      each padded to 4 octets
//   attribute nla_len, nla_type | value                each padded to 4 octets
//
// Every length is checked against what is there before anything is read, so a read that was cut short ends the walk; it never
// throws. A body that is shorter than its struct is a message that says nothing: TryBody answers false.

/// <summary>One message: a view of the buffer it was read into, void once that is read into again.</summary>
public readonly ref struct NetlinkMessage
{
    internal NetlinkMessage(nlmsghdr header, ReadOnlySpan<byte> payload)
    {
        Type = header.nlmsg_type;
        Flags = header.nlmsg_flags;
        Sequence = header.nlmsg_seq;
        Payload = payload;
    }

    public ushort Type { get; }

    public ushort Flags { get; }

    public uint Sequence { get; }

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Reads the fixed struct that the payload begins with; the attributes are what follows it.</summary>
    public bool TryBody<T>(out T body, out NetlinkAttributes attributes) where T : unmanaged
    {
        attributes = default;
        if (!MemoryMarshal.TryRead(Payload, out body)) return false;
        int begin = Math.Min(LinuxNetlink.Align(Unsafe.SizeOf<T>()), Payload.Length);
        attributes = new NetlinkAttributes(Payload[begin..]);
        return true;
    }
}

/// <summary>The messages of one datagram, for foreach.</summary>
public ref struct NetlinkMessages(ReadOnlySpan<byte> datagram)
{
    private const int HeaderLength = 16;
    private ReadOnlySpan<byte> _rest = datagram;

    public NetlinkMessage Current { get; private set; }

    public readonly NetlinkMessages GetEnumerator() => this;

    public bool MoveNext()
    {
        if (!MemoryMarshal.TryRead(_rest, out nlmsghdr header)) return false;
        if (header.nlmsg_len < HeaderLength || header.nlmsg_len > _rest.Length) return false;
        int length = (int)header.nlmsg_len;
        Current = new NetlinkMessage(header, _rest[HeaderLength..length]);
        _rest = _rest[Math.Min(LinuxNetlink.Align(length), _rest.Length)..];
        return true;
    }
}

/// <summary>One attribute; the type is given without its flag bits.</summary>
public readonly ref struct NetlinkAttribute(ushort type, ReadOnlySpan<byte> value)
{
    public ushort Type { get; } = type;

    public ReadOnlySpan<byte> Value { get; } = value;

    /// <summary>The value as a number in the machine's order; 0 if it is shorter than that.</summary>
    public uint Number => MemoryMarshal.TryRead(Value, out uint number) ? number : 0;

    /// <summary>The value as text, without the terminating zero.</summary>
    public string Text
    {
        get
        {
            int end = Value.IndexOf((byte)0);
            return System.Text.Encoding.UTF8.GetString(end < 0 ? Value : Value[..end]);
        }
    }
}

/// <summary>A run of attributes, for foreach.</summary>
public ref struct NetlinkAttributes(ReadOnlySpan<byte> octets)
{
    private const int HeaderLength = 4;
    private ReadOnlySpan<byte> _rest = octets;

    public NetlinkAttribute Current { get; private set; }

    public readonly NetlinkAttributes GetEnumerator() => this;

    public bool MoveNext()
    {
        if (!MemoryMarshal.TryRead(_rest, out nlattr header)) return false;
        if (header.nla_len < HeaderLength || header.nla_len > _rest.Length) return false;
        Current = new NetlinkAttribute((ushort)(header.nla_type & ~(NLA_F_NESTED | NLA_F_NET_BYTEORDER)), _rest[HeaderLength..header.nla_len]);
        _rest = _rest[Math.Min(LinuxNetlink.Align(header.nla_len), _rest.Length)..];
        return true;
    }
}
