using System.Net;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Servers;

/// <summary>A real sshd with keys made for this lab, and the client that knows them.</summary>
internal sealed class SshServer : IDisposable
{
    private readonly BackgroundProgram _program;
    private readonly string _folder;

    private SshServer(BackgroundProgram program, string folder)
    {
        _program = program;
        _folder = folder;
    }

    public static SshServer Start(Topology bed, NetworkNamespace space)
    {
        string folder = Directory.CreateDirectory(Path.Combine(bed.Directory, "ssh")).FullName;
        foreach (string key in new[] { "host", "user" })
            Command.Run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", $"{folder}/{key}"]).OrThrow();
        File.WriteAllText($"{folder}/config", $"""
            HostKey {folder}/host
            AuthorizedKeysFile {folder}/user.pub
            PidFile none
            StrictModes no
            UsePAM no
            UseDNS no
            PermitRootLogin prohibit-password
            """);
        // sshd wants this directory for its unprivileged part; on a machine that boots systemd it is there.
        Directory.CreateDirectory("/run/sshd");
        BackgroundProgram program = space.Start("/usr/sbin/sshd", "-D", "-e", "-f", $"{folder}/config");
        program.WaitToSay("Server listening", TimeSpan.FromSeconds(5));
        return new SshServer(program, folder);
    }

    /// <summary>An interactive session: a terminal, lines typed into it, what it shows.</summary>
    public BackgroundProgram Session(NetworkNamespace from, IPAddress to) => from.Start("ssh", "-tt", "-F", "none", "-i", $"{_folder}/user",
        "-o", "StrictHostKeyChecking=no", "-o", $"UserKnownHostsFile={_folder}/known", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", $"root@{to}", "/bin/sh");

    public void Dispose() => _program.Dispose();
}
