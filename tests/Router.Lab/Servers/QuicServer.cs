using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Servers;

/// <summary>ngtcp2's QUIC example server with HTTP/3, where Debian has it.</summary>
internal sealed class QuicServer : IDisposable
{
    public const string FileName = "greeting.txt";
    public const int Port = 4433;

    private readonly BackgroundProgram _program;

    private QuicServer(BackgroundProgram program) => _program = program;

    public static bool Available => File.Exists("/usr/sbin/gtlsserver") && File.Exists("/usr/bin/gtlsclient");

    public static QuicServer Start(Topology bed, NetworkNamespace space, IPAddress address)
    {
        string root = Directory.CreateDirectory(Path.Combine(bed.Directory, "quic")).FullName;
        File.WriteAllText(Path.Combine(root, FileName), "hello by quic\n");
        string key = Path.Combine(bed.Directory, "quic.key"), certificate = Path.Combine(bed.Directory, "quic.crt");
        Command.Run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=www.example.com", "-keyout", key, "-out", certificate]).OrThrow();
        BackgroundProgram program = space.Start("gtlsserver", "-d", root, address.ToString(), $"{Port}", key, certificate);
        Wait.Until(() => space.Run("ss", "-Hlun", "sport", "=", $":{Port}").Text.Length > 0, TimeSpan.FromSeconds(5), () => $"no QUIC server: {program.Said}");
        return new QuicServer(program);
    }

    /// <summary>Fetches the file and returns what the client tells.</summary>
    public static Outcome Fetch(NetworkNamespace from, IPAddress address) =>
        from.Run(TimeSpan.FromSeconds(10), "gtlsclient", "--exit-on-all-streams-close", address.ToString(), $"{Port}", $"https://www.example.com/{FileName}");

    public void Dispose() => _program.Dispose();
}
