using Router.Wire;

namespace Router.Tests.Wire;

public class EthernetTests
{
    [Fact]
    public void Fields_of_a_frame()
    {
        Assert.True(Ethernet.TryRead(Frames.Arp(), out Ethernet frame, out WireError error));
        Assert.Equal(WireError.None, error);
        Assert.Equal(Ethernet.Broadcast, frame.Destination);
        Assert.Equal(0x0200_0000_0001ul, frame.Source);
        Assert.Equal(EtherType.Arp, frame.EtherType);
        Assert.Equal(Arp.HeaderLength, frame.Payload.Length);
    }

    [Fact]
    public void Fields_of_an_ARP_request()
    {
        Assert.True(Arp.TryRead(Frames.Arp().AsSpan(Ethernet.HeaderLength), out Arp arp, out _));
        Assert.Equal(Arp.Request, arp.Operation);
        Assert.Equal(0x0200_0000_0001ul, arp.SenderMac);
        Assert.Equal("192.0.2.1", arp.Sender.ToString());
        Assert.Equal(0ul, arp.TargetMac);
        Assert.Equal("192.0.2.254", arp.Target.ToString());
    }

    [Fact]
    public void What_is_written_is_what_was_read()
    {
        byte[] built = [.. Enumerable.Repeat((byte)0xa5, 42)];
        Ethernet frame = Ethernet.Over(built);
        frame.Destination = Ethernet.Broadcast;
        frame.Source = 0x0200_0000_0001;
        frame.EtherType = EtherType.Arp;
        Arp arp = Arp.Over(frame.Payload);
        arp.Operation = Arp.Request;
        arp.SenderMac = 0x0200_0000_0001;
        arp.Sender = Address.Parse("192.0.2.1");
        arp.TargetMac = 0;
        arp.Target = Address.Parse("192.0.2.254");
        Assert.Equal(Frames.Arp(), built);
    }

    [Fact]
    public void Short_frames_are_truncated()
    {
        byte[] octets = Frames.Arp();
        for (int length = 0; length < Ethernet.HeaderLength; length++)
        {
            Assert.False(Ethernet.TryRead(octets.AsSpan(0, length), out _, out WireError error));
            Assert.Equal(WireError.Truncated, error);
        }
        for (int length = 0; length < Arp.HeaderLength; length++)
        {
            Assert.False(Arp.TryRead(octets.AsSpan(Ethernet.HeaderLength, length), out _, out WireError error));
            Assert.Equal(WireError.Truncated, error);
        }
    }

    [Theory]
    [InlineData(1)] // hardware space
    [InlineData(2)] // protocol space
    [InlineData(4)] // hardware length
    [InlineData(5)] // protocol length
    public void ARP_of_another_kind_is_refused(int octet)
    {
        byte[] octets = Frames.Arp()[Ethernet.HeaderLength..];
        octets[octet] ^= 0x10;
        Assert.False(Arp.TryRead(octets, out _, out WireError error));
        Assert.Equal(WireError.BadFormat, error);
    }
}
