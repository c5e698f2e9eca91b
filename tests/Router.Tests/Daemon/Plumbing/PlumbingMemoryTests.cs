using Router.Daemon.Plumbing;

namespace Router.Tests.Daemon.Plumbing;

public sealed class PlumbingMemoryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("rk_").FullName;

    [Fact]
    public void The_first_value_is_kept_over_a_restart()
    {
        var memory = new PlumbingMemory(_directory);
        memory.Note("setting", "net/ipv4/ip_forward", "0");
        memory.Note("group", "wan0", "5");
        var after = new PlumbingMemory(_directory);
        after.Note("setting", "net/ipv4/ip_forward", "1");
        Assert.Equal("0", new PlumbingMemory(_directory).Find("setting", "net/ipv4/ip_forward"));
        Assert.Equal("5", new PlumbingMemory(_directory).Find("group", "wan0"));
    }

    [Fact]
    public void A_link_may_have_several_neighbours()
    {
        var memory = new PlumbingMemory(_directory);
        memory.Note("neighbour", "wan0", "192.0.2.1");
        memory.Note("neighbour", "wan0", "fe80::1");
        memory.Forget("neighbour", "wan0", "192.0.2.1");
        Assert.Equal([("neighbour", "wan0", "fe80::1")], new PlumbingMemory(_directory).Entries);
    }

    [Fact]
    public void Nothing_is_left_when_all_is_put_back()
    {
        var memory = new PlumbingMemory(Path.Combine(_directory, "deeper"));
        memory.Note("group", "wan0", "5");
        memory.Clear();
        Assert.Empty(Directory.GetFiles(_directory, "*", SearchOption.AllDirectories));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
