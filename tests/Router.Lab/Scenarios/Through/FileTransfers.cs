using System.Net;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Through;

public sealed class LabWithFtpRules() : RunningLab(bed => new RouterDaemon(bed, Yaml), new BedOptions { Shimmed = [0] })
{
    /// <summary>Nothing passes but control connections: whatever else arrives, a helper has let through.</summary>
    internal static readonly RouterYaml Yaml = new()
    {
        AllowOut = false,
        Mode = "failover",
        // A wire that loses a tenth must not be taken for a dead one: what moves away with its link is another fact's matter.
        Health = "down_after: 50",
        Rules = $"""
            - name: FTP server inside
              source: [internet, trusted]
              destination: [firewall]
              service: [ftp, tftp]
              action: allow
              forward_to: {Plan.LanHost(1)}
            - name: FTP of one host, unread
              source: [{Plan.LanHost(2)}]
              destination: [internet]
              service: [ftp, tftp]
              action: allow
              helpers: none
            - name: FTP
              source: [trusted]
              destination: [internet]
              service: [ftp, tftp]
              action: allow
            """,
    };
}

public sealed class FileTransfersWithoutOffloads() : RunningLab(bed => new RouterDaemon(bed, LabWithFtpRules.Yaml), new BedOptions { Offloads = false, Shimmed = [0] });

public sealed class FileTransfersThroughRouterd(LabWithFtpRules lab) : FileTransfers(lab), IClassFixture<LabWithFtpRules>;

public sealed class FileTransfersThroughRouterdWithoutOffloads(FileTransfersWithoutOffloads lab)
    : FileTransfers(lab), IClassFixture<FileTransfersWithoutOffloads>;

/// <summary>FTP and TFTP by real programs, where the rules let control connections through and nothing else.</summary>
public abstract class FileTransfers(RunningLab lab)
{
    private Topology Bed => lab.Bed;

    /// <summary>Options of curl: active by EPRT and by PORT, passive by EPSV and by PASV.</summary>
    public static TheoryData<string> Ways => ["--ftp-port -", "--ftp-port - --disable-eprt", "--ftp-pasv", "--ftp-pasv --disable-epsv"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_client_inside_fetches_a_file(string how)
    {
        using var server = FtpServer.Start(Bed, Bed.Internet, Plan.Servers[2]);
        Fetch(Bed.Hosts[0], Plan.Servers[2], server, how);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_client_outside_fetches_a_file_of_a_server_inside(string how)
    {
        using var server = FtpServer.Start(Bed, Bed.Hosts[1], Plan.LanHost(1));
        for (int link = 0; link < 3; link++) Fetch(Bed.Internet, Plan.LinkAddress(link), server, how);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_client_inside_fetches_it_by_the_links_address(string how)
    {
        using var server = FtpServer.Start(Bed, Bed.Hosts[1], Plan.LanHost(1));
        Fetch(Bed.Hosts[0], Plan.LinkAddress(1), server, how);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Without_the_helper_it_gets_none(string how)
    {
        using var server = FtpServer.Start(Bed, Bed.Internet, Plan.Servers[2]);
        Outcome curl = Bed.Hosts[2].Shell($"curl -sS -m 2 {how} ftp://{Plan.Servers[2]}/{FtpServer.FileName}");
        Assert.False(curl.Succeeded, curl.ToString());
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 3)]
    [InlineData(false, 1)]
    [InlineData(false, 11)]
    public void A_command_octet_by_octet_is_a_command(bool noDelay, int pieces)
    {
        using var server = FtpServer.Start(Bed, Bed.Internet, Plan.Servers[2]);
        using var client = new FtpDialogue(Bed.Hosts[0], Plan.Servers[2], noDelay);
        for (int i = 0; i < 5; i++) Assert.Equal(FtpServer.Content, client.Fetch(FtpServer.FileName, pieces));
    }

    [Fact]
    public void Commands_that_get_lost_are_sent_again_and_understood()
    {
        using var server = FtpServer.Start(Bed, Bed.Internet, Plan.Servers[2]);
        Bed.Shim(0).Tell("delay 2000 4000");
        Bed.Shim(0).Loss(0.1);
        try
        {
            for (int i = 0; i < 5; i++)
            {
                Outcome curl = Bed.Hosts[0].Run("curl", "-sS", "-m", "25", "--ftp-port", "-", $"ftp://{Plan.Servers[2]}/{FtpServer.FileName}").OrThrow();
                Assert.Equal(FtpServer.Content, curl.Output);
            }
        }
        finally
        {
            Bed.Shim(0).Tell("loss 0");
            Bed.Shim(0).Tell("delay 0 0");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_tftp_client_fetches_a_file(bool serverInside)
    {
        Assert.SkipUnless(TftpServer.Available, "no TFTP here: packages tftpd-hpa and tftp-hpa");
        using var server = serverInside
            ? TftpServer.Start(Bed, Bed.Hosts[1], Plan.LanHost(1)) : TftpServer.Start(Bed, Bed.Internet, Plan.Servers[2]);
        Assert.Equal(server.Content, serverInside
            ? TftpServer.Fetch(Bed, Bed.Internet, Plan.LinkAddress(1)) : TftpServer.Fetch(Bed, Bed.Hosts[0], Plan.Servers[2]));
    }

    private static void Fetch(NetworkNamespace from, IPAddress address, FtpServer server, string how)
    {
        Outcome curl = from.Shell($"curl -sS -m 10 {how} ftp://{address}/{FtpServer.LargeFileName} | sha256sum").OrThrow();
        Assert.Equal(server.LargeSum, curl.Text.Split(' ')[0]);
    }
}

/// <summary>A control connection whose numbers are shifted, over the end and the start of the daemon.</summary>
public sealed class FileTransfersOverARestart : IDisposable
{
    private readonly Topology _bed = Topology.Raise();
    private readonly RouterDaemon _router;

    public FileTransfersOverARestart()
    {
        _router = new RouterDaemon(_bed);
        _router.Start();
    }

    public void Dispose()
    {
        _router.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void The_talk_goes_on()
    {
        using var server = FtpServer.Start(_bed, _bed.Internet, Plan.Servers[2]);
        using var client = new FtpDialogue(_bed.Hosts[0], Plan.Servers[2], noDelay: true);
        Assert.Equal(FtpServer.Content, client.Fetch(FtpServer.FileName));
        _router.Kill();
        _router.Start();
        for (int i = 0; i < 3; i++) Assert.Equal(FtpServer.Content, client.Fetch(FtpServer.FileName, pieces: 4));
    }
}
