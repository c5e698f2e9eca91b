using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Servers;

/// <summary>coturn as a STUN server with two addresses and two ports, which tells a client how it is translated (RFC 5780).</summary>
internal sealed class StunServer : IDisposable
{
    private const string Path = "/usr/bin/turnserver";

    private readonly BackgroundProgram _program;

    private StunServer(BackgroundProgram program) => _program = program;

    public static bool Available => File.Exists(Path);

    public static StunServer Start(Topology bed, NetworkNamespace space)
    {
        string data = System.IO.Path.Combine(bed.Directory, "coturn");
        BackgroundProgram program = space.Start(Path, "-n", "-S", "--no-cli", "--no-tls", "--no-dtls", "--log-file", "stdout", "--userdb", data + ".db",
            "--pidfile", data + ".pid", "-L", $"{Plan.Servers[0]}", "-L", $"{Plan.Servers[1]}");
        // Both addresses, each with the port and the one beside it.
        Wait.Until(() => space.Run("ss", "-Hlun", "sport", ">=", ":3478", "and", "sport", "<=", ":3479").Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3]).Distinct().Count() == 4, TimeSpan.FromSeconds(10), () => $"coturn does not listen: {program.Said}");
        return new StunServer(program);
    }

    public void Dispose() => _program.Dispose();
}
