using Router.Ports;

namespace Router.Tests.Ports;

public unsafe class FramingTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(14)]
    public void AnOffloadSurvivesTheHeaderAndBack(int link)
    {
        Offload offload = new() { Flags = 1, Segmentation = 0x81, HeaderLength = 54, SegmentSize = 1448, ChecksumStart = 20, ChecksumOffset = 16 };
        byte* header = stackalloc byte[VirtioFraming.Size];
        VirtioFraming.Write(header, link, offload);
        Assert.Equal(new byte[] { 1, 0x81, (byte)(54 + link), 0, 0xa8, 5, (byte)(20 + link), 0, 16, 0 }, new Span<byte>(header, 10).ToArray());
        VirtioFraming.Read(header, link, out Offload back);
        Assert.Equal(offload, back);
    }

    [Fact]
    public void AnOrdinaryPacketHasAnEmptyHeader()
    {
        byte* header = stackalloc byte[VirtioFraming.Size];
        new Span<byte>(header, VirtioFraming.Size).Fill(0xee);
        VirtioFraming.Write(header, 14, new Offload { Flags = 2, ChecksumStart = 7 });
        Assert.Equal(new byte[10], new Span<byte>(header, 10).ToArray());
        VirtioFraming.Read(header, 14, out Offload back);
        Assert.Equal(default, back);
    }

    [Fact]
    public void TheEthernetHeaderStandsRightInFront()
    {
        byte[] frame = new byte[16];
        frame[0] = 0xee;
        fixed (byte* start = frame)
        {
            start[15] = 0x45;
            LinkFraming.Write(start + 15, 0x02_00_00_00_00_01, 0x0a_0b_0c_0d_0e_0f);
            Assert.Equal(Convert.FromHexString("EE" + "020000000001" + "0A0B0C0D0E0F" + "0800" + "45"), frame);
            start[15] = 0x60;
            LinkFraming.Write(start + 15, 0xffff_ffff_ffff, 0);
            Assert.Equal(Convert.FromHexString("EE" + "FFFFFFFFFFFF" + "000000000000" + "86DD" + "60"), frame);
        }
    }

    [Fact]
    public void PaddingIsCutToTheLengthThatTheHeaderSays()
    {
        Assert.Equal(29, Trimmed(Packets.V4([1]), padding: 17));
        Assert.Equal(42, Trimmed(Packets.V6([1, 2]), padding: 4));
        Assert.Equal(40, Trimmed(Packets.V6([]), padding: 6));
        Assert.Equal(29, Trimmed(Packets.V4([1]), padding: 0));
    }

    [Fact]
    public void ALengthThatContradictsThePacketIsLeftToTheParser()
    {
        byte[] longer = Packets.V4([1]);
        longer[2] = 1;
        Assert.Equal(29, Trimmed(longer, padding: 0));
        byte[] none = Packets.V4([1]);
        none[3] = 19;
        Assert.Equal(46, Trimmed(none, padding: 17));
        byte[] jumbo = Packets.V6(new byte[8]);
        (jumbo[4], jumbo[5], jumbo[6]) = (0, 0, 0);
        Assert.Equal(48, Trimmed(jumbo, padding: 0));
        Assert.Equal(30, Trimmed(Packets.V6([])[..30], padding: 0));
        Assert.Equal(46, Trimmed(new byte[46], padding: 0));
        Assert.Equal(3, Trimmed([0x45, 0, 0], padding: 0));
        Assert.Equal(0, Trimmed([], padding: 0));
    }

    private static int Trimmed(byte[] packet, int padding)
    {
        byte[] padded = [.. packet, .. new byte[padding], 0];
        fixed (byte* ip = padded) return LinkFraming.Trim(ip, packet.Length + padding);
    }
}
