using System.Runtime.CompilerServices;
using Router.Forwarding.Flows;
using Router.Forwarding.Rules;
using Router.Tables;
using Router.Wire;
using static Router.Wire.TcpFlags;

namespace Router.Tests.Forwarding.Flows;

/// <summary>The table of states, row by row. The inside starts at 1000, the outside at 9000; T-numbers are those of RFC 5382's list.</summary>
public class TcpTrackerTests
{
    private TcpTrack _track;

    [Fact]
    public void Fits_into_a_flow()
    {
        Assert.Equal(31, Unsafe.SizeOf<TcpTrack>());
        Assert.Equal(3 * 64, Unsafe.SizeOf<Flow>() + EntryHeader.Octets);
        Assert.False(RuntimeHelpers.IsReferenceOrContainsReferences<TcpTrack>());
    }

    [Fact]
    public void Three_way_opening()
    {
        In(1000, 0, Syn, scale: 7);
        Assert.Equal(TcpState.SynSent, _track.State);
        Out(9000, 1001, Syn | Ack, scale: 7);
        Assert.Equal(TcpState.SynReceived, _track.State);
        In(1001, 9001, Ack);
        Assert.Equal(TcpState.Established, _track.State);
    }

    [Fact]
    public void T2_simultaneous_open()
    {
        In(1000, 0, Syn);
        Out(9000, 0, Syn);
        Assert.Equal(TcpState.SynReceived, _track.State);
        In(1000, 9001, Syn | Ack);
        Assert.Equal(TcpState.SynReceived, _track.State);
        Out(9000, 1001, Syn | Ack);
        Assert.Equal(TcpState.Established, _track.State);
    }

    [Fact]
    public void Data_in_a_syn_need_not_be_taken()
    {
        In(1000, 0, Syn, length: 500);
        Out(9000, 1001, Syn | Ack);
        Out(9001, 1001, Ack, length: 30_000);
        In(1001, 9001, Ack, length: 500);
        Assert.Equal(TcpState.Established, _track.State);
    }

    [Fact]
    public void Opener_may_try_again_with_a_new_number()
    {
        In(1000, 0, Syn);
        Assert.Equal(TcpVerdict.Pass, In(777_000, 0, Syn));
        Assert.Equal(TcpVerdict.PassUnchecked, Out(9000, 1001, Syn | Ack));
        Assert.Equal(TcpState.SynSent, _track.State);
        Out(9000, 777_001, Syn | Ack);
        In(777_001, 9001, Ack);
        Assert.Equal(TcpState.Established, _track.State);
    }

    [Fact]
    public void Challenge_of_an_old_connection_is_not_an_answer_to_the_syn()
    {
        In(1_000_000, 0, Syn);
        Out(5000, 400_000, Ack);
        Assert.Equal(TcpState.SynSent, _track.State);
        Assert.Equal(TcpVerdict.PassUnchecked, In(400_000, 0, Rst));
        Out(9000, 1_000_001, Syn | Ack);
        In(1_000_001, 9001, Ack);
        Assert.Equal(TcpState.Established, _track.State);
    }

    [Fact]
    public void Refused_connection_is_reset_only_by_an_answer_to_its_syn()
    {
        In(1000, 0, Syn);
        Assert.Equal(TcpVerdict.PassUnchecked, Out(0, 500_000, Rst | Ack));
        Assert.Equal(TcpVerdict.PassUnchecked, Out(1001, 0, Rst));
        Assert.Equal(TcpState.SynSent, _track.State);
        Assert.Equal(TcpVerdict.Pass, Out(0, 1001, Rst | Ack));
        Assert.Equal(TcpState.Reset, _track.State);
        Assert.Equal(TcpVerdict.PassReopened, In(2000, 0, Syn));
        Assert.Equal(TcpState.SynSent, _track.State);
    }

    [Theory]
    [InlineData(9001u, true)]                   // what the inside expects next
    [InlineData(9000u, false)]                  // one before
    [InlineData(9001u + 65535 * 128, true)]     // the last of the window, which is scaled by 7
    [InlineData(9002u + 65535 * 128, false)]
    [InlineData(9001u + 0x80000000, false)]
    public void T5_reset_counts_in_the_window_only(uint seq, bool counts)
    {
        Establish();
        Assert.Equal(counts ? TcpVerdict.Pass : TcpVerdict.PassUnchecked, Out(seq, 0, Rst));
        Assert.Equal(counts ? TcpState.Reset : TcpState.Established, _track.State);
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void T5_blind_syn_changes_nothing(bool fromInside)
    {
        Establish();
        TcpTrack before = _track;
        Assert.Equal(TcpVerdict.PassUnchecked, Put(fromInside, 0x1234_5678, 0, Syn, 0, 7));
        Assert.Equal(TcpVerdict.PassUnchecked, Put(fromInside, 0x1234_5678, 77, Syn | Ack, 0, 7));
        Assert.Equal(before, _track);
    }

    [Fact]
    public void T5_connection_lives_on_if_the_sender_of_the_reset_does()
    {
        Establish();
        Out(50_000, 0, Rst);
        In(1001, 9001, Ack, length: 100);
        Assert.Equal(TcpState.Reset, _track.State);     // on its way before the reset arrived
        Out(9001, 1101, Ack);
        Assert.Equal(TcpState.Established, _track.State);
    }

    [Fact]
    public void Host_that_lost_its_memory_opens_anew_by_way_of_the_challenge()
    {
        Establish();
        Assert.Equal(TcpVerdict.PassUnchecked, In(500_000, 0, Syn));
        Out(9001, 1001, Ack);
        Assert.Equal(TcpVerdict.Pass, In(1001, 0, Rst));
        Assert.Equal(TcpVerdict.PassReopened, In(500_000, 0, Syn));
        Out(70_000, 500_001, Syn | Ack);
        In(500_001, 70_001, Ack);
        Assert.Equal(TcpState.Established, _track.State);
    }

    [Fact]
    public void T8_half_closed_connection_lives_as_an_established_one()
    {
        Establish();
        In(1001, 9001, Fin | Ack);
        Assert.Equal(TcpState.FinWait, _track.State);
        Out(9001, 1002, Ack, length: 60_000);
        Assert.Equal(TcpState.FinWait, _track.State);
        Assert.Equal(new FlowTimeouts().TcpEstablished, TcpTracker.Timeout(_track.State, new FlowTimeouts()));
        Out(69_001, 1002, Fin | Ack);
        Assert.Equal(TcpState.TimeWait, _track.State);
        In(1002, 69_002, Ack);
        Assert.Equal(TcpState.TimeWait, _track.State);
    }

    [Fact]
    public void Fin_out_of_the_window_closes_nothing()
    {
        Establish();
        Out(0x4000_0000, 1001, Fin | Ack);
        Assert.Equal(TcpState.Established, _track.State);
    }

    [Theory]
    [InlineData(true, 5000u, true)]
    [InlineData(true, 1002u, false)]        // not beyond the old FIN
    [InlineData(true, 500u, false)]
    [InlineData(false, 50_000u, false)]     // not who opened
    public void T10_port_is_reused_after_time_wait_with_a_higher_sequence(bool fromInside, uint seq, bool anew)
    {
        Establish();
        In(1001, 9001, Fin | Ack);
        Out(9001, 1002, Fin | Ack);
        In(1002, 9002, Ack);
        Assert.Equal(anew ? TcpVerdict.PassReopened : TcpVerdict.PassUnchecked, Put(fromInside, seq, 0, Syn, 0, -1));
        Assert.Equal(anew ? TcpState.SynSent : TcpState.TimeWait, _track.State);
    }

    [Fact]
    public void Reset_does_not_shorten_or_lengthen_time_wait()
    {
        Establish();
        In(1001, 9001, Fin | Ack);
        Out(9001, 1002, Fin | Ack);
        In(1002, 9002, Rst | Ack);
        Assert.Equal(TcpState.TimeWait, _track.State);
    }

    [Fact]
    public void T11_connection_picked_up_in_the_middle_is_established_when_both_sides_have_spoken()
    {
        In(1_000_000, 9_000_000, Ack, length: 1448);
        Assert.Equal(TcpState.SynSent, _track.State);
        Out(9_000_000, 1_001_448, Ack, length: 3_000_000);
        Assert.Equal(TcpState.Established, _track.State);
        Out(20_000_000, 1_001_448, Ack, length: 1448);      // far beyond an unscaled window, yet well within a scaled one
        Assert.Equal(20_001_448u, _track.Outside.End);
        Assert.Equal(TcpVerdict.PassUnchecked, Out(300_000_000, 0, Rst));
        Assert.Equal(TcpVerdict.Pass, Out(20_001_448, 0, Rst));
    }

    [Fact]
    public void Reset_alone_begins_nothing()
    {
        Assert.Equal(TcpVerdict.PassUnchecked, Out(1, 2, Rst | Ack));
        Assert.Equal(default, _track);
    }

    [Fact]
    public void Own_reset_is_what_the_side_expects_next()
    {
        Assert.False(TcpTracker.ResetSequence(_track, toInside: true, out _, out _));
        In(1000, 0, Syn);
        Assert.True(TcpTracker.ResetSequence(_track, toInside: true, out uint seq, out uint ack));
        Assert.Equal((0u, 1001u), (seq, ack));
        Assert.False(TcpTracker.ResetSequence(_track, toInside: false, out _, out _));
        Out(9000, 1001, Syn | Ack);
        In(1001, 9001, Ack, length: 10);
        Assert.True(TcpTracker.ResetSequence(_track, toInside: true, out seq, out ack));
        Assert.Equal((9001u, 1011u), (seq, ack));
        Assert.True(TcpTracker.ResetSequence(_track, toInside: false, out seq, out ack));
        Assert.Equal((1001u, 9001u), (seq, ack));
    }

    [Fact]
    public void Scale_counts_only_if_both_offer_it()
    {
        In(1000, 0, Syn, scale: 7);
        Out(9000, 1001, Syn | Ack);
        In(1001, 9001, Ack);
        Assert.Equal(TcpVerdict.PassUnchecked, Out(9001 + 65536, 0, Rst));
        Assert.Equal(TcpVerdict.Pass, Out(9001 + 65535, 0, Rst));
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        Establish();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (uint i = 0; i < 1000; i++) Out(9001 + i * 1000, 1001, Ack, length: 1000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private void Establish()
    {
        In(1000, 0, Syn, scale: 7);
        Out(9000, 1001, Syn | Ack, scale: 7);
        In(1001, 9001, Ack);
    }

    [Fact]
    public void Large_segment_that_does_not_arrive_is_told_once_where_it_stands()
    {
        Establish();
        Assert.Equal(TcpVerdict.Pass, In(1001, 9001, Ack, 1400));
        for (int i = 1; i < TcpTracker.Stuck; i++) Assert.Equal(TcpVerdict.Pass, In(1001, 9001, Ack, 1400));
        Assert.Equal(TcpVerdict.PassStuck, In(1001, 9001, Ack, 1400));
        Assert.Equal(TcpVerdict.Pass, In(1001, 9001, Ack, 1400));
        Out(9001, 2401, Ack);
        In(2401, 9001, Ack, 1400);
        for (int i = 1; i < TcpTracker.Stuck; i++) Assert.Equal(TcpVerdict.Pass, In(2401, 9001, Ack, 1400));
        Assert.Equal(TcpVerdict.PassStuck, In(2401, 9001, Ack, 1400));
    }

    [Fact]
    public void Neither_small_segments_nor_those_further_on_make_a_sender_stuck()
    {
        Establish();
        In(1001, 9001, Ack, 1400);
        In(2401, 9001, Ack, 1400);
        for (int i = 0; i < 2 * TcpTracker.Stuck; i++)
        {
            Assert.Equal(TcpVerdict.Pass, In(1001, 9001, Ack, 500));
            Assert.Equal(TcpVerdict.Pass, In(2401, 9001, Ack, 1400));
        }
    }

    private TcpVerdict In(uint seq, uint ack, TcpFlags flags, int length = 0, int scale = -1) => Put(true, seq, ack, flags, length, scale);

    private TcpVerdict Out(uint seq, uint ack, TcpFlags flags, int length = 0, int scale = -1) => Put(false, seq, ack, flags, length, scale);

    private TcpVerdict Put(bool inside, uint seq, uint ack, TcpFlags flags, int length, int scale) =>
        TcpTracker.Segment(ref _track, inside, seq, ack, flags, 65535, scale, length);
}
