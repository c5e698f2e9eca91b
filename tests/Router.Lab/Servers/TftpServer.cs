using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Servers;

/// <summary>in.tftpd (tftpd-hpa) with one file of a few hundred blocks, and the client that goes with it.</summary>
internal sealed class TftpServer : IDisposable
{
    private const string FileName = "boot.txt";

    private readonly BackgroundProgram _program;

    private TftpServer(BackgroundProgram program, string content) => (_program, Content) = (program, content);

    public static bool Available => File.Exists("/usr/sbin/in.tftpd") && File.Exists("/usr/bin/tftp");

    public string Content { get; }

    public static TftpServer Start(Topology bed, NetworkNamespace space, IPAddress address)
    {
        string root = Directory.CreateDirectory(Path.Combine(bed.Directory, "tftp")).FullName;
        string content = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"line {i}\n"));
        File.WriteAllText(Path.Combine(root, FileName), content);
        File.SetUnixFileMode(bed.Directory, (UnixFileMode)0x1ed);
        BackgroundProgram program = space.Start("in.tftpd", "--foreground", "--user", "root", "--address", $"{address}:69", "--secure", root);
        Wait.Until(() => space.Run("ss", "-Hlun", "sport", "=", ":69").Text.Length > 0, TimeSpan.FromSeconds(5), () => $"in.tftpd does not listen: {program.Said}");
        return new TftpServer(program, content);
    }

    public static string Fetch(Topology bed, NetworkNamespace from, IPAddress server)
    {
        string to = Path.Combine(bed.Directory, "fetched");
        File.Delete(to);
        from.Run(TimeSpan.FromSeconds(10), "tftp", "-m", "binary", server.ToString(), "-c", "get", FileName, to).OrThrow();
        return File.Exists(to) ? File.ReadAllText(to) : "";
    }

    public void Dispose() => _program.Dispose();
}
