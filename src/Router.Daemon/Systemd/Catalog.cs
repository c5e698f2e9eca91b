using Router.Forwarding;

namespace Router.Daemon.Systemd;

/// <summary>
/// Every kind of line that the journal gets from routerd, with the identifier by which `journalctl -x` finds its explanation in
/// packaging/journal/routerd.catalog. An identifier is for ever: administrators and their programs search by it. A new kind takes a
/// new one from `journalctl --new-id128`, an entry in that file, and a row in docs/journal.md; a test holds the three together.
/// </summary>
internal static class Catalog
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1), OneMinute = TimeSpan.FromMinutes(1), OneHour = TimeSpan.FromHours(1);

    // Starting.
    public static readonly EventKind Started = new("start", "start", "3ceaaf30814248ea91d93080f9b439fc");
    public static readonly EventKind CannotStart = new("cannot-start", "start", "9dfb369bab134faea27655daa05f1119");
    public static readonly EventKind Tables = new("tables", "tables", "6301bbfca0c5454e8ff9bb510944fe0c");
    public static readonly EventKind NamesLost = new("names-lost", "tables", "6fced11d2bd841e6847a8387cdde8d51");
    public static readonly EventKind Stopped = new("stop", "stop", "3a124c647e024f05b7c1dce27f7695f5");
    public static readonly EventKind PathFault = new("path-fault", "stop", "66080f174c9648e29cbd0ba3a1a6bcde");
    public static readonly EventKind CannotTearDown = new("cannot-tear-down", "stop", "b120a366f0bb49cf82f2dc05873f9bd0");

    // Configuration.
    public static readonly EventKind Policy = new("policy", "reload", "78b7d0ac84774ce08e4cda11b43c589b");
    public static readonly EventKind ConfigurationDoubt = new("configuration-doubt", "reload", "2330fcf1562a44b888668d77e827062c");
    public static readonly EventKind ConfigurationError = new("configuration-error", "reload", "c1acc9906424450aa36bf9b3ddcb369d");
    public static readonly EventKind ConfigurationRefused = new("configuration-refused", "reload", "9ad9b9a25e78454db065a1c284cc4549");
    public static readonly EventKind FileReplaced = new("file-replaced", "reload", "993565976fba4662b6a730b7b12e9eed");
    public static readonly EventKind FileReverted = new("file-reverted", "reload", "8df08078a22e418085c2c2af3977a654");
    public static readonly EventKind ReloadFault = new("reload-fault", "reload", "f3194a3b381e43e7952c466e473a1797");
    public static readonly EventKind HostName = new("host-name", "name", "ab57f985433243daa75a2e199b58ba8d", 20, OneMinute);
    public static readonly EventKind HostNamesUnkept = new("host-names-unkept", "name", "c1b87f1a7323491b99f9cbef0f69a4d0");
    public static readonly EventKind NameServersUnwritten = new("name-servers-unwritten", "name", "2eb737282fea475eb5365e1458294a90");

    // Machine.
    public static readonly EventKind ChangeRefused = new("change-refused", "machine", "ac3e0b5bc29147098c1e26038dabf68e");
    public static readonly EventKind InterfaceMissing = new("interface-missing", "machine", "2f314fdb43c44bc7a4ccdcf9ea5ee53c");
    public static readonly EventKind AddressCollision = new("address-collision", "machine", "bafe9bd120c541529127c47089bf36a2");
    public static readonly EventKind ControlFault = new("control-fault", "control", "fe01437293134adfbba3fec76ca387b5", 5, OneMinute);

    // Links.
    public static readonly EventKind LinkState = new("link-state", "state", "9280ba2e153443fdb35771b237d047c9");
    public static readonly EventKind LinkUnopened = new("link-unopened", "link", "6800e67e527f4da696ec4c60da8f3fe2");
    public static readonly EventKind LinkUnprobed = new("link-unprobed", "link", "98daa4bf75594f89b3fb95ee22432045");
    public static readonly EventKind LinkLoad = new("link-load", "link", "b6d9f6f45cdc48b99a6400c790010259");
    public static readonly EventKind Volume = new("volume", "volume", "6a015b665e4a429c9be7df00cba497dd");
    public static readonly EventKind VolumeUnkept = new("volume-unkept", "volume", "365bf63a6659455484103017ead492d2");
    public static readonly EventKind Drill = new("drill", "drill", "23961c5229704819ae6f8f356f02bfb4");

    // Flows and hosts.
    public static readonly EventKind FlowsChanged = new("flows-changed", "flows", "48018f5e186341daabca5daa475d779c");
    public static readonly EventKind FlowsKilled = new("flows-killed", "flows", "614d292e1f1e4bfaa3003324c470d28b");
    public static readonly EventKind HostMoved = new("host-moved", "flows", "e9a5642c7d0743e5b6e5c77a2ee05f69");
    public static readonly EventKind StuckSender = new("stuck-sender", "stuck-sender", "df219833d97b401bb581437a489229e0", 1, OneMinute);
    public static readonly EventKind HostLimit = new("limit", "limit", "f054e0b83ce3494db3947d9c777a5bbb", 20, OneSecond);
    public static readonly EventKind NoRoom = new("no-room", "no-room", "27f82f9467094347bf0283a32bc318aa", 8, OneMinute);

    // What rules ask for.
    public static readonly EventKind Flow = new("flow", "flow", "90237de7232a49debed432292ed99a49", 200, OneSecond);
    public static readonly EventKind Refusal = new("refused", "refused", "521b55ada98948e59645f8997a98714f", 20, OneSecond);
    public static readonly EventKind Packet = new("packet", "packet", "9e450909a8d14dea9ddfc65e144b2080", 2 * PathEvents.MostPackets, OneSecond);
    public static readonly EventKind WebRefusal = new("web", "web", "13d38b6347e34c09b70c349f6dcb6633", 20, OneSecond);
    public static readonly EventKind PathEventsLost = new("events-lost", "flow", "1e527ff9160e47a489f1c7e23916e1df");

    // People and the licence.
    public static readonly EventKind Accounts = new("accounts", "people", "c51ae08b37274581be57821b6396e022");
    public static readonly EventKind AccountsRefused = new("accounts-refused", "people", "f0cbb970378b470cb6428c7a968a89b8");
    public static readonly EventKind LoginRefused = new("login-refused", "people", "a71cb47059204c65b7ef2db5b2ecaa17", 20, OneMinute);
    public static readonly EventKind Guest = new("guest", "people", "2a4abf0bc32d41c6b8fc1b9f9c323459");
    public static readonly EventKind PortalUnreachable = new("portal-unreachable", "people", "dc19c734aede4aaa96aa305ba40f8266");
    public static readonly EventKind ByDashboard = new("dashboard", "dashboard", "f35d531bfaa94ce980636e427929ee22");
    public static readonly EventKind Login = new("login", "licence", "edc282116850460bad84f22be1b2a2ac", 50, OneSecond);
    public static readonly EventKind Place = new("place", "licence", "3ad8132f0e2347c3a5464623b5847c5c", 20, OneSecond);
    public static readonly EventKind PlaceFreed = new("place-freed", "licence", "e88edd5050424947984dbd487b982ff1");
    public static readonly EventKind LicenceRefusal = new("licence-refusal", "licence", "d688af4e11a5499ca8b7d9bbf9837120", 10, OneMinute);
    public static readonly EventKind LicenceFullness = new("licence-fullness", "licence", "6d49c9d8a6204e8eacba2b799e3b3748");
    public static readonly EventKind LicenceTaken = new("licence-taken", "licence", "7856881e04614f9d86933030b63798fa");
    public static readonly EventKind LicenceRefused = new("licence-refused", "licence", "3e44bc05fa214d55947e7e073ea5fdcb");
    public static readonly EventKind LicenceEnds = new("licence-ends", "licence", "895434b4355d4c6584b015537408a2b5");
    public static readonly EventKind ClockBehind = new("clock-behind", "licence", "d3dcf9783c924d18aac8578d8ba84bc0");
    public static readonly EventKind LicenceUnkept = new("licence-unkept", "licence", "907437defbc74db7a7fdb4fcd0a8aef4");

    // The past.
    public static readonly EventKind HistoryUnkept = new("history-unkept", "history", "62689db909a74ee79a4f4a9f970a1a4f");
    public static readonly EventKind HistoryDamaged = new("history", "history", "23988be390dd4d0f85c49a0c911de6fd", 1, OneHour);

    /// <summary>All of them, in the order above.</summary>
    public static IReadOnlyList<EventKind> All { get; } =
    [
        Started, CannotStart, Tables, NamesLost, Stopped, PathFault, CannotTearDown,
        Policy, ConfigurationDoubt, ConfigurationError, ConfigurationRefused, FileReplaced, FileReverted, ReloadFault,
        HostName, HostNamesUnkept, NameServersUnwritten, ChangeRefused, InterfaceMissing, AddressCollision, ControlFault,
        LinkState, LinkUnopened, LinkUnprobed, LinkLoad, Volume, VolumeUnkept, Drill,
        FlowsChanged, FlowsKilled, HostMoved, StuckSender, HostLimit, NoRoom, Flow,
        Refusal, Packet, WebRefusal, PathEventsLost, Accounts, AccountsRefused, LoginRefused,
        Guest, PortalUnreachable, ByDashboard, Login, Place, PlaceFreed, LicenceRefusal, LicenceFullness,
        LicenceTaken, LicenceRefused, LicenceEnds, ClockBehind, LicenceUnkept, HistoryUnkept, HistoryDamaged,
    ];
}
