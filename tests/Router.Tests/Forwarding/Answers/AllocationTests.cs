using Router.Forwarding.Answers;
using Router.Tests.Tables;
using Router.Tests.Wire;
using Router.Wire;

namespace Router.Tests.Forwarding.Answers;

public class AllocationTests
{
    [Fact]
    public void Answers_allocate_nothing()
    {
        byte[] to = new byte[2000], tcp = Frames.Tcp4(), udp = Frames.Udp6(), segment = Frames.Tcp4()[20..], large = new byte[3000];
        Ipv4.Over(large).Begin(Protocol.Udp, 64, Address.Parse("192.0.2.1"), Address.Parse("198.51.100.7"));
        var router = Address.Parse("2001:db8::ff");
        var limit = new AnswerLimit();
        Assert.Equal(0, Seeded.Allocated(() =>
        {
            for (int i = 0; i < 1000; i++) All(i);
        }));

        void All(int i)
        {
            TcpReset.Answer(to, tcp);
            if (IcmpError.MayAnswer(udp) && limit.Take(router, i)) IcmpError.Build(to, udp, udp.Length, router, Icmp6.TimeExceeded, 0, 0);
            SegmentSize.Clamp(segment, (ushort)(1400 - i), unfinished: false);
            var fragmenter = new Fragmenter(large, 1400);
            while (!fragmenter.IsDone) fragmenter.Next(to);
        }
    }
}
