using System.Diagnostics;
using Router.Ports;
using Router.Tests.Tables;

namespace Router.Tests.Ports;

/// <summary>Capture files, read back by the programs they are made for.</summary>
public class PcapngTests
{
    [Fact]
    public void TcpdumpReadsBothDirections()
    {
        using Recording recording = new();
        string[] lines = recording.Read("tcpdump", "-n", "-r", recording.File);
        Assert.Equal(3, lines.Length);
        Assert.Contains("IP 10.9.0.2.1000 > 10.9.0.1.2000: UDP, length 3", lines[0], StringComparison.Ordinal);
        Assert.Contains("IP6 fd09::2 > fd09::1: no next header", lines[1], StringComparison.Ordinal);
        Assert.Contains("UDP, length 3", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void TsharkReadsNamesTimesAndDirections()
    {
        using Recording recording = new();
        string[] lines = recording.Read("tshark", "-n", "-r", recording.File, "-T", "fields", "-e", "frame.interface_name", "-e",
            "frame.packet_flags_direction", "-e", "frame.len", "-e", "frame.cap_len", "-e", "frame.time_epoch", "-e", "frame.protocols");
        string[][] fields = [.. lines.Select(l => l.Split('\t'))];
        Assert.Equal(["inside", "0x00000001", "35", "35"], fields[0][..4]);
        Assert.Equal(["inside", "0x00000001", "45", "44"], fields[1][..4]);
        Assert.Equal(["outside", "0x00000002", "35", "35"], fields[2][..4]);
        Assert.StartsWith("null:ip:udp", fields[0][5], StringComparison.Ordinal);
        Assert.StartsWith("null:ipv6", fields[1][5], StringComparison.Ordinal);
        double seconds = double.Parse(fields[0][4], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange((DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds - seconds, -1, 60);
    }

    [Fact]
    public void AFullDiskEndsTheRecordingNotTheTraffic()
    {
        using MemoryPort wire = new("wire");
        using PcapngWriter writer = new(new FullDisk(room: 200));
        using PcapPort port = new(wire, writer);
        using Batch batch = new(8, 100);
        for (int i = 0; i < 6; i++) wire.Inbox.TryAdd(Packets.V4([1, 2, 3]));
        Assert.Equal(6, port.Receive(batch));
        Assert.Equal("no space left", port.RecordingFault);
        Assert.Equal(2, port.Send(batch, [0, 1]));
        Assert.Equal(2, wire.Outbox.Count);
    }

    [Fact]
    public void AWarmRecordingAllocatesNothing()
    {
        using MemoryPort wire = new("wire", capacity: 1);
        using PcapngWriter writer = new(Stream.Null);
        using PcapPort port = new(wire, writer);
        using Batch batch = new(8, 2000);
        wire.Inbox.TryAdd(new byte[1500]);
        port.Receive(batch);
        int[] slots = [0];
        Assert.Equal(0, Seeded.Allocated(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                port.Send(batch, slots);
                wire.Outbox.Drop();
                port.Receive(batch);
                batch.Fill(1);
            }
        }));
    }

    /// <summary>Two packets received by one port, of which the second is cut to 40 octets, and the first sent by another.</summary>
    private sealed class Recording : IDisposable
    {
        public string File { get; } = Path.GetTempFileName();

        public Recording()
        {
            using PcapngWriter writer = new(System.IO.File.Create(File), snapLength: 40);
            using MemoryPort inside = new("inside");
            using MemoryPort outside = new("outside");
            using PcapPort from = new(inside, writer);
            using PcapPort to = new(outside, writer);
            using Batch batch = new(4, 100);
            inside.Inbox.TryAdd(Packets.V4([1, 2, 3]));
            inside.Inbox.TryAdd(Packets.V6([4]));
            Assert.Equal(2, from.Receive(batch));
            Assert.Equal(1, to.Send(batch, [0]));
        }

        public string[] Read(string program, params string[] arguments)
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string output = process.StandardOutput.ReadToEnd();
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, errors);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }

        public void Dispose() => System.IO.File.Delete(File);
    }

    private sealed class FullDisk(int room) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Length + count > room) throw new IOException("no space left");
            base.Write(buffer, offset, count);
        }
    }
}
