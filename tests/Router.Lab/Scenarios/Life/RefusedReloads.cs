using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Life;

/// <summary>
/// A reload of sound files that the machine refuses: everything stays as it was, and whoever asked is told why. Its `nft` is a
/// program of ours that refuses while a file says so, and else is the real one.
/// </summary>
public sealed class RefusedReloads : IDisposable
{
    private const string Reason = "no room in this table";

    private readonly Topology _bed = Topology.Raise(new BedOptions { Hosts = 1 });
    private readonly WebServer _web;
    private readonly RouterDaemon _router;
    private readonly string _refuses;

    public RefusedReloads()
    {
        _web = WebServer.Start(_bed.Internet, _bed.Directory);
        _router = new RouterDaemon(_bed);
        string programs = Directory.CreateDirectory(Path.Combine(_bed.Directory, "programs")).FullName;
        string nft = Path.Combine(programs, "nft");
        _refuses = Path.Combine(_bed.Directory, "nft-refuses");
        File.WriteAllText(nft, $"""
            #!/bin/sh
            PATH=$(echo "$PATH" | cut -d: -f2-)
            [ -e {_refuses} ] && [ "$(cat {_refuses})" != 0 ] && cat >/dev/null && echo {Reason} >&2 && exit 1
            exec nft "$@"
            """);
        File.SetUnixFileMode(nft, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _router.Start(new Dictionary<string, string> { ["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin" });
    }

    public void Dispose()
    {
        _router.Dispose();
        _web.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public void A_packet_filter_that_is_refused_leaves_the_old_configuration_in_force()
    {
        Assert.True(Reaches(_bed.Hosts[0]) && Reaches(_bed.Guest));
        JsonNode before = _router.Ask("status");
        File.WriteAllText(_refuses, "1");
        _router.Write(Changed);

        _router.Reload(); // READY=1, though nothing was loaded

        string[] errors = [.. _router.Log.Split('\n').Where(line => line.Contains("error:", StringComparison.Ordinal))];
        Assert.Single(errors);
        Assert.Contains(Reason, errors[0], StringComparison.Ordinal);
        Assert.Contains("stays in force", errors[0], StringComparison.Ordinal);
        Assert.DoesNotContain("is in force:", _router.Log, StringComparison.Ordinal);
        IsAsBefore(before);
        Assert.True(Reaches(_bed.Hosts[0]) && Reaches(_bed.Guest));
    }

    [Fact]
    public void Routerctl_is_told_what_was_refused_and_the_next_reload_goes_through()
    {
        JsonNode before = _router.Ask("status");
        File.WriteAllText(_refuses, "1");
        _router.Write(Changed);

        Outcome reload = _router.Show("reload");

        Assert.Equal(1, reload.ExitCode);
        Assert.Contains(Reason, reload.Output + reload.Error, StringComparison.Ordinal);
        IsAsBefore(before);
        File.Delete(_refuses);
        Assert.True(_router.Show("reload").Succeeded, _router.Log);
        Assert.Equal(before["policyGeneration"]!.GetValue<long>() + 1, _router.Ask("status")["policyGeneration"]!.GetValue<long>());
        Assert.False(Reaches(_bed.Hosts[0]));
    }

    [Fact]
    public void A_device_that_is_taken_leaves_the_old_configuration_in_force()
    {
        JsonNode before = _router.Ask("status");
        _bed.Router.Run("ip", "link", "add", "rt-office", "type", "bridge").OrThrow();
        _router.Write(Changed.Replace("lobby:", "office:", StringComparison.Ordinal));

        _router.Reload();

        Assert.Contains("rt-office", _router.Log, StringComparison.Ordinal);
        Assert.Contains("stays in force", _router.Log, StringComparison.Ordinal);
        IsAsBefore(before);
        Assert.True(Reaches(_bed.Hosts[0]) && Reaches(_bed.Guest));
    }

    /// <summary>Lets nobody out, and has another zone and one link less.</summary>
    private static string Changed => new RouterYaml { AllowOut = false, Weights = [8, 4] }.ToString()
        .Replace("guest:", "lobby:", StringComparison.Ordinal);

    private void IsAsBefore(JsonNode before)
    {
        JsonNode after = _router.Ask("status");
        foreach (string field in (ReadOnlySpan<string>)["policyGeneration", "policyLoadedAt", "warnings"])
        {
            Assert.Equal(before[field]!.ToJsonString(), after[field]!.ToJsonString());
        }
        Assert.Equal(3, _router.Ask("links").AsArray().Count);
    }

    private static bool Reaches(NetworkNamespace host) => host.Run("curl", "-sS", "-m", "1", $"http://{Plan.Servers[0]}/").Succeeded;
}
