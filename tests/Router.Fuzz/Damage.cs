using System.Buffers.Binary;

namespace Router.Fuzz;

/// <summary>
/// Makes input from samples. A little damage reaches deeper than noise, as noise fails at the first check; so most input is a sample
/// with one to four things done to it, and one in eight is noise.
/// </summary>
internal static class Damage
{
    /// <summary>Values at which lengths, offsets and counters turn over.</summary>
    private static readonly byte[] s_edges = [0x00, 0x01, 0x02, 0x03, 0x04, 0x07, 0x08, 0x0f, 0x10, 0x3b, 0x3c, 0x7f, 0x80, 0xfe, 0xff];

    /// <summary>Writes the next input into room.</summary>
    /// <returns>Its length.</returns>
    public static int Make(Span<byte> room, byte[][] samples, Random random)
    {
        if (samples.Length == 0 || random.Next(8) == 0)
        {
            int noise = random.Next(random.Next(2) == 0 ? 100 : room.Length);
            random.NextBytes(room[..noise]);
            return noise;
        }
        byte[] sample = samples[random.Next(samples.Length)];
        int length = Math.Min(sample.Length, room.Length);
        sample.AsSpan(0, length).CopyTo(room);
        for (int times = random.Next(1, 5); times > 0; times--) length = Harm(room, length, samples, random);
        return length;
    }

    private static int Harm(Span<byte> room, int length, byte[][] samples, Random random)
    {
        if (length == 0) return 0;
        // Headers are worth more than data.
        int at = random.Next(random.Next(3) == 0 ? length : Math.Min(length, 80));
        switch (random.Next(9))
        {
            case 0:
                room[at] ^= (byte)(1 << random.Next(8));
                return length;
            case 1:
                room[at] = s_edges[random.Next(s_edges.Length)];
                return length;
            case 2:
                room[at] = (byte)random.Next(256);
                return length;
            case 3 when at + 2 <= length:
                BinaryPrimitives.WriteUInt16BigEndian(room[at..], (ushort)(length + random.Next(-4, 5)));
                return length;
            case 4:
                return at;
            case 5:
                int more = random.Next(Math.Min(room.Length - length, 64) + 1);
                random.NextBytes(room.Slice(length, more));
                return length + more;
            case 6:
                return Splice(room, length, at, samples[random.Next(samples.Length)], random);
            case 7:
                return Splice(room, length, at, room[at..length].ToArray(), random);
            default:
                room[at..Math.Min(length, at + random.Next(1, 9))].Fill(s_edges[random.Next(s_edges.Length)]);
                return length;
        }
    }

    /// <summary>Writes a part of other octets over these, or in between.</summary>
    private static int Splice(Span<byte> room, int length, int at, byte[] other, Random random)
    {
        if (other.Length == 0) return length;
        int from = random.Next(other.Length);
        int count = Math.Min(random.Next(1, 64), other.Length - from);
        if (random.Next(2) == 0)
        {
            count = Math.Min(count, room.Length - length);
            room[at..length].CopyTo(room[(at + count)..]);
            length += count;
        }
        count = Math.Min(count, length - at);
        other.AsSpan(from, count).CopyTo(room[at..]);
        return length;
    }
}
