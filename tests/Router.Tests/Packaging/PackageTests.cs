using System.Diagnostics;
using Router.Tests.Ctl.Documents;

namespace Router.Tests.Packaging;

/// <summary>A package of programs that are none, made once: what matters here is what else is in it.</summary>
public sealed class MadePackage : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("routerd-package-");

    public MadePackage()
    {
        foreach (string program in (string[])["routerd", "routerctl", "router-web"]) File.WriteAllText(Path.Combine(_directory.FullName, program), "#!/bin/sh\n");
        string package = Path.Combine(_directory.FullName, "routerd.deb");
        Run("bash", Path.Combine(ShownCommands.Root, "packaging", "debian", "make"), _directory.FullName, "9.9.9", "amd64", package);
        Run("dpkg-deb", "-x", package, Tree);
        Run("dpkg-deb", "-e", package, Control);
        Files = Directory.GetFiles(Tree, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(Tree, file), File.ReadAllBytes);
        Listing = Run("dpkg-deb", "-c", package);
    }

    /// <summary>What is unpacked on the box, by its path without the first slash.</summary>
    public Dictionary<string, byte[]> Files { get; }

    /// <summary>With rights and owners, a line each.</summary>
    public string Listing { get; }

    public string Control => Path.Combine(_directory.FullName, "control");

    private string Tree => Path.Combine(_directory.FullName, "tree");

    public void Dispose() => _directory.Delete(recursive: true);

    private static string Run(string program, params string[] words)
    {
        var start = new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process running = Process.Start(start)!;
        Task<string> error = running.StandardError.ReadToEndAsync();
        string said = running.StandardOutput.ReadToEnd();
        running.WaitForExit();
        return running.ExitCode == 0 ? said : throw new InvalidOperationException($"{program} {string.Join(' ', words)}: {error.Result}");
    }
}

/// <summary>Whatever the project has for the box reaches the box: a file that is added and forgotten in packaging/debian/make fails here.</summary>
public class PackageTests(MadePackage package) : IClassFixture<MadePackage>
{
    /// <summary>Files of which the box gets the octets, compressed or not, wherever they are put.</summary>
    public static TheoryData<string> Ours =>
    [
        .. ((string[])["packaging/completion", "packaging/man", "packaging/journal", "packaging/prometheus", "packaging/grafana", "systemd"])
            .SelectMany(folder => Directory.GetFiles(Path.Combine(ShownCommands.Root, folder), "*", SearchOption.AllDirectories))
            .Concat(Directory.GetFiles(Path.Combine(ShownCommands.Root, "packaging")))
            .Select(file => Path.GetRelativePath(ShownCommands.Root, file)),
    ];

    [Theory]
    [MemberData(nameof(Ours))]
    public void Every_file_for_the_box_is_in_the_package(string file)
    {
        byte[] octets = File.ReadAllBytes(Path.Combine(ShownCommands.Root, file));
        Assert.True(package.Files.Any(there => Plain(there).AsSpan().SequenceEqual(octets)), $"{file} is nowhere in the package; packaging/debian/make puts files there");
    }

    [Theory]
    [InlineData("usr/share/bash-completion/completions/routerctl", "packaging/completion/routerctl.bash")]
    [InlineData("usr/share/zsh/vendor-completions/_routerctl", "packaging/completion/routerctl.zsh")]
    [InlineData("usr/share/fish/vendor_completions.d/routerctl.fish", "packaging/completion/routerctl.fish")]
    [InlineData("usr/lib/systemd/catalog/routerd.catalog", "packaging/journal/routerd.catalog")]
    [InlineData("usr/share/man/man1/routerctl.1.gz", "packaging/man/routerctl.1")]
    [InlineData("usr/share/man/man8/routerd.8.gz", "packaging/man/routerd.8")]
    [InlineData("usr/share/man/man8/router-web.8.gz", "packaging/man/router-web.8")]
    [InlineData("usr/lib/systemd/system/routerd.service", "systemd/routerd.service")]
    [InlineData("usr/lib/sysusers.d/routerd.conf", "systemd/routerd.sysusers")]
    [InlineData("usr/lib/tmpfiles.d/routerd.conf", "systemd/routerd.tmpfiles")]
    [InlineData("etc/routerd/router.yaml", "packaging/router.yaml")]
    public void Files_that_others_look_for_are_where_they_look(string path, string file)
    {
        Assert.True(package.Files.TryGetValue(path, out byte[]? octets), $"{path} is not in the package");
        Assert.Equal(File.ReadAllText(Path.Combine(ShownCommands.Root, file)), System.Text.Encoding.UTF8.GetString(Plain(KeyValuePair.Create(path, octets!))));
    }

    [Fact]
    public void Programs_may_be_run_and_nothing_else_may_be_written_but_by_root()
    {
        string[] lines = package.Listing.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.Contains(" root/root ", line, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.Matches("^(d|-)rw[x-]r-[x-]r-[x-] ", line));
        string[] programs = [.. lines.Where(line => line.StartsWith("-rwx", StringComparison.Ordinal)).Select(line => line.Split("./")[1])];
        Assert.All((string[])["usr/bin/routerctl", "usr/sbin/routerd", "usr/sbin/router-web"], program => Assert.Contains(program, programs));
        Assert.All(programs, program => Assert.StartsWith("usr/", program, StringComparison.Ordinal));
    }

    [Fact]
    public void Its_control_files_say_what_it_is()
    {
        string control = File.ReadAllText(Path.Combine(package.Control, "control"));
        Assert.Contains("Version: 9.9.9\n", control, StringComparison.Ordinal);
        Assert.Contains("Architecture: amd64\n", control, StringComparison.Ordinal);
        Assert.DoesNotMatch("@[A-Z]+@", control);
        Assert.Contains("/etc/routerd/router.yaml\n", File.ReadAllText(Path.Combine(package.Control, "conffiles")), StringComparison.Ordinal);
        Assert.Equal(package.Files.Keys.Where(path => path.StartsWith("usr/", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            File.ReadAllLines(Path.Combine(package.Control, "md5sums")).Select(line => line.Split("  ", 2)[1]).Order(StringComparer.Ordinal));
    }

    private static byte[] Plain(KeyValuePair<string, byte[]> file)
    {
        if (!file.Key.EndsWith(".gz", StringComparison.Ordinal)) return file.Value;
        using var packed = new System.IO.Compression.GZipStream(new MemoryStream(file.Value), System.IO.Compression.CompressionMode.Decompress);
        using var plain = new MemoryStream();
        packed.CopyTo(plain);
        return plain.ToArray();
    }
}
