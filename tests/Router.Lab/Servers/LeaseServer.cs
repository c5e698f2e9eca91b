using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Servers;

/// <summary>A provider that leases its customer one address, by dnsmasq. Changed, it has forgotten whom it leased what before.</summary>
internal sealed class LeaseServer : IDisposable
{
    private readonly Topology _bed;
    private readonly int _link;
    private BackgroundProgram? _program;

    private LeaseServer(Topology bed, int link) => (_bed, _link) = (bed, link);

    public static LeaseServer Start(Topology bed, int link, string address, string gateway)
    {
        var server = new LeaseServer(bed, link);
        server.Change(address, gateway);
        return server;
    }

    /// <summary>What it leases from now on, for 300 s each time. The gateway must be an address of the provider.</summary>
    public void Change(string address, string gateway)
    {
        _program?.Dispose();
        _program = _bed.Providers[_link].Start("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--no-ping", "--log-dhcp", "--log-facility=-",
            "--user=root", "--pid-file", "--leasefile-ro", "--dhcp-authoritative", "--interface=cust", $"--dhcp-range={address},{address},255.255.255.0,300", $"--dhcp-option=3,{gateway}");
        _program.WaitToSay("DHCP, IP range", TimeSpan.FromSeconds(5));
    }

    public void Dispose() => _program?.Dispose();
}

/// <summary>udhcpc with its Debian script on one of the router's links, in the place of the lab's static address.</summary>
internal sealed class LeaseClient : IDisposable
{
    private const string Program = "/usr/sbin/udhcpc";

    private readonly BackgroundProgram _program;

    private LeaseClient(BackgroundProgram program) => _program = program;

    public static bool Available => File.Exists(Program) && File.Exists("/etc/udhcpc/default.script");

    /// <summary>How many leases it has had, renewals too.</summary>
    public int Leases => _program.Said.Split("lease of").Length - 1;

    public string Said => _program.Said;

    public static LeaseClient Start(Topology bed, int link)
    {
        bed.Router.Run("ip", "-4", "addr", "flush", "dev", $"wan{link}").OrThrow();
        // The script writes the name servers that it hears of; this machine's own file is not to be touched.
        string names = Path.Combine(bed.Directory, "leased-resolv.conf");
        File.WriteAllText(names, "");
        BackgroundProgram program = bed.Router.Start("bash", "-c", $"mount --bind {names} /etc/resolv.conf; exec {Program} -f -i wan{link} -t 10 -T 1 -A 1");
        var client = new LeaseClient(program);
        Wait.Until(() => client.Leases > 0, TimeSpan.FromSeconds(10), () => $"no lease:\n{program.Said}");
        return client;
    }

    /// <summary>Renews now, as it would do by itself when half of the time is over.</summary>
    public void Renew() => _program.Signal(Libc.SIGUSR1);

    public void RenewAndWait()
    {
        int before = Leases;
        Renew();
        Wait.Until(() => Leases > before, TimeSpan.FromSeconds(10), () => $"no further lease:\n{Said}");
    }

    public void Dispose() => _program.Dispose();
}
