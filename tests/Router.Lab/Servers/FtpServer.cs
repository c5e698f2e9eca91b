using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Servers;

/// <summary>vsftpd with one file for anonymous visitors.</summary>
internal sealed class FtpServer : IDisposable
{
    public const string FileName = "greeting.txt";
    public const string Content = "hello by ftp\n";

    private readonly BackgroundProgram _program;

    private FtpServer(BackgroundProgram program) => _program = program;

    public static FtpServer Start(Topology bed, NetworkNamespace space, IPAddress address)
    {
        string root = Directory.CreateDirectory(Path.Combine(bed.Directory, "ftp")).FullName;
        File.WriteAllText(Path.Combine(root, FileName), Content);
        string config = Path.Combine(bed.Directory, "vsftpd.conf");
        File.WriteAllText(config, $"""
            listen=YES
            listen_address={address}
            background=NO
            anonymous_enable=YES
            anon_root={root}
            no_anon_password=YES
            ftp_username=root
            run_as_launching_user=YES
            secure_chroot_dir={root}
            seccomp_sandbox=NO
            """.Replace("\r", "", StringComparison.Ordinal) + "\n");
        BackgroundProgram program = space.Start("vsftpd", config);
        Wait.Until(() => space.Run("ss", "-Hltn", "sport", "=", ":21").Text.Length > 0, TimeSpan.FromSeconds(5), () => $"vsftpd does not listen: {program.Said}");
        return new FtpServer(program);
    }

    public void Dispose() => _program.Dispose();
}
