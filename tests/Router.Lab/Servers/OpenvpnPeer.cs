using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Servers;

/// <summary>A real OpenVPN server and client, with certificates made for this lab: 10.78.0.1 on the Internet, 10.78.0.x on a host.</summary>
internal static class OpenvpnPeer
{
    private const string Program = "/usr/sbin/openvpn";

    public static bool Available => File.Exists(Program);

    public static BackgroundProgram Server(Topology bed, IPAddress address)
    {
        foreach (string end in new[] { "server", "client" })
        {
            Command.Run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", $"/CN={end}",
                "-days", "30", "-keyout", KeyOf(bed, end), "-out", CertificateOf(bed, end)]).OrThrow();
        }
        return bed.Internet.Start(Program, "--dev", Device("ot"), "--dev-type", "tun", "--proto", "udp", "--local", $"{address}", "--server", "10.78.0.0", "255.255.255.0",
            "--topology", "subnet", "--dh", "none", "--cert", CertificateOf(bed, "server"), "--key", KeyOf(bed, "server"),
            "--peer-fingerprint", Fingerprint(bed, "client"), "--keepalive", "10", "60", "--verb", "3");
    }

    public static BackgroundProgram Client(Topology bed, NetworkNamespace host, IPAddress server) =>
        host.Start(Program, "--client", "--dev", Device("oc"), "--dev-type", "tun", "--proto", "udp", "--remote", $"{server}", "1194", "--nobind",
            "--cert", CertificateOf(bed, "client"), "--key", KeyOf(bed, "client"), "--peer-fingerprint", Fingerprint(bed, "server"), "--verb", "3");

    private static string Device(string kind) => $"{kind}{Environment.ProcessId % 100_000}";

    private static string KeyOf(Topology bed, string end) => Path.Combine(bed.Directory, $"openvpn-{end}.key");

    private static string CertificateOf(Topology bed, string end) => Path.Combine(bed.Directory, $"openvpn-{end}.crt");

    private static string Fingerprint(Topology bed, string end) =>
        Command.Run("openssl", ["x509", "-in", CertificateOf(bed, end), "-noout", "-fingerprint", "-sha256"]).OrThrow().Text.Split('=')[^1];
}
