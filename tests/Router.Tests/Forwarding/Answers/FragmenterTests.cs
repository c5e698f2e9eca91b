using Router.Forwarding.Answers;
using Router.Tests.Wire;
using Router.Wire;

namespace Router.Tests.Forwarding.Answers;

public class FragmenterTests
{
    [Fact]
    public void The_pieces_of_a_1500_octet_packet_on_a_1400_link()
    {
        byte[] packet = Packet(Dice.Roll(), 1480, "");
        List<byte[]> pieces = Break(packet, 1400);
        Assert.Equal([1396, 124], pieces.ConvertAll(piece => piece.Length));
        AssertPiece(pieces[0], 0, more: true);
        AssertPiece(pieces[1], 1376, more: false);
        Assert.Equal(packet[20..], (byte[])[.. pieces[0][20..], .. pieces[1][20..]]);
    }

    [Fact]
    public void Options_go_into_later_pieces_by_their_copy_bit()
    {
        // Router Alert (copied), Record Route with one entry (not copied), an unknown one of 6 octets (copied)
        const string options = "94040000 07070400000000 9e06aabbccdd 000000";
        byte[] packet = Packet(Dice.Roll(), 200, options);
        List<byte[]> pieces = Break(packet, 100);
        Assert.Equal(packet[20..40], pieces[0][20..40]);
        foreach (byte[] piece in pieces[1..])
        {
            Assert.Equal("94040000" + "9e06aabbccdd" + "0000", Convert.ToHexStringLower(piece[20..32]));
            Assert.True(Ipv4.TryRead(piece, out Ipv4 ip, out _));
            Assert.Equal(32, ip.HeaderLength);
        }
    }

    [Fact]
    public void Random_packets_come_together_again()
    {
        Random random = Dice.Roll();
        string[] options = ["", "01010101", "94040000", "07070400000000 00", "8706aabbccdd 0101", "9e28" + new string('5', 76)];
        for (int round = 0; round < 3000; round++)
        {
            int mtu = random.Next(Fragmenter.MinMtu, 2000);
            byte[] packet = Packet(random, random.Next(0, 6000), options[random.Next(options.Length)]);
            List<byte[]> pieces = Break(packet, mtu);
            Reassemble(packet, pieces, mtu);
        }
    }

    [Fact]
    public void A_piece_of_a_piece_keeps_its_place_and_whether_more_follows()
    {
        Random random = Dice.Roll();
        for (int round = 0; round < 500; round++)
        {
            byte[] packet = Packet(random, random.Next(1, 6000), "");
            var finer = new List<byte[]>();
            foreach (byte[] piece in Break(packet, random.Next(500, 1500))) finer.AddRange(Break(piece, random.Next(68, 500)));
            Reassemble(packet, finer, 1500);
        }
    }

    [Fact]
    public void A_packet_that_fits_is_one_piece_and_the_same()
    {
        byte[] packet = Packet(Dice.Roll(), 100, "");
        Assert.Equal([packet], Break(packet, 120));
    }

    [Fact]
    public void The_largest_packet_and_the_smallest_MTU_come_to_an_end()
    {
        byte[] packet = Packet(Dice.Roll(), 65535 - 60, "9e28" + new string('5', 76));
        List<byte[]> pieces = Break(packet, 0);
        Assert.Equal((65535 - 60 + 7) / 8, pieces.Count);
        Reassemble(packet, pieces, Fragmenter.MinMtu);
    }

    [Fact]
    public void What_cannot_be_read_has_no_pieces()
    {
        Assert.True(new Fragmenter([], 1500).IsDone);
        Assert.True(new Fragmenter(Frames.Udp6(), 1500).IsDone);
        Assert.True(new Fragmenter(Frames.Tcp4().AsSpan(0, 59), 1500).IsDone);
    }

    private static byte[] Packet(Random random, int payload, string options)
    {
        byte[] optionOctets = Convert.FromHexString(options.Replace(" ", "", StringComparison.Ordinal));
        int header = 20 + optionOctets.Length;
        byte[] packet = random.Octets(header + payload);
        Ipv4 ip = Ipv4.Over(packet);
        ip.Begin(Protocol.Udp, 64, Address.Parse("192.0.2.1"), Address.Parse("198.51.100.7"), header);
        optionOctets.CopyTo(packet, 20);
        ip.Id = 0x4711;
        ip.TrafficClass = 0xb8;
        ip.RewriteChecksum();
        return packet;
    }

    private static List<byte[]> Break(byte[] packet, int mtu)
    {
        var pieces = new List<byte[]>();
        var fragmenter = new Fragmenter(packet, mtu);
        while (!fragmenter.IsDone)
        {
            byte[] room = [.. Enumerable.Repeat((byte)0xa5, Math.Max(mtu, Fragmenter.MinMtu))];
            pieces.Add(room[..fragmenter.Next(room)]);
        }
        return pieces;
    }

    private static void AssertPiece(byte[] piece, int offset, bool more)
    {
        Assert.True(Ipv4.TryRead(piece, out Ipv4 ip, out _));
        Assert.Equal((offset, more, piece.Length), (ip.FragmentOffset, ip.MoreFragments, ip.TotalLength));
        Assert.True(ip.ChecksumOk);
    }

    /// <summary>What a receiver does, with everything checked that RFC 791 says of a piece.</summary>
    private static void Reassemble(byte[] packet, List<byte[]> pieces, int mtu)
    {
        Assert.True(Ipv4.TryRead(packet, out Ipv4 whole, out _));
        int offset = 0;
        for (int i = 0; i < pieces.Count; i++)
        {
            bool isLast = i == pieces.Count - 1;
            Assert.True(pieces[i].Length <= mtu);
            Assert.True(Ipv4.TryRead(pieces[i], out Ipv4 piece, out _));
            Assert.True(piece.ChecksumOk && piece.TryCheckOptions(out _));
            Assert.Equal((offset, !isLast, whole.Id), (piece.FragmentOffset, piece.MoreFragments, piece.Id));
            Assert.Equal((whole.TrafficClass, whole.TimeToLive, whole.Protocol), (piece.TrafficClass, piece.TimeToLive, piece.Protocol));
            Assert.Equal((whole.Source, whole.Destination), (piece.Source, piece.Destination));
            Assert.True(isLast || piece.Payload.Length % 8 == 0);
            Assert.True(whole.Payload.Slice(offset, piece.Payload.Length).SequenceEqual(piece.Payload));
            offset += piece.Payload.Length;
        }
        Assert.Equal(whole.Payload.Length, offset);
    }
}
