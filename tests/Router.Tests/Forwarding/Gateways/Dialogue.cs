using System.Text;
using Router.Forwarding;
using Router.Forwarding.Flows;
using Router.Forwarding.Reading;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Gateways;

/// <summary>
/// A control connection through the bed whose two ends behave as TCP does: each numbers its own octets, takes what fits in order,
/// and remembers what it has heard and what of its own was acknowledged. Losses are the test's: what it does not hand over is lost.
/// </summary>
internal sealed class Dialogue
{
    private readonly PathBed _bed;

    public Dialogue(PathBed bed, PortId ingress, string from, string to)
    {
        _bed = bed;
        Client = new Side(ingress, Make.End(from), Make.End(to), 1000);
        Sent syn = bed.Pass(ingress, Make.Tcp(Client.Own, Client.Peer, TcpFlags.Syn, Client.Next++));
        Server = new Side(syn.Port, syn.To, syn.From, 0xffff_fff0);
        Server.Expected = syn.Sequence + 1;
        Sent answer = bed.Pass(Server.Port, Make.Tcp(Server.Own, Server.Peer, TcpFlags.Syn | TcpFlags.Ack, Server.Next++, Server.Expected));
        Client.Expected = answer.Sequence + 1;
        bed.Pass(ingress, Client.Segment(""));
    }

    public Side Client { get; }

    public Side Server { get; }

    /// <summary>Opens it as FTP does.</summary>
    public static Dialogue Ftp(PathBed bed, PortId ingress, string from, string to)
    {
        var talk = new Dialogue(bed, ingress, from, to);
        talk.ServerSays("220 ready\r\n");
        return talk;
    }

    /// <summary>Sends text that has to arrive. Answers all that the other has heard by now, since the last call.</summary>
    public string ClientSays(string text) => Say(Client, Server, text);

    public string ServerSays(string text) => Say(Server, Client, text);

    /// <summary>Hands over what came out of the bed, to whom it is for; acknowledgments of the bed's own making too.</summary>
    public void Deliver(IEnumerable<Sent> packets)
    {
        foreach (Sent sent in packets) (sent.Port == Client.Port && sent.To == Client.Own ? Client : Server).Take(sent);
    }

    private string Say(Side from, Side to, string text)
    {
        Deliver(_bed.Send(from.Port, from.Segment(text)));
        Deliver(_bed.Send(to.Port, to.Segment("")));
        Assert.Equal(from.Next, from.Acknowledged);
        return to.Hear();
    }

    /// <summary>One end.</summary>
    internal sealed class Side(PortId port, End own, End peer, uint first)
    {
        private readonly StringBuilder _heard = new();

        public PortId Port => port;

        public End Own => own;

        public End Peer => peer;

        /// <summary>The number of its next octet, and what it expects of the other.</summary>
        public uint Next { get; set; } = first;

        public uint Expected { get; set; }

        public uint Acknowledged { get; private set; }

        public string Options { get; set; } = "";

        /// <summary>A segment with new text, which counts as sent.</summary>
        public byte[] Segment(string text, TcpFlags flags = TcpFlags.None)
        {
            byte[] packet = Again(text, Next, flags);
            Next += (uint)text.Length + ((flags & TcpFlags.Fin) != 0 ? 1u : 0);
            return packet;
        }

        /// <summary>A segment that was sent before, or that comes out of turn.</summary>
        public byte[] Again(string text, uint sequence, TcpFlags flags = TcpFlags.None)
        {
            byte[] packet = Make.Tcp(own, peer, flags | TcpFlags.Ack | TcpFlags.Psh, sequence, Expected, text.Length, Options);
            Datagram.Read(packet, verify: false, out Datagram read);
            byte[] segment = packet[read.Transport..];
            Encoding.Latin1.GetBytes(text).CopyTo(segment.AsSpan(Tcp.Over(segment).DataOffset));
            return Make.Ip(Protocol.Tcp, own.Address, peer.Address, segment);
        }

        /// <summary>Takes a segment as a receiver would.</summary>
        public void Take(Sent sent)
        {
            Assert.Equal((port, peer, own), (sent.Port, sent.From, sent.To));
            Tcp tcp = Tcp.Over(sent.Transport);
            if ((int)(tcp.Acknowledgment - Acknowledged) > 0 || Acknowledged == 0) Acknowledged = tcp.Acknowledgment;
            Assert.False((int)(Acknowledged - Next) > 0, "acknowledges what was never sent");
            int known = (int)(Expected - tcp.Sequence);
            if (known < 0 || known >= tcp.Payload.Length) return;
            _heard.Append(Encoding.Latin1.GetString(tcp.Payload[known..]));
            Expected += (uint)(tcp.Payload.Length - known);
        }

        public string Hear()
        {
            string heard = _heard.ToString();
            _heard.Clear();
            return heard;
        }
    }
}
