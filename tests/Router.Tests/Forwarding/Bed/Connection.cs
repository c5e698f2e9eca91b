using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Wire;

namespace Router.Tests.Forwarding.Bed;

/// <summary>
/// A TCP connection through the bed, opened by three segments; both ends count their sequence numbers. What each end says next
/// is made here, and sent by the test.
/// </summary>
internal sealed class Connection
{
    private uint _near = 1000, _far = 5000;

    public Connection(PathBed bed, PortId ingress, string from, string to)
    {
        (Bed, Ingress, Near, Far) = (bed, ingress, Make.End(from), Make.End(to));
        Sent syn = bed.Pass(ingress, Make.Tcp(Near, Far, TcpFlags.Syn, _near++));
        (Egress, Outside, Server) = (syn.Port, syn.From, syn.To);
        Sent answer = bed.Pass(Egress, Make.Tcp(Server, Outside, TcpFlags.Syn | TcpFlags.Ack, _far++, _near));
        Assert.Equal((ingress, Far, Near), (answer.Port, answer.From, answer.To));
        bed.Pass(ingress, FromNear());
    }

    public PathBed Bed { get; }

    public PortId Ingress { get; }

    public PortId Egress { get; }

    /// <summary>The opener by its own address, and whom it thinks it talks to.</summary>
    public End Near { get; }

    public End Far { get; }

    /// <summary>The opener as the other end sees it, and that other end itself.</summary>
    public End Outside { get; }

    public End Server { get; }

    /// <summary>What the opener expects next, and what the other end does.</summary>
    public uint NextToNear => _far;

    public uint NextToFar => _near;

    public byte[] FromNear(int data = 0, TcpFlags flags = TcpFlags.Ack)
    {
        byte[] segment = Make.Tcp(Near, Far, flags, _near, _far, data);
        _near += (uint)data + ((flags & TcpFlags.Fin) != 0 ? 1u : 0);
        return segment;
    }

    public byte[] FromFar(int data = 0, TcpFlags flags = TcpFlags.Ack)
    {
        byte[] segment = Make.Tcp(Server, Outside, flags, _far, _near, data);
        _far += (uint)data + ((flags & TcpFlags.Fin) != 0 ? 1u : 0);
        return segment;
    }

    /// <summary>Sends a segment each way and sees both arrive.</summary>
    public void Talk(int data = 100)
    {
        Assert.Equal((Egress, Outside, Server), Seen(Bed.Pass(Ingress, FromNear(data))));
        Assert.Equal((Ingress, Far, Near), Seen(Bed.Pass(Egress, FromFar(data))));
    }

    private static (PortId, End, End) Seen(Sent sent) => (sent.Port, sent.From, sent.To);
}
