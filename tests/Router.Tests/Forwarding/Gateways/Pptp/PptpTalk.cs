using System.Buffers.Binary;
using System.Text;
using Router.Forwarding;
using Router.Forwarding.Gateways.Pptp;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Gateways.Pptp;

/// <summary>
/// A PPTP control connection through the bed, its messages as whole as RFC 2637 2 has them, and packets of its calls. Octets behind
/// what is read have values of their own, so that whoever moves or drops one is found out.
/// </summary>
internal sealed class PptpTalk
{
    /// <summary>Each type's length, as RFC 2637 2.1 to 2.15 draw them.</summary>
    public static readonly int[] Lengths = [0, 156, 156, 16, 16, 16, 20, 168, 32, 220, 24, 28, 16, 148, 40, 24];

    public PptpTalk(PathBed bed, string client, string server, PortId? ingress = null)
    {
        Line = new Dialogue(bed, ingress ?? PathBed.Trusted, client, server.Contains(':', StringComparison.Ordinal) ? server : server + ":1723");
    }

    public Dialogue Line { get; }

    /// <summary>Asks for control of the connection and is granted it.</summary>
    public PptpTalk Greet()
    {
        Assert.Equal(Message(PptpType.StartControlConnectionRequest), Line.ClientSays(Message(PptpType.StartControlConnectionRequest)));
        Assert.Equal(Message(PptpType.StartControlConnectionReply), Line.ServerSays(Message(PptpType.StartControlConnectionReply)));
        return this;
    }

    /// <summary>A call from the client to the server. Answers by which ids each knows the other's end.</summary>
    public (ushort Clients, ushort Servers) Call(ushort client, ushort server)
    {
        string request = Line.ClientSays(Message(PptpType.OutgoingCallRequest, client, 7));
        ushort shown = First(request);
        Assert.Equal(Message(PptpType.OutgoingCallRequest, shown, 7), request);
        string reply = Line.ServerSays(Message(PptpType.OutgoingCallReply, server, shown));
        Assert.Equal(Message(PptpType.OutgoingCallReply, First(reply), client), reply);
        return (shown, First(reply));
    }

    public static ushort First(string message) => BinaryPrimitives.ReadUInt16BigEndian(Encoding.Latin1.GetBytes(message).AsSpan(12));

    /// <summary>A whole message; what has a result says that all is well, unless another is given.</summary>
    public static string Message(PptpType type, ushort first = 0, ushort second = 0, byte result = 1)
    {
        byte[] message = new byte[Lengths[(int)type]];
        Make.Fill(message);
        BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)message.Length);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), 1);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), 0x1A2B3C4D);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(8), (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(10), 0);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(12), first);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(14), second);
        if (message.Length > 16) message[16] = result;
        return Encoding.Latin1.GetString(message);
    }

    /// <summary>A packet of a call, with a sequence number and an acknowledgment.</summary>
    public static byte[] Gre(string from, string to, ushort callId, int data = 40)
    {
        byte[] gre = new byte[16 + data];
        Make.Fill(gre);
        (gre[0], gre[1], gre[2], gre[3]) = (0x30, 0x81, 0x88, 0x0B);
        BinaryPrimitives.WriteUInt16BigEndian(gre.AsSpan(4), (ushort)data);
        BinaryPrimitives.WriteUInt16BigEndian(gre.AsSpan(6), callId);
        return Make.Ip(Protocol.Gre, Address.Parse(from), Address.Parse(to), gre);
    }

    /// <summary>GRE of version 0 (RFC 2784): no call, nothing that would tell one from another.</summary>
    public static byte[] PlainGre(string from, string to) =>
        Make.Ip(Protocol.Gre, Address.Parse(from), Address.Parse(to), [0, 0, 8, 0, .. new byte[40]]);

    /// <summary>Sends a packet of a call and sees that it comes out to whom, by which id, and otherwise as it was.</summary>
    public static void Passes(PathBed bed, PortId ingress, byte[] packet, PortId egress, string from, string to, ushort callId)
    {
        Sent sent = bed.Pass(ingress, packet);
        Assert.Equal((egress, from, to), (sent.Port, sent.From.Address.ToString(), sent.To.Address.ToString()));
        Assert.Equal(Gre(from, to, callId)[20..], sent.Transport);
    }
}
