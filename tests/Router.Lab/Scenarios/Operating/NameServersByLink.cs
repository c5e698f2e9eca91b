using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Operating;

/// <summary>
/// A forwarder on the box (dnsmasq), which asks each provider's name server by that provider's link and no other. Each provider's server
/// answers with another address, and notes who asked.
/// </summary>
public sealed class NameServersByLink : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly IPAddress[] s_servers = [IPAddress.Parse("198.18.0.61"), IPAddress.Parse("198.18.0.62")];

    private readonly Topology _bed = Topology.Raise(new BedOptions { Hosts = 1 });
    private readonly BackgroundProgram[] _providers;
    private readonly RouterDaemon _router;
    private readonly BackgroundProgram _forwarder;
    private int _asked;

    public NameServersByLink()
    {
        _providers = [.. s_servers.Select((server, i) => Serve(server, Plan.Servers[i]))];
        _router = new RouterDaemon(_bed, new RouterYaml
        {
            LinkMore = [.. s_servers.Select(server => $"resolvers: [{server}]")],
            Health = "hold_down: 1s",
        });
        _router.Write(File.ReadAllText(_router.ConfigurationFile) + $"dns: {{ servers_file: {ServersFile} }}\n");
        _router.Start();
        Await(servers => servers.Length == 2);
        _forwarder = _bed.Router.Start("dnsmasq", "--keep-in-foreground", "--log-facility=-", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root",
            "--cache-size=0", "--all-servers", $"--pid-file={_bed.Directory}/forwarder.pid", "--bind-interfaces", $"--listen-address={Plan.LanRouter}", $"--servers-file={ServersFile}");
        _forwarder.WaitToSay("started", s_patience);
    }

    private string ServersFile => Path.Combine(_bed.Directory, "servers");

    public void Dispose()
    {
        _forwarder.Dispose();
        _router.Dispose();
        foreach (BackgroundProgram provider in _providers) provider.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void Each_provider_s_server_is_asked_by_its_own_link()
    {
        for (int i = 0; i < 5; i++) Ask();
        for (int link = 0; link < 2; link++)
        {
            string own = $"from {Plan.LinkAddress(link)}";
            Wait.Until(() => Questions(link).Length >= 5, s_patience, () => _providers[link].Said);
            Assert.All(Questions(link), line => Assert.EndsWith(own, line, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_server_whose_link_is_down_is_not_asked()
    {
        _bed.SetCarrier(0, false);
        Await(servers => servers is [var only] && only.StartsWith($"server={s_servers[1]}@{Plan.LinkAddress(1)}", StringComparison.Ordinal));
        Read();
        int before = Questions(1).Length;
        Assert.Equal($"{Plan.Servers[1]}", Ask());
        Assert.True(Questions(1).Length > before);
        _bed.SetCarrier(0, true);
        Await(servers => servers.Length == 2);
        Read();
        int again = Questions(0).Length;
        Ask();
        Wait.Until(() => Questions(0).Length > again, s_patience, () => _providers[0].Said);
    }

    private BackgroundProgram Serve(IPAddress own, IPAddress answer)
    {
        _bed.Internet.Run("ip", "addr", "add", $"{own}/32", "dev", "lo").OrThrow();
        BackgroundProgram program = _bed.Internet.Start("dnsmasq", "--keep-in-foreground", "--log-facility=-", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root",
            "--log-queries", $"--pid-file={_bed.Directory}/{own}.pid", "--bind-interfaces", $"--listen-address={own}", $"--address=/example.com/{answer}");
        program.WaitToSay("started", s_patience);
        return program;
    }

    // A name of its own each time. The answer is that of whoever answered first.
    private string Ask() => _bed.Hosts[0].Run("dig", "+short", "+tries=2", "+time=2", $"@{Plan.LanRouter}", $"n{_asked++}.example.com", "A").OrThrow().Text;

    private string[] Questions(int link) => [.. _providers[link].Said.Split('\n').Where(line => line.Contains("query[A]", StringComparison.Ordinal)).Select(line => line.TrimEnd())];

    // What the path unit does when the file has changed.
    private void Read()
    {
        int before = Reads();
        _forwarder.Signal(Libc.SIGHUP);
        Wait.Until(() => Reads() > before, s_patience, () => _forwarder.Said);
    }

    private int Reads() => _forwarder.Said.Split("using nameserver").Length;

    private void Await(Func<string[], bool> isSo) => Wait.Until(
        () => File.Exists(ServersFile) && isSo([.. File.ReadLines(ServersFile).Where(line => line.StartsWith("server=", StringComparison.Ordinal))]),
        s_patience, () => (File.Exists(ServersFile) ? File.ReadAllText(ServersFile) : "no file") + "\n" + _router.Log);
}
