using System.Buffers.Binary;
using Router.Forwarding.Flows;
using Router.Wire;

namespace Router.Forwarding.Gateways;

/// <summary>
/// TFTP (RFC 1350 4): a client asks at port 69, and the server answers from a port of its own choice to the port that the client
/// asked from. So a request announces the client's own endpoint. Nothing is changed in the packet. A request that is sent
/// again opens the way again; each opens it for one answering port.
/// </summary>
internal sealed class TftpGateway(FlowTable flows, Announcements announcements)
{
    private const ushort ReadRequest = 1, WriteRequest = 2;

    /// <summary>How long a server may think, microseconds; clients ask again after a few seconds.</summary>
    private const long Life = 30_000_000;

    /// <summary>Opcode, a file name of one letter and a mode of one, each with the 0 behind it.</summary>
    private const int LeastRequest = 6;

    /// <summary>Hears what a client sends.</summary>
    public void Hear(Plan plan, FlowId id, ReadOnlySpan<byte> data, long now)
    {
        if (IsRequest(data))
            announcements.TryOpen(plan, id, byInside: true, Gateway.Tftp, Protocol.Udp, default, flows[id].InsideSourcePort, now, Life, out _, out _);
    }

    /// <summary>Whether a datagram asks to read or to write (RFC 1350 5, RFC 2347): an opcode, and strings that each end in 0.</summary>
    public static bool IsRequest(ReadOnlySpan<byte> data) =>
        data.Length >= LeastRequest && BinaryPrimitives.ReadUInt16BigEndian(data) is ReadRequest or WriteRequest && data[2] != 0 && data[^1] == 0;
}
