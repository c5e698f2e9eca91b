using System.Buffers.Binary;
using Router.Wire;

namespace Router.Tests.Forwarding.Bed;

/// <summary>Breaks packets into pieces, and puts pieces together as a receiver would: by source, destination, protocol and id.</summary>
internal static class Pieces
{
    /// <param name="size">Octets of data in each piece but the last, a multiple of 8.</param>
    public static byte[][] Break(byte[] packet, int size, uint id)
    {
        bool v4 = packet[0] >> 4 == 4;
        int header = v4 ? (packet[0] & 15) * 4 : 40;
        byte[] data = packet[header..];
        var pieces = new List<byte[]>();
        for (int at = 0; at < data.Length; at += size)
        {
            byte[] part = data[at..Math.Min(data.Length, at + size)];
            bool more = at + size < data.Length;
            pieces.Add(v4 ? Piece4(packet, part, at, more, (ushort)id) : Piece6(packet, part, at, more, id));
        }
        return [.. pieces];
    }

    /// <summary>One piece of its own.</summary>
    public static byte[] Piece4(byte[] packet, byte[] data, int offset, bool more, ushort id)
    {
        byte[] piece = [.. packet[..20], .. data];
        piece[0] = 0x45;
        Ipv4 ip = Ipv4.Over(piece);
        (ip.TotalLength, ip.Id) = ((ushort)piece.Length, id);
        ip.SetFragment(offset, more);
        return piece.Mended();
    }

    /// <summary>One piece of its own; the packet has no extension headers.</summary>
    public static byte[] Piece6(byte[] packet, byte[] data, int offset, bool more, uint id)
    {
        byte[] piece = [.. packet[..40], packet[6], 0, 0, 0, 0, 0, 0, 0, .. data];
        BinaryPrimitives.WriteUInt16BigEndian(piece.AsSpan(42), (ushort)(offset | (more ? 1 : 0)));
        BinaryPrimitives.WriteUInt32BigEndian(piece.AsSpan(44), id);
        Ipv6 ip = Ipv6.Over(piece);
        (ip.NextHeader, ip.PayloadLength) = (Protocol.Fragment, (ushort)(piece.Length - 40));
        return piece;
    }

    /// <summary>Datagrams that are whole, each as a packet that never was in pieces, in the order in which they became whole.</summary>
    public static byte[][] Join(IEnumerable<byte[]> pieces)
    {
        var whole = new List<byte[]>();
        var open = new Dictionary<(Address, Address, byte, uint), SortedDictionary<int, (byte[] Octets, int Data, bool More)>>();
        foreach (byte[] octets in pieces)
        {
            var piece = new Sent(default, octets, default).Read;
            var key = (piece.Source, piece.Destination, piece.Protocol, piece.FragmentId);
            if (!open.TryGetValue(key, out var train)) open[key] = train = [];
            Assert.True(train.TryAdd(piece.FragmentOffset, (octets, piece.Transport, piece.MoreFragments)), "two pieces at one place");
            if (TryJoin(train, out byte[] joined))
            {
                whole.Add(joined);
                open.Remove(key);
            }
        }
        return [.. whole];
    }

    private static bool TryJoin(SortedDictionary<int, (byte[] Octets, int Data, bool More)> train, out byte[] whole)
    {
        whole = [];
        byte[]? first = null;
        var data = new List<byte>();
        foreach ((int offset, (byte[] octets, int at, bool more)) in train)
        {
            if (offset != data.Count) return false;
            first ??= octets;
            data.AddRange(octets[at..]);
            if (more) continue;
            bool v4 = first[0] >> 4 == 4;
            whole = [.. first[..(v4 ? (first[0] & 15) * 4 : 40)], .. data];
            if (v4)
            {
                Ipv4 ip = Ipv4.Over(whole);
                ip.TotalLength = (ushort)whole.Length;
                ip.SetFragment(0, more: false);
                ip.RewriteChecksum();
            }
            else
            {
                Ipv6 ip = Ipv6.Over(whole);
                (ip.NextHeader, ip.PayloadLength) = (first[40], (ushort)(whole.Length - 40));
            }
            return true;
        }
        return false;
    }
}
