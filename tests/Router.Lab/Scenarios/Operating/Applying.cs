using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Operating;

/// <summary>A new configuration on trial, and who would be locked out by it (product.md 8).</summary>
public sealed class Applying : IDisposable
{
    private const int Administration = 8022;

    private static readonly string NoAdministration = new RouterYaml
    {
        Rules = $"""
            - name: No administration
              source: [trusted]
              destination: [firewall]
              service: [tcp/{Administration}]
              action: deny
            """,
    }.ToString();

    private readonly Topology _bed = Topology.Raise(new BedOptions { Hosts = 1 });
    private readonly RouterDaemon _router;
    private readonly WebServer _box;

    public Applying()
    {
        _router = new RouterDaemon(_bed);
        _router.Start();
        _box = WebServer.Start(_bed.Router, _bed.Directory, Administration);
        File.WriteAllText(NewFile, NoAdministration);
    }

    private string NewFile => Path.Combine(_bed.Directory, "new.yaml");

    public void Dispose()
    {
        _box.Dispose();
        _router.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void What_is_not_confirmed_takes_itself_back()
    {
        string before = File.ReadAllText(_router.ConfigurationFile);
        using Socket connected = Connect();

        Outcome apply = _router.Show("apply", NewFile, "--confirm", "3s").OrThrow();

        Assert.Contains("on trial until", apply.Output, StringComparison.Ordinal);
        Assert.Contains($"{Plan.LanHost(0)} is connected to the box to port {Administration}, and would be refused the next time by rule `No administration`", apply.Output, StringComparison.Ordinal);
        Assert.Equal(NoAdministration, File.ReadAllText(_router.ConfigurationFile));
        Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(Connect).SocketErrorCode);
        Wait.Until(() => _router.Log.Contains("was not confirmed in time", StringComparison.Ordinal), TimeSpan.FromSeconds(6), () => _router.Log);
        Wait.Until(Reaches, TimeSpan.FromSeconds(3), () => "the box is not reached again");
        Assert.Equal(before, File.ReadAllText(_router.ConfigurationFile));
        Assert.Equal(1, _router.Show("confirm").ExitCode);
    }

    [Fact]
    public void What_is_confirmed_stays_and_the_old_file_is_kept()
    {
        string before = File.ReadAllText(_router.ConfigurationFile);
        _router.Show("apply", NewFile, "--confirm", "60s").OrThrow();

        Assert.Equal("Confirmed: it stays.", _router.Show("confirm").OrThrow().Text);

        Assert.Equal(NoAdministration, File.ReadAllText(_router.ConfigurationFile));
        Assert.Equal(before, File.ReadAllText(_router.ConfigurationFile + ".before"));
        Assert.False(File.Exists(_router.ConfigurationFile + ".unconfirmed"));
        Assert.False(Reaches());
    }

    [Fact]
    public void A_daemon_that_is_killed_during_the_trial_comes_back_with_the_old_file()
    {
        string before = File.ReadAllText(_router.ConfigurationFile);
        _router.Show("apply", NewFile, "--confirm", "10m").OrThrow();
        _router.Kill();

        _router.Start();

        Assert.Contains("the file of before is back", _router.Log, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(_router.ConfigurationFile));
        Assert.True(Reaches());
    }

    [Fact]
    public void A_file_with_errors_changes_nothing()
    {
        string before = File.ReadAllText(_router.ConfigurationFile);
        File.WriteAllText(NewFile, NoAdministration.Replace("[trusted]", "[trussed]", StringComparison.Ordinal));

        Outcome apply = _router.Show("apply", NewFile, "--confirm", "60s");

        Assert.Equal(1, apply.ExitCode);
        Assert.Contains("write `trusted`", apply.Output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(_router.ConfigurationFile));
        Assert.Equal(1, _router.Show("confirm").ExitCode);
        Assert.True(Reaches());
    }

    [Fact]
    public void Check_warns_of_whoever_is_connected_and_of_nobody_else()
    {
        _router.Write(NoAdministration);
        Assert.DoesNotContain("is connected", _router.Show("check").Output, StringComparison.Ordinal);
        using Socket connected = Connect();
        string warning = $"warning: {Plan.LanHost(0)} is connected to the box to port {Administration}";
        Assert.Contains(warning, _router.Show("check").OrThrow().Output, StringComparison.Ordinal);
        File.Copy(_router.ConfigurationFile, NewFile, overwrite: true);
        _router.Write(new RouterYaml().ToString());
        Assert.Contains(warning, _router.Show("check", NewFile).OrThrow().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_of_before_comes_back_and_nobodys_edit_is_lost()
    {
        string file = _router.ConfigurationFile, before = File.ReadAllText(file), edited = before + "# my own\n";
        _router.Show("apply", NewFile).OrThrow();
        JsonArray kept = _router.Ask("rollback", "--list").AsArray();
        Assert.Equal([0, 1], kept.Select(one => (int)one!["number"]!));
        Assert.StartsWith("apply", (string?)kept[0]!["by"], StringComparison.Ordinal);
        Assert.Equal("start", (string?)kept[1]!["by"]);
        Assert.Equal(before.Trim(), _router.Show("rollback", "--show").OrThrow().Text);
        Assert.Contains("- rule No administration: deny tcp/8022", _router.Show("diff", "--kept", "1").OrThrow().Output, StringComparison.Ordinal);
        Assert.Contains("+ rule No administration: deny tcp/8022", _router.Show("diff", "--kept", "0", "--against", "1").OrThrow().Output, StringComparison.Ordinal);

        // Somebody is in the middle of an edit.
        File.WriteAllText(file, edited);
        Outcome refused = _router.Show("rollback");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("has changes that were never loaded", refused.Error, StringComparison.Ordinal);
        Assert.Equal(edited, File.ReadAllText(file));
        _router.Show("rollback", "--discard", "--confirm", "2s").OrThrow();
        Assert.Equal((before, edited), (File.ReadAllText(file), File.ReadAllText(file + ".edited")));
        Assert.True(Reaches());

        // Nobody confirms: what was in force comes back, and that is not what stood on the disk.
        Wait.Until(() => !Reaches(), TimeSpan.FromSeconds(6), () => _router.Log);
        Assert.Equal((NoAdministration, before), (File.ReadAllText(file), File.ReadAllText(file + ".reverted")));
        Assert.Equal("taken back", (string?)_router.Ask("rollback", "--list")[0]!["by"]);

        // Edited in its place and applied on trial, it comes back to what ran, also if the daemon dies meanwhile.
        File.WriteAllText(file, edited);
        _router.Show("apply", file, "--confirm", "10m").OrThrow();
        _router.Kill();
        _router.Start();
        Assert.Equal((NoAdministration, edited), (File.ReadAllText(file), File.ReadAllText(file + ".reverted")));

        // What is damaged is not put back.
        string oldest = Directory.GetFiles(Path.Combine(_router.State, "configurations")).Min()!;
        File.WriteAllText(oldest, File.ReadAllText(oldest)[..200]);
        int last = _router.Ask("rollback", "--list").AsArray().Count - 1;
        Assert.Contains("damaged", _router.Show("rollback", "--list").OrThrow().Output, StringComparison.Ordinal);
        Assert.Contains("its checksum is wrong", _router.Show("rollback", $"{last}").Error, StringComparison.Ordinal);
        Assert.Equal(NoAdministration, File.ReadAllText(file));
    }

    private bool Reaches()
    {
        try
        {
            Connect().Dispose();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private Socket Connect()
    {
        Socket socket = _bed.Hosts[0].On(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendTimeout = 2000 });
        socket.Connect(new IPEndPoint(Plan.LanRouter, Administration));
        return socket;
    }
}
