using Router.Daemon.Kernel;
using Router.Wire;

namespace Router.Tests.Daemon.Kernel;

/// <summary>Lines of /proc/net/tcp, as a little-endian machine writes them.</summary>
public class TcpConnectionsTests
{
    [Fact]
    public void Connections_to_a_port_that_listens_are_found_and_the_boxs_own_are_not()
    {
        List<TcpConnection> found = TcpConnections.Read(
        [
            "   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0",
            "   1: 0100000A:0016 0B00000A:C350 01 00000000:00000000 02:000A1234 00000000     0        0 2 2 0 20 4 30 10 -1",
            "   2: 0100000A:D431 0C00000A:0016 01 00000000:00000000 02:000A1234 00000000     0        0 3 2 0 20 4 30 10 -1",
            "   3: 0100000A:0016 0D00000A:C350 06 00000000:00000000 03:00001234 00000000     0        0 0 3 0",
            "   0: B80D0120000000000000000001000000:0016 B80D0120000000000000000009000000:C351 01 00000000:00000000 02:000A1234 00000000     0        0 4 2 0",
            "   0: 0000000000000000FFFF00000100000A:0016 0000000000000000FFFF00000E00000A:C352 01 00000000:00000000",
            "nonsense", "   9: 0100000A:0016", "   9: xx00000A:0016 0B00000A:C350 01",
        ]);

        Assert.Equal(
            [
                new TcpConnection(Address.Parse("10.0.0.1"), 22, Address.Parse("10.0.0.11")),
                new TcpConnection(Address.Parse("2001:db8::1"), 22, Address.Parse("2001:db8::9")),
                new TcpConnection(Address.Parse("10.0.0.1"), 22, Address.Parse("10.0.0.14")),
            ], found);
    }
}
