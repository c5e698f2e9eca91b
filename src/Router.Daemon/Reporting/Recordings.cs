using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Router.Api;
using Router.Daemon.Control;
using Router.Daemon.Steering;
using Router.Forwarding;
using Router.Forwarding.Reading;
using Router.Ports;
using Router.Wire;

namespace Router.Daemon.Reporting;

/// <summary>
/// `routerctl capture`: the forwarding thread fills a ring (<see cref="Forwarding.Reading.Capture"/>), and this empties it into the
/// answer, so that no file is written with the daemon's rights. One recording at a time: two would cost the path twice. It ends with its
/// count, its time, or whoever asked.
/// </summary>
internal sealed class Recordings(Helm helm, Worker worker, PortRegistry ports)
{
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(20);

    private int _running;

    /// <summary>What is asked for, ready to run.</summary>
    /// <exception cref="RefusedRequest">It names what is not there, or another recording runs.</exception>
    public Func<Stream, CancellationToken, Task> Begin(CaptureQuery query)
    {
        CaptureFilter filter = FilterOf(query);
        return (output, cancel) => RunAsync(query, filter, output, cancel);
    }

    private CaptureFilter FilterOf(CaptureQuery query)
    {
        string[] known = ["firewall", .. helm.Settings.PortNames];
        if (query.Port is { } port && !known.Contains(port)) throw Refused($"there is no zone or link '{port}'; there are {string.Join(", ", known)}.");
        byte protocol = 0;
        if (query.Protocol is { } name && !Protocols.TryParse(name, out protocol)) throw Refused($"'{name}' is no protocol.");
        return new CaptureFilter
        {
            Port = query.Port is null ? null : query.Port == "firewall" ? PortId.Host : ports.Claim(query.Port),
            Drop = ReasonOf(query.Drop),
            Host = query.Host is null ? null : Address.Parse(query.Host),
            Protocol = query.Protocol is null ? null : protocol,
            Service = (ushort?)query.Service,
        };
    }

    private static DropReason? ReasonOf(string? name)
    {
        if (name is null) return null;
        // These are counted when the packet itself is gone.
        if (Enum.TryParse(name, ignoreCase: true, out DropReason reason) && reason > DropReason.Consumed && !int.TryParse(name, out _)
            && reason is not (DropReason.SendRefused or DropReason.FragmentUnclaimed)) return reason;
        throw Refused($"no packet can be recorded for '{name}'; the reasons are those that `routerctl status` counts, such as RuleDropped.");
    }

    private async Task RunAsync(CaptureQuery query, CaptureFilter filter, Stream output, CancellationToken cancel)
    {
        if (Interlocked.CompareExchange(ref _running, 1, 0) != 0) throw new RefusedRequest(StatusCodes.Status409Conflict, "another capture is running; there can be one at a time.");
        try
        {
            var capture = new Capture(filter, query.Count);
            await RecordAsync(capture, TimeSpan.FromSeconds(query.Seconds), output, cancel);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    private async Task RecordAsync(Capture capture, TimeSpan limit, Stream output, CancellationToken cancel)
    {
        using var staged = new MemoryStream();
        using var writer = new PcapngWriter(staged);
        Dictionary<PortId, int> sources = [];
        foreach (string name in (string[])["firewall", .. helm.Settings.PortNames]) SourceOf(name == "firewall" ? PortId.Host : ports.Claim(name), writer, sources);
        byte[] octets = new byte[Batch.MaxPacket];
        long begun = Stopwatch.GetTimestamp();
        using var tick = new PeriodicTimer(Round);
        await worker.Ask(w => Record(w, capture));
        try
        {
            do await DrainAsync(capture, writer, sources, octets, staged, output, cancel);
            while (!capture.IsFull && Stopwatch.GetElapsedTime(begun) < limit && await tick.WaitForNextTickAsync(cancel));
        }
        finally
        {
            await worker.Ask(static w => Record(w, null));
        }
        await DrainAsync(capture, writer, sources, octets, staged, output, cancel);
        writer.WriteMissed(0, (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, capture.Lost);
        await SendAsync(staged, output, cancel);
    }

    private async Task DrainAsync(
        Capture capture, PcapngWriter writer, Dictionary<PortId, int> sources, byte[] octets, MemoryStream staged, Stream output, CancellationToken cancel)
    {
        while (capture.TryRead(out CapturedPacket packet, octets))
        {
            string? comment = packet.Reason == DropReason.None ? null : packet.Reason.ToString();
            writer.Write(SourceOf(packet.Port, writer, sources), packet.Inbound, packet.Microseconds, octets.AsSpan(0, packet.Length), comment);
            if (staged.Length > Batch.MaxPacket) await SendAsync(staged, output, cancel);
        }
        await SendAsync(staged, output, cancel);
    }

    private static async Task SendAsync(MemoryStream staged, Stream output, CancellationToken cancel)
    {
        if (staged.Length == 0) return;
        await output.WriteAsync(staged.GetBuffer().AsMemory(0, (int)staged.Length), cancel);
        await output.FlushAsync(cancel);
        staged.SetLength(0);
    }

    private int SourceOf(PortId port, PcapngWriter writer, Dictionary<PortId, int> sources)
    {
        if (!sources.TryGetValue(port, out int source)) sources.Add(port, source = writer.AddInterface(ports.NameOf(port)));
        return source;
    }

    private static bool Record(Worker worker, Capture? capture)
    {
        worker.Record(capture);
        return true;
    }

    private static RefusedRequest Refused(string sentence) => new(StatusCodes.Status400BadRequest, sentence);
}
