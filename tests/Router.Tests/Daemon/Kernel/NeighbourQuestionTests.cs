using Router.Daemon.Kernel;
using Router.Wire;

namespace Router.Tests.Daemon.Kernel;

/// <summary>One neighbour asked of the real kernel. Needs root.</summary>
public class NeighbourQuestionTests
{
    [Fact]
    public void The_kernel_tells_whom_it_knows_at_once_and_is_not_asked_too_often()
    {
        NetworkNamespace.SkipUnlessRoot();
        using var box = new NetworkNamespace("ask");
        box.Ip("link add lan0 type veth peer name far0");
        box.Ip("link set lan0 up");
        box.Ip("addr add 192.0.2.2/24 dev lan0");
        box.Ip("neigh add 192.0.2.7 lladdr 02:00:00:00:00:07 dev lan0 nud stale");
        box.Ip("neigh add 2001:db8::7 lladdr 02:00:00:00:00:07 dev lan0 nud reachable");
        int index = int.Parse(box.Exec("cat /sys/class/net/lan0/ifindex"), System.Globalization.CultureInfo.InvariantCulture);
        box.Run(() =>
        {
            using var question = new NeighbourQuestion();
            ulong Ask(string address, long now = 1_000_000) => question.MacOf(index, Address.Parse(address), now);
            Assert.Equal((0x020000000007UL, 0x020000000007UL), (Ask("192.0.2.7"), Ask("2001:db8::7")));
            Assert.Equal((0UL, 0UL, 0UL), (Ask("192.0.2.8"), Ask("192.0.2.9"), Ask("2001:db8::9")));
            Assert.Equal(0UL, question.MacOf(index + 1000, Address.Parse("192.0.2.7"), 1_000_000));

            Address known = Address.Parse("192.0.2.7");
            int told = 0;
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int asked = 6; asked < NeighbourQuestion.MostPerSecond; asked++) told += question.MacOf(index, known, 1_500_000) == 0x020000000007 ? 1 : 0;
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            Assert.Equal(NeighbourQuestion.MostPerSecond - 6, told);
            Assert.Equal(0UL, question.MacOf(index, known, 1_900_000));
            Assert.Equal(0x020000000007UL, question.MacOf(index, known, 2_100_000));
        });
    }
}
