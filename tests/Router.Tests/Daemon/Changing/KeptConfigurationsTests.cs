using Router.Api;
using Router.Daemon.Changing;
using Router.Daemon.Systemd;

namespace Router.Tests.Daemon.Changing;

/// <summary>The configurations that were in force: how many, whole or damaged, and on a disk that takes nothing.</summary>
public sealed class KeptConfigurationsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("routerd-kept-").FullName;
    private readonly MemoryStream _lines = new();
    private readonly Journal _journal;

    public KeptConfigurationsTests() => _journal = new Journal(null, _lines, TimeProvider.System);

    private string Main => Path.Combine(_directory, "router.yaml");

    private KeptConfigurations Open() => new(_directory, Main, _journal);

    public void Dispose()
    {
        _journal.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void The_last_ten_are_kept_and_the_one_in_force()
    {
        KeptConfigurations kept = Open();
        for (int i = 0; i < 14; i++) kept.Keep(Files($"version {i}\n"), $"apply {i}");

        IReadOnlyList<KeptReport> list = Open().List();

        Assert.Equal(Enumerable.Range(0, 11), list.Select(one => one.Number));
        Assert.Equal(Enumerable.Range(0, 11).Select(i => $"apply {13 - i}"), list.Select(one => one.By));
        Assert.Equal("version 3\n", Open().Find(10, out _)!.Files[0].Text);
        Assert.Null(Open().Find(11, out string? fault));
        Assert.Equal("there is no kept configuration 11; the oldest is 10", fault);
    }

    [Fact]
    public void What_is_in_force_already_is_not_kept_again_not_even_by_the_next_process()
    {
        Open().Keep(Files("a\n"), "start");
        KeptConfigurations next = Open();
        next.Keep(Files("a\n"), "start");
        next.Keep(Files("a\n"), "reload");
        Assert.Equal("start", Assert.Single(next.List()).By);
        Assert.Equal("a\n"u8, next.MainInForce!);
        next.Keep(Files("b\n"), "reload");
        next.Keep(Files("a\n"), "rollback to 1");
        Assert.Equal(["rollback to 1", "reload", "start"], next.List().Select(one => one.By));
    }

    [Theory]
    [InlineData("its checksum is wrong", 90, 'x')]
    [InlineData("it does not begin as one", 0, 'x')]
    public void What_is_damaged_is_told_and_not_given_out(string told, int place, char letter)
    {
        KeptConfigurations kept = Open();
        kept.Keep(Files("a\n"), "start");
        kept.Keep(Files("b\n"), "reload");
        string oldest = Directory.GetFiles(Path.Combine(_directory, "configurations")).Min()!;
        byte[] octets = File.ReadAllBytes(oldest);
        octets[place] = octets[place] == (byte)letter ? (byte)'y' : (byte)letter;
        File.WriteAllBytes(oldest, octets);

        Assert.Equal([null, told], kept.List().Select(one => one.Damage));
        Assert.Null(kept.Find(1, out string? fault));
        Assert.Equal($"kept configuration 1 is damaged ({told})", fault);
        Assert.NotNull(kept.Find(0, out _));
    }

    [Fact]
    public void Half_a_file_is_damaged_too()
    {
        KeptConfigurations kept = Open();
        kept.Keep(Files(new string('a', 5000)), "start");
        string file = Assert.Single(Directory.GetFiles(Path.Combine(_directory, "configurations")));
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..2000]);
        Assert.Equal("its checksum is wrong", Assert.Single(kept.List()).Damage);
        File.WriteAllBytes(file, []);
        Assert.Equal("it does not begin as one", Assert.Single(kept.List()).Damage);
    }

    [Fact]
    public void Where_nothing_can_be_written_the_configuration_is_in_force_all_the_same()
    {
        File.WriteAllText(Path.Combine(_directory, "configurations"), "a file where the directory should be");
        KeptConfigurations kept = Open();
        kept.Keep(Files("a\n"), "start");
        Assert.Equal("a\n"u8, kept.MainInForce!);
        Assert.Empty(kept.List());
        Assert.Contains("it cannot be kept for a rollback", System.Text.Encoding.UTF8.GetString(_lines.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_daemon_reads_them()
    {
        Open().Keep(Files("secret\n"), "start");
        string file = Assert.Single(Directory.GetFiles(Path.Combine(_directory, "configurations")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    private static CheckedFile[] Files(string text) => [new CheckedFile { Name = "/etc/routerd/router.yaml", Text = text }];
}
