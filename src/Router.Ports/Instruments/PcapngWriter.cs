using System.Buffers.Binary;
using System.Text;

namespace Router.Ports;

/// <summary>
/// Writes a capture file that tcpdump and Wireshark open (pcapng, draft-ietf-opsawg-pcapng). A file is a row of blocks, each
/// with its length in front and behind, in 32-bit words, in the byte order that the section header's magic shows (little-endian):
///
///     section header         0A0D0D0A  length  1A2B3C4D  version 1.0  section length (-1: not told)  length
///     interface description  1         length  link type, 0  snap length  options (name)             length
///     enhanced packet        6         length  interface  time, high and low  octets kept, octets there were
///                                      family, packet, padded  options (direction, comment)                  length
///     interface statistics  5         length  interface  time, high and low  options (packets missed)        length
///
/// The link type is LOOP: four octets that name the family, then the IP packet. RAW would need none, but libpcap 1.10 refuses a
/// file with a second RAW interface (it compares its own number of the first, 12, with the file's of the second, 101), and a
/// router has several. Times are microseconds since 1970, the format's default. One thread writes.
/// </summary>
public sealed class PcapngWriter : IDisposable
{
    private const uint SectionHeader = 0x0a0d0d0a;
    private const uint InterfaceDescription = 1;
    private const uint InterfaceStatistics = 5;
    private const uint EnhancedPacket = 6;
    private const uint ByteOrderMagic = 0x1a2b3c4d;
    private const ushort LinkTypeLoop = 108;
    private const int FamilyLength = 4;
    private const uint FamilyV4 = 2;
    private const uint FamilyV6 = 24;
    private const ushort InterfaceNameOption = 2;
    private const ushort PacketFlagsOption = 2;
    private const ushort CommentOption = 1;
    private const ushort MissedOption = 5;
    private const int MostCommentOctets = 128;
    private const uint Inbound = 1;
    private const uint Outbound = 2;

    /// <summary>The largest block apart from the packet in it.</summary>
    private const int BlockOverhead = 512;

    private readonly Stream _stream;
    private readonly int _snapLength;
    private readonly byte[] _block;
    private int _length;
    private int _interfaces;

    /// <param name="stream">Where it goes; disposed with the writer. Give it a buffer: each packet is one write.</param>
    /// <param name="snapLength">Octets kept of each packet at the most, from its IP header on.</param>
    public PcapngWriter(Stream stream, int snapLength = Batch.MaxPacket)
    {
        _stream = stream;
        _snapLength = snapLength;
        _block = new byte[snapLength + BlockOverhead];
        Begin(SectionHeader);
        Put32(ByteOrderMagic);
        Put16(1);
        Put16(0);
        Put32(uint.MaxValue);
        Put32(uint.MaxValue);
        End();
    }

    /// <summary>Names a further source of packets.</summary>
    /// <returns>Its number, for <see cref="Write"/>.</returns>
    public int AddInterface(string name)
    {
        Begin(InterfaceDescription);
        Put16(LinkTypeLoop);
        Put16(0);
        Put32((uint)(_snapLength + FamilyLength));
        PutOption(InterfaceNameOption, Encoding.UTF8.GetBytes(name.Length > 64 ? name[..64] : name));
        Put32(0);
        End();
        return _interfaces++;
    }

    /// <param name="source">A number from <see cref="AddInterface"/>.</param>
    /// <param name="inbound">Received by the interface, or sent by it.</param>
    /// <param name="microseconds">Since 1970.</param>
    /// <param name="packet">From the IP header on.</param>
    /// <param name="comment">What to say of this packet, up to 128 letters; null for nothing.</param>
    public void Write(int source, bool inbound, long microseconds, ReadOnlySpan<byte> packet, string? comment = null)
    {
        int kept = Math.Min(packet.Length, _snapLength);
        Begin(EnhancedPacket);
        Put32((uint)source);
        Put32((uint)(microseconds >> 32));
        Put32((uint)microseconds);
        Put32((uint)(kept + FamilyLength));
        Put32((uint)(packet.Length + FamilyLength));
        Put32(BinaryPrimitives.ReverseEndianness(kept > 0 && packet[0] >> 4 == 6 ? FamilyV6 : FamilyV4));
        PutPadded(packet[..kept]);
        Span<byte> direction = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(direction, inbound ? Inbound : Outbound);
        PutOption(PacketFlagsOption, direction);
        if (comment is not null) PutOption(CommentOption, Encoding.ASCII.GetBytes(comment.Length > MostCommentOctets ? comment[..MostCommentOctets] : comment));
        Put32(0);
        End();
    }

    /// <summary>Says at the end how many packets found no room in the recording.</summary>
    public void WriteMissed(int source, long microseconds, long missed)
    {
        Begin(InterfaceStatistics);
        Put32((uint)source);
        Put32((uint)(microseconds >> 32));
        Put32((uint)microseconds);
        Span<byte> value = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(value, missed);
        PutOption(MissedOption, value);
        Put32(0);
        End();
    }

    public void Flush() => _stream.Flush();

    public void Dispose() => _stream.Dispose();

    private void Begin(uint type)
    {
        _length = 0;
        Put32(type);
        Put32(0);
    }

    private void End()
    {
        uint length = (uint)_length + 4;
        Put32(length);
        BinaryPrimitives.WriteUInt32LittleEndian(_block.AsSpan(4), length);
        _stream.Write(_block, 0, _length);
    }

    private void PutOption(ushort code, ReadOnlySpan<byte> value)
    {
        Put16(code);
        Put16((ushort)value.Length);
        PutPadded(value);
    }

    private void PutPadded(ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(_block.AsSpan(_length));
        _length += octets.Length;
        for (; _length % 4 != 0; _length++) _block[_length] = 0;
    }

    private void Put16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_block.AsSpan(_length), value);
        _length += 2;
    }

    private void Put32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_block.AsSpan(_length), value);
        _length += 4;
    }
}
