using System.Buffers.Binary;
using Router.Forwarding;
using Router.Tests.Forwarding.Bed;
using Router.Wire;

namespace Router.Tests.Forwarding;

public class MillionFlowsTests
{
    private const int Hosts = 250, Servers = 4000;

    [Fact]
    public void A_million_flows_fit_in_256_octets_each_and_end_by_themselves()
    {
        using var bed = new PathBed(draft => draft.LinkOne = draft.LinkOne with { Mtu = 1500 }, new TableSizes(Hosts * Servers, 16_384, 1024));
        bed.Forwarder.Outbox.Detach(PathBed.One);
        byte[] packet = Make.Udp("192.168.10.0:5000", "192.0.0.0:80", 4);
        for (int server = 0; server < Servers; server++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(18), (ushort)(1024 + server));
            for (int host = 2; host < Hosts + 2; host++)
            {
                packet[15] = (byte)host;
                int slot = bed.Batch.Add();
                packet.CopyTo(bed.Batch.Space(slot));
                bed.Batch[slot].Length = packet.Length;
                if (bed.Batch.Count == bed.Batch.Capacity) Walk(bed);
            }
        }
        Walk(bed);
        Forwarder forwarder = bed.Forwarder;
        Assert.Equal(Hosts * Servers, forwarder.FlowCount);
        Assert.InRange(forwarder.TableOctets / forwarder.FlowCount, 184, 256);
        bed.Refuse(PathBed.Trusted, Make.Udp("192.168.10.5:5000", "192.1.0.1:80"), DropReason.FlowsFull);

        // All are due at once; they end in slices that keep no packet waiting.
        bed.Now += 301 * PathBed.Second;
        long end = bed.Now + 30 * PathBed.Second;
        for (; bed.Now < end && forwarder.FlowCount > 0; bed.Now += 10_000) forwarder.Upkeep.Tend(bed.Plan, bed.Now);
        Assert.Equal((0, (long)Hosts * Servers), (forwarder.FlowCount, forwarder.Ends.Expired));
    }

    private static void Walk(PathBed bed)
    {
        bed.Forwarder.Begin(bed.Plan, bed.Now);
        bed.Forwarder.Walk(PathBed.Trusted, bed.Batch);
        bed.Batch.Clear();
    }
}
