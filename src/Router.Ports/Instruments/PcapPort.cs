namespace Router.Ports;

/// <summary>
/// Records both directions of any port: what was received, and what was given to it to send, refused or not. Packets are
/// recorded as they pass, super-packets whole and checksums unfinished, so that a reader may call such checksums wrong. Several
/// ports of one thread may share a writer. A disk that is full ends the recording, not the traffic.
/// </summary>
public sealed class PcapPort : Port
{
    private readonly Port _inner;
    private readonly PcapngWriter _writer;
    private readonly int _source;

    /// <param name="inner">The port behind; disposed with this one.</param>
    /// <param name="writer">Where it is recorded; stays the caller's.</param>
    public PcapPort(Port inner, PcapngWriter writer) : base(inner.Name)
    {
        _inner = inner;
        _writer = writer;
        _source = writer.AddInterface(inner.Name);
    }

    public override int Descriptor => _inner.Descriptor;

    public override long ReceiveMissed => _inner.ReceiveMissed;

    /// <summary>Why the recording ended early, or null.</summary>
    public string? RecordingFault { get; private set; }

    public override int Receive(Batch batch)
    {
        int count = _inner.Receive(batch);
        IsGone = _inner.IsGone;
        if (count == 0) return 0;
        long now = Now();
        for (int slot = 0; slot < count; slot++) Record(true, now, batch.Octets(slot));
        return count;
    }

    public override int Send(Batch batch, ReadOnlySpan<int> slots)
    {
        long now = Now();
        foreach (int slot in slots) Record(false, now, batch.Octets(slot));
        int sent = _inner.Send(batch, slots);
        (IsGone, SendRefused, RefusedOctets) = (_inner.IsGone, _inner.SendRefused, _inner.RefusedOctets);
        return sent;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The wall clock, microseconds since 1970: a capture is compared with other captures.</summary>
    private static long Now() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private void Record(bool inbound, long now, ReadOnlySpan<byte> packet)
    {
        if (RecordingFault is not null) return;
        try
        {
            _writer.Write(_source, inbound, now, packet);
        }
        catch (IOException fault)
        {
            RecordingFault = fault.Message;
        }
    }
}
