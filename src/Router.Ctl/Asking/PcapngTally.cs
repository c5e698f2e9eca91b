using System.Buffers.Binary;

namespace Router.Ctl;

/// <summary>
/// Copies a capture as it comes, and counts what is in it. Each block says its kind and length in its first eight octets; packets are
/// of kind 6, and the statistics at the end, of kind 5, say how many were missed.
/// </summary>
internal sealed class PcapngTally
{
    private const int HeadOctets = 8, MostBlockOctets = 1 << 20, MissedAt = 16;
    private const uint Statistics = 5, Packet = 6;

    public long Packets { get; private set; }

    public long Missed { get; private set; }

    /// <exception cref="InvalidDataException">It is no such file, or ends within a block.</exception>
    public async Task CopyAsync(Stream from, Stream to, CancellationToken cancel)
    {
        byte[] block = new byte[MostBlockOctets];
        while (await from.ReadAtLeastAsync(block.AsMemory(0, HeadOctets), HeadOctets, throwOnEndOfStream: false, cancel) is var read && read > 0)
        {
            uint kind = BinaryPrimitives.ReadUInt32LittleEndian(block), length = BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(4));
            if (read < HeadOctets || length is < HeadOctets + 4 or > MostBlockOctets) throw new InvalidDataException("what came is no capture");
            await from.ReadExactlyAsync(block.AsMemory(HeadOctets, (int)length - HeadOctets), cancel);
            await to.WriteAsync(block.AsMemory(0, (int)length), cancel);
            Count(kind, block.AsSpan(HeadOctets, (int)length - HeadOctets));
        }
        await to.FlushAsync(cancel);
    }

    private void Count(uint kind, ReadOnlySpan<byte> body)
    {
        if (kind == Packet) Packets++;
        if (kind == Statistics && body.Length >= MissedAt + sizeof(long)) Missed = BinaryPrimitives.ReadInt64LittleEndian(body[MissedAt..]);
    }
}
