using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static Router.Ports.Linux.Netlink.LinuxNetlink;

namespace Router.Ports.Linux.Netlink;

/// <summary>
/// Writes one request: header, body struct, attributes, in the order of the calls. The buffer is its own and zeroed, so padding
/// carries nothing. A request is made, sent once or more, and forgotten; control part only, as it allocates.
/// </summary>
public sealed class NetlinkRequest
{
    private const int HeaderLength = 16, AttributeHeader = 4;
    private readonly byte[] _octets = new byte[1024];
    private int _length = HeaderLength;

    public NetlinkRequest(ushort type, ushort flags)
    {
        ref nlmsghdr header = ref Header;
        header.nlmsg_type = type;
        header.nlmsg_flags = (ushort)(flags | LinuxNetlink.NLM_F_REQUEST);
    }

    public ushort Type => Header.nlmsg_type;

    private ref nlmsghdr Header => ref MemoryMarshal.AsRef<nlmsghdr>(_octets.AsSpan());

    /// <summary>Appends the fixed struct of this message type.</summary>
    public NetlinkRequest Body<T>(in T body) where T : unmanaged
    {
        MemoryMarshal.Write(_octets.AsSpan(_length), body);
        _length = LinuxNetlink.Align(_length + Unsafe.SizeOf<T>());
        return this;
    }

    public NetlinkRequest Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        value.CopyTo(_octets.AsSpan(_length + AttributeHeader));
        WriteAttributeHeader(_length, type, AttributeHeader + value.Length);
        _length = LinuxNetlink.Align(_length + AttributeHeader + value.Length);
        return this;
    }

    public NetlinkRequest Attribute(ushort type, uint value) => Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in value)));

    public NetlinkRequest Attribute(ushort type, byte value) => Attribute(type, new ReadOnlySpan<byte>(in value));

    /// <summary>Appends text with its terminating zero.</summary>
    public NetlinkRequest Attribute(ushort type, string value) => Attribute(type, Encoding.UTF8.GetBytes(value + '\0'));

    /// <summary>Appends an attribute that holds the attributes which <paramref name="write"/> appends.</summary>
    public NetlinkRequest Nest(ushort type, Action<NetlinkRequest> write)
    {
        int begin = _length;
        _length += AttributeHeader;
        write(this);
        WriteAttributeHeader(begin, (ushort)(type | LinuxNetlink.NLA_F_NESTED), _length - begin);
        return this;
    }

    /// <summary>The request as it goes to the socket; valid until the next call.</summary>
    public ReadOnlySpan<byte> Finish(uint sequence)
    {
        Header.nlmsg_len = (uint)_length;
        Header.nlmsg_seq = sequence;
        return _octets.AsSpan(0, _length);
    }

    private void WriteAttributeHeader(int at, ushort type, int length) =>
        MemoryMarshal.Write(_octets.AsSpan(at), new nlattr { nla_len = (ushort)length, nla_type = type });
}
