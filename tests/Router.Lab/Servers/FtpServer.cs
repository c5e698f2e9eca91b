using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Servers;

/// <summary>vsftpd with one file for anonymous visitors.</summary>
internal sealed class FtpServer : IDisposable
{
    public const string FileName = "greeting.txt";
    public const string Content = "hello by ftp\n";

    /// <summary>Long enough to be many packets.</summary>
    public const string LargeFileName = "large.bin";
    public const int LargeLength = 4 << 20;

    private readonly BackgroundProgram _program;

    private FtpServer(BackgroundProgram program, string largeSum) => (_program, LargeSum) = (program, largeSum);

    /// <summary>SHA-256 of the large file, in hexadecimal.</summary>
    public string LargeSum { get; }

    public static FtpServer Start(Topology bed, NetworkNamespace space, IPAddress address)
    {
        string root = Directory.CreateDirectory(Path.Combine(bed.Directory, "ftp")).FullName;
        File.WriteAllText(Path.Combine(root, FileName), Content);
        byte[] large = new byte[LargeLength];
        Random.Shared.NextBytes(large);
        File.WriteAllBytes(Path.Combine(root, LargeFileName), large);
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
        return new FtpServer(program, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(large)));
    }

    public void Dispose() => _program.Dispose();
}
