using System.Buffers.Binary;

namespace Router.Wire.Quic;

/// <summary>Integers of variable length (RFC 9000 16): the first two bits tell whether 1, 2, 4 or 8 octets.</summary>
public static class QuicNumber
{
    /// <summary>Takes one off the front.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> octets, out ulong number)
    {
        number = 0;
        if (octets.IsEmpty) return false;
        int length = 1 << (octets[0] >> 6);
        if (octets.Length < length) return false;
        number = length switch
        {
            1 => octets[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(octets) & 0x3fffu,
            4 => BinaryPrimitives.ReadUInt32BigEndian(octets) & 0x3fff_ffffu,
            _ => BinaryPrimitives.ReadUInt64BigEndian(octets) & 0x3fff_ffff_ffff_ffff,
        };
        octets = octets[length..];
        return true;
    }
}
