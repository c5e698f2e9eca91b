using System.Text;
using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Forwarding.Web;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Web;

/// <summary>A TCP client behind the bed whose data is chosen by the test, octet for octet, in whatever order.</summary>
internal sealed class Client
{
    private uint _far = 5000;

    public Client(PathBed bed, string from = "192.168.10.5:5000", string to = "192.0.2.80:80", uint first = uint.MaxValue - 20)
    {
        (Bed, Near, Far, First) = (bed, Make.End(from), Make.End(to), first + 1);
        Sent syn = bed.Pass(PathBed.Trusted, Make.Tcp(Near, Far, TcpFlags.Syn, first));
        (Outside, Server, Egress) = (syn.From, syn.To, syn.Port);
        bed.Pass(Egress, Make.Tcp(Server, Outside, TcpFlags.Syn | TcpFlags.Ack, _far++, First));
        bed.Pass(PathBed.Trusted, Make.Tcp(Near, Far, TcpFlags.Ack, First, _far));
    }

    public PathBed Bed { get; }

    public End Near { get; }

    public End Far { get; }

    public End Outside { get; }

    public End Server { get; }

    public PortId Egress { get; }

    /// <summary>The sequence number of the first octet of data.</summary>
    public uint First { get; }

    /// <summary>Octets sent in order so far.</summary>
    public int Said { get; private set; }

    /// <summary>What the server has said, as the client counts.</summary>
    public uint Heard => _far;

    /// <summary>A policy with these rules.</summary>
    public static Action<Draft> With(params WebRule[] rules) => draft => draft.Web = new WebPolicy { Rules = rules };

    public static WebRule Rule(WebAction action, params string[] urls) => new()
    {
        Name = $"{action} {string.Join(' ', urls)}", Action = action, Patterns = [.. urls.Select(Pattern)], Target = action == WebAction.Redirect ? "http://elsewhere.example/x" : null,
    };

    public static WebPattern Pattern(string text)
    {
        Assert.True(WebPattern.TryParse(text, out WebPattern? pattern, out string? fault), fault);
        return pattern!;
    }

    /// <summary>Sends the next data. Answers all that came out.</summary>
    public Sent[] Say(string text) => Say(Encoding.Latin1.GetBytes(text));

    public Sent[] Say(byte[] data)
    {
        Sent[] sent = SayAt(Said, data);
        Said += data.Length;
        return sent;
    }

    /// <summary>Sends data for a place of the stream.</summary>
    public Sent[] SayAt(int at, byte[] data) => Bed.Send(PathBed.Trusted, Segment(at, data));

    public byte[] Segment(int at, byte[] data, TcpFlags flags = TcpFlags.Ack)
    {
        byte[] segment = new byte[Tcp.MinHeaderLength + data.Length];
        Tcp tcp = Tcp.Over(segment);
        tcp.Begin(Near.Port, Far.Port, flags);
        (tcp.Sequence, tcp.Acknowledgment, tcp.Window) = (First + (uint)at, _far, 60000);
        data.CopyTo(segment, Tcp.MinHeaderLength);
        return Make.Ip(Protocol.Tcp, Near.Address, Far.Address, segment);
    }

    /// <summary>The server answers so many octets.</summary>
    public void Answer(int octets)
    {
        Bed.Pass(Egress, Make.Tcp(Server, Outside, TcpFlags.Ack, _far, First + (uint)Said, octets));
        _far += (uint)octets;
    }

    /// <summary>Sends data that has to pass.</summary>
    public void Pass(string text)
    {
        Sent sent = Assert.Single(Say(text));
        Assert.Equal(Egress, sent.Port);
        Assert.Equal(text, Text(sent));
    }

    /// <summary>Whether the flow is still looked at.</summary>
    public bool IsWatched => (Bed.Forwarder.Flows[Bed.Forwarder.Flows.NextLive(Router.Forwarding.Flows.FlowId.None)].Traits & Router.Forwarding.Flows.FlowTraits.Watched) != 0;

    /// <summary>The data of a segment.</summary>
    public static string Text(Sent sent) => Encoding.Latin1.GetString(TcpOf(sent).Payload);

    public static Tcp TcpOf(Sent sent)
    {
        Assert.True(Tcp.TryRead(sent.Octets.AsSpan(sent.Octets[0] >> 4 == 4 ? 20 : 40), out Tcp tcp, out _));
        return tcp;
    }
}
