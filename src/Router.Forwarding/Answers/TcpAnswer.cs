using System.Buffers.Binary;
using Router.Wire;

namespace Router.Forwarding.Answers;

/// <summary>
/// A TCP segment that we say in somebody's name, with data or without, a whole packet with a finished checksum:
/// <code>
///   IP header | TCP header (20), maximum segment size (4) if it is a SYN | data
/// </code>
/// </summary>
internal static class TcpAnswer
{
    private const int SizeOption = 4;
    private const ushort Window = 16384;

    /// <summary>Where the data of a segment goes; what is not used of it is left out by <see cref="Seal"/>.</summary>
    /// <param name="packet">Room for the packet.</param>
    /// <param name="v4">Its family.</param>
    public static Span<byte> Data(Span<byte> packet, bool v4) => packet[(Envelope.HeaderLength(v4) + Tcp.MinHeaderLength)..];

    /// <summary>Writes everything in front of the data.</summary>
    /// <param name="packet">Room for the packet, in which the data is.</param>
    /// <param name="source">In whose name.</param>
    /// <param name="sourcePort">His port.</param>
    /// <param name="destination">Who gets it.</param>
    /// <param name="destinationPort">The receiver's port.</param>
    /// <param name="flags">A SYN carries no data.</param>
    /// <param name="sequence">What the receiver expects.</param>
    /// <param name="acknowledgment">What he has sent.</param>
    /// <param name="data">Octets of data.</param>
    /// <returns>Octets of the packet.</returns>
    public static int Seal(Span<byte> packet, Address source, ushort sourcePort, Address destination, ushort destinationPort, TcpFlags flags, uint sequence, uint acknowledgment, int data)
    {
        bool isSyn = (flags & TcpFlags.Syn) != 0;
        int ip = Envelope.HeaderLength(source.IsV4), header = Tcp.MinHeaderLength + (isSyn ? SizeOption : 0);
        packet = packet[..(ip + header + data)];
        Envelope.Seal(packet, Protocol.Tcp, trafficClass: 0, source, destination);
        Tcp tcp = Tcp.Over(packet[ip..]);
        tcp.Begin(sourcePort, destinationPort, flags, header);
        (tcp.Sequence, tcp.Acknowledgment, tcp.Window) = (sequence, acknowledgment, Window);
        if (isSyn)
        {
            Span<byte> option = packet[(ip + Tcp.MinHeaderLength)..];
            (option[0], option[1]) = (TcpOption.MaximumSegmentSize, SizeOption);
            BinaryPrimitives.WriteUInt16BigEndian(option[2..], (ushort)(source.IsV4 ? 1460 : 1440));
        }
        tcp.Checksum = Checksum.Of(tcp.Octets, Checksum.PseudoHeader(source, destination, Protocol.Tcp, tcp.Octets.Length));
        return packet.Length;
    }
}
