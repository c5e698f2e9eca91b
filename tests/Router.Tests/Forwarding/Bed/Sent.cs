using System.Buffers.Binary;
using Router.Forwarding;
using Router.Forwarding.Flows;
using Router.Forwarding.Reading;
using Router.Ports;
using Router.Wire;

namespace Router.Tests.Forwarding.Bed;

/// <summary>A packet that came out of a port.</summary>
internal sealed record Sent(PortId Port, byte[] Octets, PacketMeta Meta)
{
    /// <summary>The packet, read.</summary>
    public Datagram Read
    {
        get
        {
            Assert.Equal(DropReason.None, Datagram.Read(Octets, verify: true, out Datagram packet));
            return packet;
        }
    }

    public End From => new(Read.Source, Read.SourcePort);

    public End To => new(Read.Destination, Read.DestinationPort);

    public TcpFlags Flags => Read.Flags;

    public byte TimeToLive => Read.TimeToLive;

    /// <summary>From the transport header on.</summary>
    public byte[] Transport => Octets[Read.Transport..];

    public byte IcmpType => Transport[0];

    public byte IcmpCode => Transport[1];

    /// <summary>Octets 4 to 7 of an ICMP message.</summary>
    public uint IcmpRest => BinaryPrimitives.ReadUInt32BigEndian(Transport.AsSpan(4));

    /// <summary>What an ICMP error quotes.</summary>
    public byte[] Quoted => Transport[8..];

    public uint Sequence => Tcp.Over(Transport).Sequence;

    /// <summary>
    /// The header's checksum, and the transport's: complete, or, where the offload says so, its pseudo-header's sum. Pieces are left
    /// to whoever puts them together.
    /// </summary>
    public void CheckSums()
    {
        Datagram packet = Read;
        if (packet.IsFragment || packet.Protocol is not (Protocol.Tcp or Protocol.Udp or Protocol.Icmp or Protocol.Icmp6)) return;
        Span<byte> transport = Octets.AsSpan(packet.Transport);
        uint seed = packet.Protocol == Protocol.Icmp ? 0
            : Checksum.PseudoHeader(packet.Source, packet.Destination, packet.Protocol, transport.Length);
        ushort field = BinaryPrimitives.ReadUInt16BigEndian(transport[Make.ChecksumAt(packet.Protocol)..]);
        if (Meta.Offload.ChecksumUnfinished)
        {
            Assert.Equal(packet.Transport, Meta.Offload.ChecksumStart);
            Assert.Equal(Checksum.Sum([], seed), field);
        }
        else if (packet.Protocol != Protocol.Udp || field != 0)
        {
            Assert.Equal(0xffff, Checksum.Sum(transport, seed));
        }
    }
}
