using Router.Forwarding;
using Router.Forwarding.Limits;
using Router.Forwarding.Links;
using Router.Forwarding.Rules;
using Router.Tests.Forwarding.Bed;
using Router.Tests.Forwarding.Gateways;
using Router.Tests.Forwarding.Web;
using Router.Wire;

namespace Router.Tests.Forwarding;

/// <summary>Each reason to refuse a packet has a packet here that is refused for it.</summary>
public class DropReasonTests
{
    private const string Pc = "192.168.10.5:5000", Web = "192.0.2.80:80", Us = "198.51.100.2:5000";

    private static readonly TableSizes s_small = new(4, 4, 4);

    private static readonly Dictionary<DropReason, Cause> s_causes = new()
    {
        [DropReason.Truncated] = new(bed => bed.Send(PathBed.One, Udp()[..19])),
        [DropReason.BadVersion] = new(bed => bed.Send(PathBed.One, Udp().With(0, 0x55))),
        [DropReason.BadHeaderLength] = new(bed => bed.Send(PathBed.One, [0x44, .. Udp()[1..]])),
        [DropReason.BadTotalLength] = new(bed => bed.Send(PathBed.One, Udp().With(3, 61))),
        [DropReason.BadHeaderChecksum] = new(bed => bed.Send(PathBed.One, [.. Udp()[..10], 0, 0, .. Udp()[12..]])),
        [DropReason.BadOption] = new(bed => bed.Send(PathBed.Trusted, Udp().WithOptions("07010000"))),
        [DropReason.SourceRoute] = new(bed => bed.Send(PathBed.Trusted, Udp().WithOptions("83070400000000" + "00"))),
        [DropReason.TooManyHeaders] = new(bed => bed.Send(PathBed.Trusted, Extended(9, Protocol.DestinationOptions))),
        [DropReason.RoutingHeader] = new(bed => bed.Send(PathBed.Trusted, Extended(1, Protocol.Routing))),
        [DropReason.BadTransportHeader] = new(bed => bed.Send(PathBed.Trusted, Short())),
        [DropReason.BadIcmpChecksum] = new(bed => bed.Send(PathBed.One, Unreachable().With(23, 0x77))),
        [DropReason.TtlExpired] = new(bed =>
        {
            Sent query = bed.Pass(PathBed.Trusted, Make.Udp(Pc, Web));
            bed.Send(PathBed.One, Make.Udp(query.To, query.From).WithTtl(1));
        }),
        [DropReason.MartianSource] = new(bed => bed.Send(PathBed.Trusted, Make.Udp("127.0.0.1:5000", Web))),
        [DropReason.SpoofedSource] = new(bed => bed.Send(PathBed.Trusted, Make.Udp("192.168.20.5:5000", Web))),
        [DropReason.BadDestination] = new(bed => bed.Send(PathBed.Trusted, Make.Udp(Pc, "224.0.0.251:5353"))),
        [DropReason.WrongLink] = new(bed => bed.Send(PathBed.Two, Make.Udp(Web, Us))),
        [DropReason.NotOurAddress] = new(bed => bed.Send(PathBed.One, Make.Udp(Web, "192.168.10.5:5000"))),
        [DropReason.FragmentTiny] = new(bed => bed.Send(PathBed.Trusted, Pieces.Piece4(Udp(), new byte[4], 0, false, 1).With(6, 0x20))),
        [DropReason.FragmentOverlap] = new(bed => bed.Send(PathBed.Trusted, Pieces.Piece4(Udp(), new byte[16], 8, true, 1), Pieces.Piece4(Udp(), new byte[16], 16, true, 1))),
        [DropReason.FragmentDuplicate] = new(bed => bed.Send(PathBed.Trusted, Pieces.Piece4(Udp(), new byte[16], 8, true, 1), Pieces.Piece4(Udp(), new byte[16], 8, true, 1))),
        [DropReason.FragmentTooLong] = new(bed => bed.Send(PathBed.Trusted, Pieces.Piece4(Udp(), new byte[32], 65512, false, 1))),
        [DropReason.FragmentTableFull] = new(bed =>
        {
            for (ushort id = 0; id < 300; id++) bed.Send(PathBed.Trusted, Pieces.Piece4(Udp(), new byte[16], 80, false, id));
        }),
        [DropReason.FragmentUnclaimed] = new(bed =>
        {
            bed.Send(PathBed.Trusted, Pieces.Piece4(Udp(), new byte[16], 80, false, 1));
            bed.Wait(3 * PathBed.Second);
        }),
        [DropReason.NoFlow] = new(bed => bed.Send(PathBed.Trusted, Make.Tcp(Pc, Web, TcpFlags.Ack))),
        [DropReason.IcmpUnexplained] = new(bed => bed.Send(PathBed.One, Unreachable())),
        [DropReason.IcmpRefused] = new(bed => bed.Send(PathBed.One, Make.Error("198.51.100.1", "198.51.100.2", Icmp4.Redirect, 1, Udp()))),
        [DropReason.RuleDenied] = new(bed => bed.Send(PathBed.Trusted, Udp()), draft => draft.First(Blocking(RuleAction.Deny))),
        [DropReason.RuleDropped] = new(bed => bed.Send(PathBed.Trusted, Udp()), draft => draft.First(Blocking(RuleAction.Drop))),
        [DropReason.LoginRequired] = new(bed => bed.Send(PathBed.Trusted, Udp()), draft => draft.Gate = draft.Gate with { LoginZones = PathBed.Trusted.Bit }),
        [DropReason.WelcomeRequired] = new(bed => bed.Send(PathBed.Trusted, Udp()), draft => draft.Gate = draft.Gate with { WelcomeZones = PathBed.Trusted.Bit }),
        [DropReason.NoUsableLink] = new(bed => bed.Send(PathBed.Trusted, Udp()), draft =>
        {
            draft.LinkOne = draft.LinkOne with { Usable = false };
            draft.LinkTwo = draft.LinkTwo with { Usable = false };
        }),
        [DropReason.NoOutsideAddress] = new(bed => bed.Send(PathBed.Trusted, Make.Udp(Pc, "198.51.100.9:80")),
            draft => draft.LinkOne = draft.LinkOne with { Addresses = [] }),
        [DropReason.VolumeSpent] = new(bed => bed.Send(PathBed.One, Make.Udp("192.0.2.1:80", "198.51.100.2:443")), draft =>
        {
            draft.First(new Rule { Name = "server", Action = RuleAction.Allow, Destination = Draft.From(PathBed.Host.Bit), ForwardTo = new ForwardTarget(Address.Parse("192.168.10.80"), 0) });
            draft.LinkOne = draft.LinkOne with { Volume = LinkVolume.Spent };
        }),
        [DropReason.PortsExhausted] = new(bed =>
        {
            for (int i = 0; i < 1100; i++) bed.Send(PathBed.Trusted, Make.Udp($"192.168.10.{2 + i % 200}:{1 + i / 200}", Web));
        }),
        [DropReason.MappingsFull] = new(bed => SendFive(bed, anotherPort: true), Sizes: s_small with { Flows = 100 }),
        [DropReason.FlowsFull] = new(bed => SendFive(bed, anotherPort: false), Sizes: s_small),
        [DropReason.HostFlows] = new(bed => SendFive(bed, anotherPort: true), draft => draft.Limits = new HostLimits(new HostLimit(3, HostLimit.Unlimited), [])),
        [DropReason.HostRate] = new(bed => SendFive(bed, anotherPort: true), draft => draft.Limits = new HostLimits(new HostLimit(100, 3), [])),
        [DropReason.HostShare] = new(bed => SendFive(bed, anotherPort: true), draft => draft.Limits = new HostLimits(new HostLimit(100, 100), []), s_small),
        [DropReason.MappingCollision] = new(bed =>
        {
            bed.Pass(PathBed.Trusted, Gre("192.168.10.5"));
            bed.Send(PathBed.Trusted, Gre("192.168.10.6"));
        }),
        [DropReason.SourceUnmapped] = new(bed => bed.Send(PathBed.Guest, Make.Udp("[fd00:20::7]:5000", "[2001:db8:9::1]:80")), Router.Tests.Forwarding.Checklist.PrefixChecklist.Translate),
        [DropReason.Untranslatable] = new(bed => bed.Send(PathBed.Trusted, Make.Ip(Protocol.Ah, Make.End(Pc).Address, Make.End(Web).Address, new byte[24]))),
        [DropReason.NoRoute] = new(bed => bed.Send(PathBed.One, Make.Udp(Web, "198.51.100.2:80")), draft => draft.First(new Rule
        {
            Name = "to nowhere", Action = RuleAction.Allow, ForwardTo = new ForwardTarget(Address.Parse("10.9.9.9"), 0),
            Source = Draft.From(PortId.InternetBit), Destination = Draft.From(PortId.Host.Bit),
        })),
        [DropReason.WebRule] = new(
            bed => new Client(bed).Say("GET / HTTP/1.1\r\nHost: example.net\r\n\r\n"), Client.With(Client.Rule(Router.Forwarding.Web.WebAction.Deny, "*"))),
        [DropReason.FlowClosed] = new(bed =>
        {
            bed.Pass(PathBed.Trusted, Udp());
            bed.Change(draft => draft.Rules.Clear(), newPolicy: true);
            bed.Send(PathBed.Trusted, Udp());
        }),
        [DropReason.OutOfOrder] = new(bed =>
        {
            Dialogue talk = Dialogue.Ftp(bed, PathBed.Trusted, Pc, "192.0.2.80:21");
            talk.Client.Segment("NOOP\r\n");
            bed.Send(PathBed.Trusted, talk.Client.Segment("NOOP\r\n"));
        }),
        [DropReason.TooBig] = new(bed => bed.Send(PathBed.Trusted, Make.Udp(Pc, Web, 1472).WithDontFragment()),
            draft => draft.LinkOne = draft.LinkOne with { Mtu = 1400 }),
        [DropReason.NoNextHop] = new(bed => bed.Send(PathBed.Trusted, Udp()), draft => draft.LinkOne = draft.LinkOne with { GatewayMac4 = 0 }),
        [DropReason.NoPort] = new(bed =>
        {
            bed.Forwarder.Outbox.Detach(PathBed.One);
            bed.Send(PathBed.Trusted, Udp());
        }),
        [DropReason.NoSpareSlot] = new(bed =>
        {
            byte[] large = Make.Udp(Pc, Web, 60_000);
            bed.Send(PathBed.Trusted, large, large, large, large, large, large, large);
        }, draft => draft.TrustedZone = draft.TrustedZone with { Mtu = 65535 }),
        [DropReason.SendRefused] = new(bed =>
        {
            bed.Port(PathBed.One).Unplug();
            bed.Send(PathBed.Trusted, Udp());
        }),
    };

    // Named before anything gives them: each moves to the causes with whoever does.
    private static readonly DropReason[] s_awaited = [DropReason.LicenceFull, DropReason.LicenceEnded];

    public static TheoryData<DropReason> All =>
        [.. Enum.GetValues<DropReason>().Where(reason => reason is not (DropReason.None or DropReason.Consumed)).Except(s_awaited)];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_reason_can_be_caused_and_is_counted(DropReason reason)
    {
        Assert.True(s_causes.TryGetValue(reason, out Cause? cause), $"nothing here causes {reason}");
        using var bed = new PathBed(cause.Edit, cause.Sizes);
        cause.Act(bed);
        Assert.True(bed.Forwarder.Drops[(int)reason] > 0, $"refused for {bed.Refused}");
    }

    private static byte[] Udp() => Make.Udp(Pc, Web);

    private static byte[] Unreachable() =>
        Make.Error("198.51.100.1", "198.51.100.2", Icmp4.DestinationUnreachable, Icmp4.PortUnreachable, Make.Udp(Us, Web));

    private static byte[] Short() => Make.Ip(Protocol.Sctp, Make.End(Pc).Address, Make.End(Web).Address, new byte[4]);

    private static byte[] Gre(string from) => Make.Ip(Protocol.Gre, Address.Parse(from), Address.Parse("192.0.2.47"), new byte[24]);

    // So many headers of eight octets, the last of them announcing UDP.
    private static byte[] Extended(int count, byte kind)
    {
        byte[] headers = new byte[count * 8 + 8];
        for (int i = 0; i < count; i++) headers[i * 8] = i == count - 1 ? Protocol.Udp : kind;
        return Make.Ip(kind, Address.Parse("fd00:10::5"), Address.Parse("2001:db8:9::1"), headers);
    }

    private static Rule Blocking(RuleAction action) => new() { Name = "block", Action = action, Source = Draft.From(Draft.Trusted.Bit) };

    private static void SendFive(PathBed bed, bool anotherPort)
    {
        for (int i = 0; i < 5; i++) bed.Send(PathBed.Trusted, Make.Udp($"192.168.10.5:{5000 + (anotherPort ? i : 0)}", $"192.0.2.80:{80 + i}"));
    }

    private sealed record Cause(Action<PathBed> Act, Action<Draft>? Edit = null, TableSizes? Sizes = null);
}
