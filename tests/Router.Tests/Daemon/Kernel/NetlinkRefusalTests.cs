using Router.Ports;
using Router.Ports.Linux.Netlink;

namespace Router.Tests.Daemon.Kernel;

/// <summary>What the kernel refuses is said in a sentence that a start can end with.</summary>
public sealed class NetlinkRefusalTests
{
    [Fact]
    public void ASocketThatIsRefusedSaysWhatToDo()
    {
        const int noSuchGroup = 9999;
        PortException refused = Assert.Throws<PortException>(() => NetlinkSocket.Open([noSuchGroup], 4096));
        Assert.Contains("routing tables cannot be reached (netlink group", refused.Message, StringComparison.Ordinal);
        Assert.Contains("AF_NETLINK", refused.Message, StringComparison.Ordinal);
    }
}
