using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Through;

public sealed class LabWithSipRules() : RunningLab(bed => new RouterDaemon(bed, Yaml))
{
    /// <summary>Signalling leaves by the second link, whatever the mode prefers, and nothing else may pass at all.</summary>
    internal static readonly RouterYaml Yaml = new()
    {
        AllowOut = false,
        Mode = "failover",
        Rules = $"""
            - name: SIP of one host, unread
              source: [{Plan.LanHost(2)}]
              destination: [internet]
              service: [udp/5060, tcp/5060]
              action: allow
            - name: SIP
              source: [trusted]
              destination: [internet]
              service: [udp/5060, tcp/5060]
              action: allow
              link: dsl
              helpers: sip
            """,
    };
}

/// <summary>Calls by sipp, where the rules let signalling through and nothing else: whatever else passes, the helper has let.</summary>
public sealed class Calls(LabWithSipRules lab) : IClassFixture<LabWithSipRules>
{
    private const int Link = 1;

    private static readonly IPAddress s_server = Plan.Servers[1], s_phone = Plan.LanHost(0), s_us = Plan.LinkAddress(Link);

    private Topology Bed => lab.Bed;

    /// <summary>As sipp names them: one socket, UDP or TCP.</summary>
    public static TheoryData<string> Transports => ["u1", "t1"];

    [Theory]
    [MemberData(nameof(Transports))]
    public void A_phone_inside_calls_and_both_hear_each_other(string transport)
    {
        Assert.SkipUnless(SipPhone.Available, "no sipp here: package sip-tester");
        using BackgroundProgram callee = SipPhone.Await(Bed, Bed.Internet, s_server, transport, isRegistrar: false);
        using BackgroundProgram outside = SipPhone.Listen(Bed.Internet), inside = SipPhone.Listen(Bed.Hosts[0]);
        SipPhone.Call(Bed, Bed.Hosts[0], s_phone, s_server, transport);
        AssertHeard(outside, $"{s_us}.{SipPhone.CallerMedia} > {s_server}.{SipPhone.CalleeMedia}");
        AssertHeard(inside, $"{s_server}.{SipPhone.CalleeMedia} > {s_phone}.{SipPhone.CallerMedia}");
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public void A_phone_that_has_registered_is_called_from_outside(string transport)
    {
        Assert.SkipUnless(SipPhone.Available, "no sipp here: package sip-tester");
        using (BackgroundProgram registrar = SipPhone.Await(Bed, Bed.Internet, s_server, transport, isRegistrar: true))
        {
            SipPhone.Register(Bed, Bed.Hosts[0], s_phone, s_server, transport);
            Assert.True(registrar.WaitForExit(TimeSpan.FromSeconds(30)), registrar.Said);
        }
        using BackgroundProgram callee = SipPhone.Await(Bed, Bed.Hosts[0], s_phone, transport, isRegistrar: false);
        using BackgroundProgram outside = SipPhone.Listen(Bed.Internet), inside = SipPhone.Listen(Bed.Hosts[0]);
        SipPhone.Call(Bed, Bed.Internet, s_server, s_us, transport);
        AssertHeard(inside, $"{s_server}.{SipPhone.CallerMedia} > {s_phone}.{SipPhone.CalleeMedia}");
        AssertHeard(outside, $"{s_us}.{SipPhone.CalleeMedia} > {s_server}.{SipPhone.CallerMedia}");
    }

    [Fact]
    public void Without_the_helper_nothing_is_heard()
    {
        Assert.SkipUnless(SipPhone.Available, "no sipp here: package sip-tester");
        using BackgroundProgram callee = SipPhone.Await(Bed, Bed.Internet, s_server, "u1", isRegistrar: false);
        using BackgroundProgram outside = SipPhone.Listen(Bed.Internet), inside = SipPhone.Listen(Bed.Hosts[2]);
        // Its own packets are heard as they leave it; whatever comes to it would come from the server.
        SipPhone.Call(Bed, Bed.Hosts[2], Plan.LanHost(2), s_server, "u1");
        AssertHeard(inside, $"{Plan.LanHost(2)}.{SipPhone.CallerMedia} > {s_server}.{SipPhone.CalleeMedia}");
        Assert.DoesNotContain($"{s_server}.{SipPhone.CalleeMedia} >", outside.Said + inside.Said, StringComparison.Ordinal);
    }

    private static void AssertHeard(BackgroundProgram capture, string way) =>
        Wait.Until(() => Count(capture.Said, way) >= 20, TimeSpan.FromSeconds(10), () => $"not 20 packets {way}:\n{capture.Said}");

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
