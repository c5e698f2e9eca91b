using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Links;

/// <summary>
/// A registered phone that talks while its link fails and returns, by sipp. The far end sends its sound back to where it hears the phone
/// from, as real ones do that live with translators (RFC 4961). Only the helper lets the sound through. It stays where it is once the link
/// is back, as it would have to be announced anew; signalling returns.
/// </summary>
public sealed class CallThroughFailure : IDisposable
{
    private static readonly IPAddress s_server = Plan.Servers[1], s_phone = Plan.LanHost(0);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private const string Sip = """
        - name: SIP returns to fiber
          source: [trusted]
          destination: [internet]
          service: [udp/5060]
          action: allow
          helpers: sip
          on_link_return: move
        """;

    private readonly Topology _bed = Topology.Raise(new BedOptions { Hosts = 1 });
    private readonly RouterDaemon _router;

    public CallThroughFailure()
    {
        _router = new RouterDaemon(_bed);
        _router.Write(new RouterYaml { Mode = "failover", AllowOut = false, Health = "hold_down: 1s\nup_after: 2", Rules = Sip });
        _router.Start();
    }

    public void Dispose()
    {
        _router.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void A_call_and_its_registration_live_through_both()
    {
        Assert.SkipUnless(SipPhone.Available, "no sipp here: package sip-tester");
        Register();
        CallTo(Plan.LinkAddress(0));
        using (BackgroundProgram callee = SipPhone.Await(_bed, _bed.Internet, s_server, "u1", isRegistrar: false))
        using (BackgroundProgram outside = SipPhone.Listen(_bed.Internet), inside = SipPhone.Listen(_bed.Hosts[0]))
        using (BackgroundProgram talk = SipPhone.Talk(_bed, _bed.Hosts[0], s_phone, s_server))
        {
            AssertTalks(by: 0, outside, inside);
            _bed.SetCarrier(0, false);
            AssertTalks(by: 1, outside, inside);
            Register();
            _bed.SetCarrier(0, true);
            _router.WaitForLink("fiber", "up", s_patience);
            AssertTalks(by: 1, outside, inside);
            Assert.True(talk.WaitForExit(TimeSpan.FromSeconds(30)) && talk.ExitCode == 0, talk.Said);
        }
        Register();
        CallTo(Plan.LinkAddress(0));
    }

    private void Register()
    {
        // Beside the other end of the call, which has the port of signalling.
        using BackgroundProgram registrar = SipPhone.Await(_bed, _bed.Internet, Plan.Servers[0], "u1", isRegistrar: true);
        SipPhone.Register(_bed, _bed.Hosts[0], s_phone, Plan.Servers[0], "u1");
        Assert.True(registrar.WaitForExit(s_patience), registrar.Said);
    }

    // Somebody outside calls the phone by the address of the link that it has registered by.
    private void CallTo(IPAddress link)
    {
        using BackgroundProgram callee = SipPhone.Await(_bed, _bed.Hosts[0], s_phone, "u1", isRegistrar: false);
        SipPhone.Call(_bed, _bed.Internet, Plan.Servers[0], link, "u1");
    }

    private void AssertTalks(int by, BackgroundProgram outside, BackgroundProgram inside)
    {
        string spoken = $"{Plan.LinkAddress(by)}.{SipPhone.CallerMedia} > {s_server}.{SipPhone.CalleeMedia}";
        string heard = $"{s_server}.{SipPhone.CalleeMedia} > {s_phone}.{SipPhone.CallerMedia}";
        (int spokenBefore, int heardBefore) = (Count(outside, spoken), Count(inside, heard));
        Wait.Until(() => Count(outside, spoken) >= spokenBefore + 20 && Count(inside, heard) >= heardBefore + 20, s_patience,
            () => $"not 20 packets more of {spoken}, or of {heard}:\n{outside.Said}\n{inside.Said}\n{_router.Show("flows").Output}\n{_router.Show("status").Output}\n{_router.Log}");
    }

    private static int Count(BackgroundProgram capture, string way) => capture.Said.Split(way).Length - 1;
}
