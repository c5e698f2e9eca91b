namespace Router.Forwarding;

/// <summary>
/// Why a packet went no further. Each has a counter, shown by `routerctl status`, and a test that causes it. None means that it
/// goes on; Consumed that it was answered or kept, which is no loss and is not counted as one.
/// </summary>
public enum DropReason : byte
{
    None,
    Consumed,

    // What the octets say by themselves.
    Truncated,
    BadVersion,
    BadHeaderLength,
    BadTotalLength,
    BadHeaderChecksum,
    BadOption,
    SourceRoute,
    TooManyHeaders,
    RoutingHeader,
    BadTransportHeader,
    BadIcmpChecksum,
    TtlExpired,

    // Who may not send or be sent to here.
    MartianSource,
    SpoofedSource,
    BadDestination,
    WrongLink,
    NotOurAddress,

    // Fragments.
    FragmentTiny,
    FragmentDuplicate,
    FragmentOverlap,
    FragmentTooLong,
    FragmentTableFull,
    FragmentUnclaimed,

    // Admission of a flow's first packet.
    NoFlow,
    IcmpUnexplained,
    IcmpRefused,
    RuleDenied,
    RuleDropped,
    NoUsableLink,
    NoOutsideAddress,
    VolumeSpent,
    PortsExhausted,
    MappingsFull,
    FlowsFull,
    HostFlows,
    HostRate,
    HostShare,
    MappingCollision,
    Untranslatable,
    SourceUnmapped,
    NoRoute,

    // Who is behind an address, and what the licence and the web rules let it have.
    LoginRequired,
    WelcomeRequired,
    LicenceFull,
    LicenceEnded,
    WebRule,

    // On the way out.
    FlowClosed,
    OutOfOrder,
    TooBig,
    NoNextHop,
    NoPort,
    NoSpareSlot,
    SendRefused,
}
