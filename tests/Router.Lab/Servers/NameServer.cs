using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Servers;

/// <summary>dnsmasq in the Internet, with a few names of its own: www.example.com is the first web server.</summary>
internal static class NameServer
{
    public const string KnownName = "www.example.com";

    public static BackgroundProgram Start(Topology bed)
    {
        BackgroundProgram program = bed.Internet.Start("dnsmasq", "--keep-in-foreground", "--log-facility=-", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
            "--user=root", $"--pid-file={bed.Directory}/dnsmasq.pid", "--bind-interfaces", $"--listen-address={Plan.NameServer}",
            $"--address=/{KnownName}/{Plan.Servers[0]}", $"--address=/{KnownName}/{Plan.Server6}");
        program.WaitToSay("started", TimeSpan.FromSeconds(5));
        return program;
    }
}
