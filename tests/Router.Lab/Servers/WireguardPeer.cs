using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Servers;

/// <summary>wireguard-go with one peer: the kernel here has no WireGuard of its own.</summary>
internal sealed class WireguardPeer : IDisposable
{
    private readonly Topology _bed;
    private readonly NetworkNamespace _space;
    private readonly string _name;
    private readonly BackgroundProgram _program;
    private readonly string _key;

    private WireguardPeer(Topology bed, NetworkNamespace space, string name)
    {
        (_bed, _space, _name) = (bed, space, name);
        _key = Command.Run("wg", ["genkey"]).OrThrow().Text;
        Public = Command.Run("wg", ["pubkey"], _key).OrThrow().Text;
        _program = space.Start("wireguard-go", "-f", name);
        Wait.Until(() => space.Run("wg", "show", name).Succeeded, TimeSpan.FromSeconds(10), () => $"{name} does not come up\n{_program.Said}");
    }

    public static bool Available => File.Exists("/usr/bin/wireguard-go") && File.Exists("/usr/bin/wg");

    public string Public { get; }

    /// <summary>Where this end saw the other last.</summary>
    public string Endpoint => _space.Run("wg", "show", _name, "endpoints").OrThrow().Text.Split('\t')[^1];

    /// <param name="bed">The lab, for files.</param>
    /// <param name="space">Where it runs.</param>
    /// <param name="name">Of its interface; the control sockets of all labs are in one place, so it is one of a kind on the machine.</param>
    public static WireguardPeer Start(Topology bed, NetworkNamespace space, string name) => new(bed, space, name);

    /// <summary>Gives it its address within the tunnel and its peer.</summary>
    public void Configure(string address, params string[] settings)
    {
        string file = Path.Combine(_bed.Directory, _name + ".key");
        File.WriteAllText(file, _key);
        _space.Run("wg", ["set", _name, "private-key", file, .. settings]).OrThrow();
        _space.Run("ip", "addr", "add", address + "/24", "dev", _name).OrThrow();
        _space.Run("ip", "link", "set", _name, "up").OrThrow();
    }

    /// <summary>A tunnel between 10.77.0.1 on the Internet and 10.77.0.2 on a host.</summary>
    public static (WireguardPeer Server, WireguardPeer Client) Tunnel(Topology bed, NetworkNamespace host, IPAddress server, int port = 51820)
    {
        string number = $"{Environment.ProcessId % 100_000}";
        WireguardPeer far = Start(bed, bed.Internet, "wf" + number), near = Start(bed, host, "wn" + number);
        far.Configure("10.77.0.1", "listen-port", $"{port}", "peer", near.Public, "allowed-ips", "10.77.0.2/32");
        near.Configure("10.77.0.2", "peer", far.Public, "allowed-ips", "10.77.0.1/32", "endpoint", $"{server}:{port}");
        return (far, near);
    }

    public void Dispose() => _program.Dispose();
}
