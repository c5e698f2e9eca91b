using Router.Forwarding;
using Router.Forwarding.Gateways;
using Router.Forwarding.Gateways.Pptp;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding.Gateways.Pptp;

/// <summary>How calls end, and what outlasts what.</summary>
public sealed class PptpEndTests : IDisposable
{
    private const string Pc = "192.168.10.5", Server = "192.0.2.23", Us = "198.51.100.2";

    private readonly PathBed _bed = new();
    private readonly PptpTalk _talk;

    public PptpEndTests()
    {
        _talk = new PptpTalk(_bed, Pc + ":4000", Server).Greet();
        for (ushort call = 0; call < 2; call++)
        {
            _talk.Call((ushort)(70 + call), (ushort)(1000 + call));
            _bed.Pass(PathBed.Trusted, PptpTalk.Gre(Pc, Server, (ushort)(1000 + call)));
            _bed.Pass(PathBed.One, PptpTalk.Gre(Server, Us, (ushort)(70 + call)));
        }
        Assert.Equal(5, _bed.Forwarder.FlowCount);
    }

    public void Dispose() => _bed.Dispose();

    [Theory]
    [InlineData(true, 70)]
    [InlineData(false, 1000)]
    public void One_side_ends_one_call(bool byClient, ushort id)
    {
        string notice = PptpTalk.Message(PptpType.CallDisconnectNotify, id);
        Assert.Equal(notice, byClient ? _talk.Line.ClientSays(notice) : _talk.Line.ServerSays(notice));
        Assert.Equal(3, _bed.Forwarder.FlowCount);
        _bed.Refuse(PathBed.One, PptpTalk.Gre(Server, Us, 70), DropReason.RuleDropped);
        PptpTalk.Passes(_bed, PathBed.One, PptpTalk.Gre(Server, Us, 71), PathBed.Trusted, Server, Pc, 71);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_side_ends_all_calls(bool byClient)
    {
        string notice = PptpTalk.Message(PptpType.StopControlConnectionRequest);
        Assert.Equal(notice, byClient ? _talk.Line.ClientSays(notice) : _talk.Line.ServerSays(notice));
        Assert.Equal(1, _bed.Forwarder.FlowCount);
    }

    [Theory]
    [InlineData(true, TcpFlags.Fin)]
    [InlineData(false, TcpFlags.Fin)]
    [InlineData(true, TcpFlags.Rst)]
    [InlineData(false, TcpFlags.Rst)]
    public void The_control_connection_ends_and_its_calls_with_it(bool byClient, TcpFlags how)
    {
        _talk.Line.ClientSays(PptpTalk.Message(PptpType.OutgoingCallRequest, 72));
        Dialogue.Side side = byClient ? _talk.Line.Client : _talk.Line.Server;
        _bed.Pass(side.Port, side.Segment("", how));
        Assert.Equal((1, 0), (_bed.Forwarder.FlowCount, _bed.Forwarder.Gateways.Open));
    }

    [Fact]
    public void It_is_forgotten_and_its_calls_with_it()
    {
        _bed.Wait(7500 * PathBed.Second);
        _bed.Wait(PathBed.Second);
        Assert.Equal(0, _bed.Forwarder.FlowCount);
    }

    [Fact]
    public void A_reset_that_cannot_be_meant_ends_nothing()
    {
        _bed.Send(PathBed.One, Make.Tcp(_talk.Line.Server.Own, _talk.Line.Server.Peer, TcpFlags.Rst, _talk.Line.Server.Next + 0x40000000));
        Assert.Equal(5, _bed.Forwarder.FlowCount);
    }

    [Fact]
    public void An_id_that_the_server_gives_to_another_client_is_that_clients()
    {
        PptpTalk other = new PptpTalk(_bed, "192.168.10.6:4000", Server).Greet();
        other.Call(90, 1000);
        Assert.Equal(4, _bed.Forwarder.FlowCount);
        PptpTalk.Passes(_bed, PathBed.Trusted, PptpTalk.Gre("192.168.10.6", Server, 1000), PathBed.One, Us, Server, 1000);
        _bed.Refuse(PathBed.One, PptpTalk.Gre(Server, Us, 70), DropReason.RuleDropped);
        PptpTalk.Passes(_bed, PathBed.One, PptpTalk.Gre(Server, Us, 71), PathBed.Trusted, Server, Pc, 71);
    }

    [Fact]
    public void A_call_that_nobody_uses_lives_as_long_as_its_control_connection_is_used()
    {
        for (int minute = 0; minute < 30; minute++)
        {
            _bed.Wait(60 * PathBed.Second);
            _talk.Line.ClientSays(PptpTalk.Message(PptpType.EchoRequest));
            _talk.Line.ServerSays(PptpTalk.Message(PptpType.EchoReply));
        }
        Assert.Equal(5, _bed.Forwarder.FlowCount);
        PptpTalk.Passes(_bed, PathBed.One, PptpTalk.Gre(Server, Us, 70), PathBed.Trusted, Server, Pc, 70);
        for (int minute = 0; minute < 12; minute++) _bed.Wait(60 * PathBed.Second);
        Assert.Equal(1, _bed.Forwarder.FlowCount);
    }

    [Fact]
    public void A_refusal_opens_nothing_and_closes_what_the_request_opened()
    {
        Assert.Equal(PptpTalk.Message(PptpType.OutgoingCallRequest, 72), _talk.Line.ClientSays(PptpTalk.Message(PptpType.OutgoingCallRequest, 72)));
        Assert.Equal(1, _bed.Forwarder.Gateways.Open);
        string refusal = PptpTalk.Message(PptpType.OutgoingCallReply, 0, 72, result: 4);
        Assert.Equal(refusal, _talk.Line.ServerSays(refusal));
        Assert.Equal(0, _bed.Forwarder.Gateways.Open);
    }

    [Theory]
    [InlineData(Gateway.None, 1)]
    [InlineData(Gateway.Ftp, 1)]
    [InlineData(Gateway.Pptp, 5)]
    internal void A_reload_without_the_helper_ends_calls_and_nothing_else(Gateway gateways, int left)
    {
        _bed.Change(draft => draft.First(PptpTests.Control(gateways)), newPolicy: true);
        _bed.Review();
        Assert.Equal(left, _bed.Forwarder.FlowCount);
    }

    [Fact]
    public void Calls_never_change_their_link_without_their_control_connection()
    {
        _bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = false });
        _bed.Review();
        // TCP is reset for a link that went, and its calls go with it.
        Assert.Equal(0, _bed.Forwarder.FlowCount);
        Assert.Equal((0, 1), (_bed.Forwarder.Ends.Moved, _bed.Forwarder.Ends.Reset));
    }

    [Fact]
    public void Where_control_connections_are_kept_calls_are_too()
    {
        _bed.Change(draft => draft.Rules[0] = new Rule
        {
            Name = "out", Source = Draft.From(Draft.Zones), Destination = Draft.From(PortId.InternetBit), Action = RuleAction.Allow,
            OnLinkDown = new(FlowPlan.Keep, FlowPlan.Move, FlowPlan.Move, FlowPlan.Move),
        }, newPolicy: true);
        _bed.Change(draft => draft.LinkOne = draft.LinkOne with { Usable = false });
        _bed.Review();
        Assert.Equal(5, _bed.Forwarder.FlowCount);
        Assert.Equal((0, 0), (_bed.Forwarder.Ends.Moved, _bed.Forwarder.Ends.Reset));
    }
}
