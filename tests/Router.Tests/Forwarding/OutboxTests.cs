using Router.Forwarding;
using Router.Ports;

namespace Router.Tests.Forwarding;

/// <summary>What a link is said to have sent is what its port took.</summary>
public sealed class OutboxTests
{
    private static readonly PortId s_port = new(3);

    [Fact]
    public void Octets_of_packets_that_a_port_refused_are_not_counted_as_sent()
    {
        using var outbox = new Outbox(8);
        using var port = new MemoryPort("narrow", capacity: 2);
        using var batch = new Batch(8, 2000);
        outbox.Attach(s_port, port);
        foreach (int length in (ReadOnlySpan<int>)[100, 200, 400, 800])
        {
            int slot = batch.Add();
            batch[slot].Length = length;
            Assert.Equal(DropReason.None, outbox.Put(s_port, slot));
        }
        outbox.Flush(batch);
        PortTraffic traffic = outbox.Traffic[s_port.Value];
        Assert.Equal((2, 300, 2), (traffic.PacketsOut, traffic.OctetsOut, outbox.Refused));
        Assert.Equal((2, 1200), (port.SendRefused, port.RefusedOctets));
    }

    [Fact]
    public void A_number_that_passes_to_another_name_begins_to_count_anew_and_the_sum_stays()
    {
        using var outbox = new Outbox(8);
        outbox.Traffic[3] = new PortTraffic { PacketsIn = 1, PacketsOut = 2, OctetsIn = 30, OctetsOut = 40 };
        outbox.Traffic[4] = new PortTraffic { PacketsIn = 5 };
        outbox.Retire(s_port.Bit);
        Assert.Equal(default, outbox.Traffic[3]);
        Assert.Equal(5, outbox.Traffic[4].PacketsIn);
        Assert.Equal(new PortTraffic { PacketsIn = 1, PacketsOut = 2, OctetsIn = 30, OctetsOut = 40 }, outbox.Traffic[PortId.Most]);
    }
}
