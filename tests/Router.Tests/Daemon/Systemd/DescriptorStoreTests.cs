using System.Text;
using Router.Daemon.Systemd;
using Router.Ports.Linux;

namespace Router.Tests.Daemon.Systemd;

[Collection(nameof(Alone))]
public class DescriptorStoreTests
{
    [Fact]
    public void WhatIsTakenIsNotGivenAgainAndWhatIsReplacedIsDroppedFirst()
    {
        using var systemd = new DatagramSocket();
        using var notify = new Notify(systemd.Name);
        int inherited = Open();
        var store = new DescriptorStore(notify, [("port-a", inherited)]);

        Assert.False(store.TryTake("port-b", out _));
        Assert.True(store.TryTake("port-a", out int taken));
        Assert.Equal(inherited, taken);
        Assert.False(store.TryTake("port-a", out _));
        Assert.Equal(1, store.Taken);
        Assert.False(systemd.HasMore);

        store.Keep("port-b", taken);
        Assert.Equal("FDSTORE=1\nFDNAME=port-b\nFDPOLL=0", Text(systemd));
        store.Keep("port-a", taken);
        Assert.Equal("FDSTOREREMOVE=1\nFDNAME=port-a", Text(systemd));
        Assert.Equal("FDSTORE=1\nFDNAME=port-a\nFDPOLL=0", Text(systemd));
        store.Drop("port-a");
        Assert.Equal("FDSTOREREMOVE=1\nFDNAME=port-a", Text(systemd));
        store.Drop("port-a");
        Assert.False(systemd.HasMore);
        Close(taken);
    }

    [Fact]
    public void WhatNobodyTakesIsClosedAndDropped()
    {
        using var systemd = new DatagramSocket();
        using var notify = new Notify(systemd.Name);
        int one = Open(), second = Open();
        var store = new DescriptorStore(notify, [("port-a", one), ("port-a", second)]);
        Assert.False(IsOpen(second)); // two under one name

        store.DropRest();

        Assert.False(IsOpen(one));
        Assert.Equal("FDSTOREREMOVE=1\nFDNAME=port-a", Text(systemd));
        Assert.False(systemd.HasMore);
    }

    [Fact]
    public void ChildrenDoNotInheritIt()
    {
        using var notify = new Notify(null);
        int inherited = Open();
        _ = new DescriptorStore(notify, [("port-a", inherited)]);
        Assert.Equal(Fcntl.FD_CLOEXEC, Fcntl.fcntl(inherited, GetFlags, 0));
        Close(inherited);
    }

    private const int Duplicate = 0, GetFlags = 1;

    private static int Open() => Fcntl.fcntl(0, Duplicate, 100);

    private static bool IsOpen(int fd) => Fcntl.fcntl(fd, GetFlags, 0) >= 0;

    private static void Close(int fd) => _ = Unistd.close(fd);

    private static string Text(DatagramSocket systemd) => Encoding.UTF8.GetString(systemd.Receive());
}
