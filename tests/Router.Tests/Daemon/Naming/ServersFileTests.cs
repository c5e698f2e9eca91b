using System.Text;
using Router.Configuration;
using Router.Daemon.Naming;
using Router.Daemon.Systemd;
using Router.Forwarding;
using Router.Forwarding.Links;
using Router.Wire;

namespace Router.Tests.Daemon.Naming;

/// <summary>Whom a forwarder on the box is told to ask, and from where.</summary>
public sealed class ServersFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("servers-").FullName;
    private readonly MemoryStream _written = new();
    private readonly Journal _journal;

    public ServersFileTests() => _journal = new Journal(null, _written, TimeProvider.System);

    private string Path => System.IO.Path.Combine(_folder, "servers");

    public void Dispose()
    {
        _journal.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Each_server_is_asked_from_its_link_s_address_of_its_family()
    {
        string text = ServersFile.Text([Link("fiber", "198.51.100.10 2001:db8:51::10", "192.0.2.53 2001:db8::53"), Link("dsl", "203.0.113.10", "203.0.113.53 2001:db8::54")]);
        Assert.Equal(["server=192.0.2.53@198.51.100.10 # fiber", "server=2001:db8::53@2001:db8:51::10 # fiber", "server=203.0.113.53@203.0.113.10 # dsl"], Lines(text));
    }

    [Fact]
    public void It_is_written_for_everybody_and_only_when_it_says_anything_new()
    {
        var file = new ServersFile(_journal);
        file.Write(Path, [Link("fiber", "198.51.100.10", "192.0.2.53")]);
        DateTime first = File.GetLastWriteTimeUtc(Path);
        Assert.Equal("-rw-r--r--", Mode(File.GetUnixFileMode(Path)));
        new ServersFile(_journal).Write(Path, [Link("fiber", "198.51.100.10", "192.0.2.53")]);
        Assert.Equal(first, File.GetLastWriteTimeUtc(Path));
        file.Write(Path, []);
        Assert.Empty(Lines(File.ReadAllText(Path)));
        file.Write(null, [Link("fiber", "198.51.100.10", "192.0.2.53")]);
        Assert.Empty(Lines(File.ReadAllText(Path)));
        Assert.Equal([Path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void What_cannot_be_written_is_told_once_and_tried_again()
    {
        string path = System.IO.Path.Combine(_folder, "later", "servers");
        var file = new ServersFile(_journal);
        file.Write(path, [Link("fiber", "198.51.100.10", "192.0.2.53")]);
        file.Write(path, [Link("fiber", "198.51.100.10", "192.0.2.53")]);
        Assert.Equal(1, Encoding.UTF8.GetString(_written.ToArray()).Split("cannot be written").Length - 1);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        file.Write(path, [Link("fiber", "198.51.100.10", "192.0.2.53")]);
        Assert.Single(Lines(File.ReadAllText(path)));
    }

    private static (LinkSettings Link, LinkState State) Link(string name, string addresses, string resolvers) => (
        new LinkSettings(name, "wan0") { Resolvers = [.. resolvers.Split(' ').Select(Address.Parse)] },
        new LinkState { Id = new PortId(3), Addresses = [.. addresses.Split(' ').Select(Address.Parse)] });

    private static string[] Lines(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('#'))];

    private static string Mode(UnixFileMode mode) => "-" + string.Concat("rwxrwxrwx".Select((letter, i) => ((int)mode >> (8 - i) & 1) != 0 ? letter : '-'));
}
