using System.Globalization;
using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Servers;

/// <summary>sipp (sip-tester) as a phone or as a server: it registers, calls and plays a recording, or answers and sends back what it hears.</summary>
internal static class SipPhone
{
    public const int Signalling = 5060, CallerSignalling = 5062, CallerMedia = 6000, CalleeMedia = 7000;

    /// <summary>What sipp plays to the other side, a few seconds of G.711.</summary>
    private const string Recording = "/usr/share/sip-tester/g711a.pcap";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static bool Available => File.Exists("/usr/bin/sipp") && File.Exists(Recording);

    /// <summary>Waits for one call, or for one registration, on port 5060.</summary>
    public static BackgroundProgram Await(Topology bed, NetworkNamespace space, IPAddress own, string transport, bool isRegistrar)
    {
        string[] what = isRegistrar ? ["-sf", Write(bed, "registrar.xml", Registrar)] : ["-sn", "uas", "-rtp_echo", "-mp", $"{CalleeMedia}"];
        BackgroundProgram phone = space.Start("sipp", [.. what, .. Common(own, transport)]);
        string socket = transport == "u1" ? "-Hlun" : "-Hltn";
        Wait.Until(() => space.Run("ss", socket, "sport", "=", $":{Signalling}").Text.Length > 0, s_patience, () => $"sipp does not listen: {phone.Said}");
        return phone;
    }

    /// <summary>Registers at a server.</summary>
    public static void Register(Topology bed, NetworkNamespace space, IPAddress own, IPAddress server, string transport) =>
        Run(space, "-sf", Write(bed, "register.xml", Registering), [.. Common(own, transport), $"{server}:{Signalling}"]);

    /// <summary>Calls somebody, speaks for two seconds, and hangs up.</summary>
    public static void Call(Topology bed, NetworkNamespace space, IPAddress own, IPAddress callee, string transport) =>
        Run(space, "-sf", Write(bed, "call.xml", Calling(Play, Pause(2000))), [.. Common(own, transport, CallerSignalling), "-mp", $"{CallerMedia}", $"{callee}:{Signalling}"]);

    /// <summary>Calls somebody by UDP, speaks for three times the recording, 21 s, and hangs up; ends well if the other side has heard all of the signalling.</summary>
    public static BackgroundProgram Talk(Topology bed, NetworkNamespace space, IPAddress own, IPAddress callee) =>
        space.Start("sipp", ["-sf", Write(bed, "talk.xml", Calling([.. Enumerable.Repeat(Play + Pause(7000), 3)])), .. Common(own, "u1", CallerSignalling), "-mp", $"{CallerMedia}", $"{callee}:{Signalling}"]);

    /// <summary>Notes the media that passes a host: one line for each packet, with both endpoints.</summary>
    public static BackgroundProgram Listen(NetworkNamespace space)
    {
        BackgroundProgram capture = space.Start("tcpdump", "-nn", "-l", "-i", "any", $"udp and (port {CallerMedia} or port {CalleeMedia})");
        capture.WaitToSay("listening on", s_patience);
        return capture;
    }

    private static void Run(NetworkNamespace space, string first, string second, string[] rest) => space.Run(s_patience, "sipp", [first, second, .. rest]).OrThrow();

    private static string[] Common(IPAddress own, string transport, int port = Signalling) =>
        ["-i", $"{own}", "-mi", $"{own}", "-p", $"{port}", "-t", transport, "-m", "1", "-nostdin", "-timeout", "45", "-timeout_error"];

    private static string Write(Topology bed, string name, string scenario)
    {
        string file = Path.Combine(bed.Directory, name);
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $"<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n<scenario name=\"{name}\">\n{scenario}\n</scenario>\n"));
        return file;
    }

    private const string Registering = """
        <send retrans="500"><![CDATA[

          REGISTER sip:[remote_ip] SIP/2.0
          Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport
          From: <sip:alice@example.com>;tag=[call_number]
          To: <sip:alice@example.com>
          Call-ID: [call_id]
          CSeq: 1 REGISTER
          Contact: <sip:alice@[local_ip]:[local_port];transport=[transport]>
          Max-Forwards: 70
          Expires: 600
          Content-Length: 0

        ]]></send>
        <recv response="200"/>
        """;

    private const string Registrar = """
        <recv request="REGISTER"/>
        <send><![CDATA[

          SIP/2.0 200 OK
          [last_Via:]
          [last_From:]
          [last_To:];tag=[call_number]
          [last_Call-ID:]
          [last_CSeq:]
          [last_Contact:]
          Content-Length: 0

        ]]></send>
        """;

    private const string Play = "<nop><action><exec play_pcap_audio=\"/usr/share/sip-tester/g711a.pcap\"/></action></nop>\n";

    private static string Pause(int milliseconds) => string.Create(CultureInfo.InvariantCulture, $"<pause milliseconds=\"{milliseconds}\"/>\n");

    private static string Calling(params string[] speech) => Greeting + string.Concat(speech) + Goodbye;

    private const string Greeting = """
        <send retrans="500"><![CDATA[

          INVITE sip:bob@[remote_ip]:[remote_port] SIP/2.0
          Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
          From: <sip:alice@[local_ip]:[local_port]>;tag=[call_number]
          To: <sip:bob@[remote_ip]:[remote_port]>
          Call-ID: [call_id]
          CSeq: 1 INVITE
          Contact: <sip:alice@[local_ip]:[local_port];transport=[transport]>
          Max-Forwards: 70
          Content-Type: application/sdp
          Content-Length: [len]

          v=0
          o=alice 1 1 IN IP[local_ip_type] [local_ip]
          s=-
          c=IN IP[media_ip_type] [media_ip]
          t=0 0
          m=audio [media_port] RTP/AVP 8
          a=rtpmap:8 PCMA/8000

        ]]></send>
        <recv response="100" optional="true"/>
        <recv response="180" optional="true"/>
        <recv response="200" rrs="true"/>
        <send><![CDATA[

          ACK [next_url] SIP/2.0
          Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
          From: <sip:alice@[local_ip]:[local_port]>;tag=[call_number]
          [last_To:]
          Call-ID: [call_id]
          CSeq: 1 ACK
          Max-Forwards: 70
          Content-Length: 0

        ]]></send>

        """;

    private const string Goodbye = """
        <send retrans="500"><![CDATA[

          BYE [next_url] SIP/2.0
          Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
          From: <sip:alice@[local_ip]:[local_port]>;tag=[call_number]
          [last_To:]
          Call-ID: [call_id]
          CSeq: 2 BYE
          Max-Forwards: 70
          Content-Length: 0

        ]]></send>
        <recv response="200"/>
        """;
}
