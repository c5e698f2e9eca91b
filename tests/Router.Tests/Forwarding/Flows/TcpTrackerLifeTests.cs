using Router.Forwarding.Flows;
using Router.Wire;
using static Router.Wire.TcpFlags;

namespace Router.Tests.Forwarding.Flows;

/// <summary>
/// Whole connections between two simple hosts that retransmit, over a path that loses segments before and behind the tracker, with
/// an attacker who guesses. Whatever happens: a stranger's RST or SYN changes nothing, the hosts' own RST is always believed, and
/// the tracker knows where each side stands.
/// </summary>
public class TcpTrackerLifeTests
{
    private const uint Far = 1 << 27;

    private sealed class Host(uint first, uint octets, int scale, ushort window)
    {
        public readonly uint First = first;
        public readonly uint FinAt = first + 1 + octets;
        public readonly int Scale = scale;
        public readonly ushort Window = window;
        public uint Next = first, Unacked = first, Expected, PeerWindow = 1;
        public bool Heard, Scaling;

        public bool Done => Unacked == FinAt + 1;
    }

    private readonly record struct Segment(uint Seq, uint Ack, TcpFlags Flags, int Scale, int Length);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Connection_is_followed_from_syn_to_time_wait(int seed)
    {
        var dice = new Random(seed);
        Host[] hosts = [Make(dice), Make(dice)];
        foreach (Host host in hosts) host.Scaling = hosts[0].Scale >= 0 && hosts[1].Scale >= 0;
        TcpTrack track = default;
        bool simultaneous = dice.Next(5) == 0;
        int pickUpAt = dice.Next(3) == 0 ? dice.Next(50, 400) : -1, steps = 0;
        bool pickedUp = false, wasEstablished = false;
        for (; steps < 200_000 && !(hosts[0].Done && hosts[1].Done); steps++)
        {
            if (steps == pickUpAt && track.State == TcpState.Established) (track, pickedUp) = (default, true);
            int who = dice.Next(2);
            if (who == 1 && !hosts[1].Heard && !simultaneous) continue;
            Host sender = hosts[who], receiver = hosts[1 - who];
            Segment segment = Emit(sender, dice);
            if (dice.Next(20) == 0) continue;
            TcpVerdict verdict = Show(ref track, who == 0, segment, sender.Window);
            Assert.True(verdict == TcpVerdict.Pass || (segment.Flags & Syn) != 0, $"seed {seed}, step {steps}: {segment} {verdict}");
            wasEstablished |= track.State == TcpState.Established;
            if (dice.Next(20) != 0) Receive(receiver, segment, sender);
            if (track.State is TcpState.Established or TcpState.FinWait) Attack(track, hosts, dice, $"seed {seed}, step {steps}");
            if (track.State is TcpState.Established or TcpState.FinWait && !pickedUp) AssertKnows(track, hosts, $"seed {seed}, step {steps}");
        }
        Assert.True(hosts[0].Done && hosts[1].Done && wasEstablished, $"seed {seed}: the hosts did not finish, the test is blind");
        Assert.True(track.State == TcpState.TimeWait, $"seed {seed}: {track.State}");
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    private static Host Make(Random dice) => new(
        dice.Next(2) == 0 ? uint.MaxValue - (uint)dice.Next(100_000) : (uint)dice.NextInt64(uint.MaxValue),
        (uint)dice.Next(0, 3_000_000), dice.Next(3) == 0 ? -1 : dice.Next(0, 9), (ushort)dice.Next(1000, 65535));

    private static Segment Emit(Host host, Random dice)
    {
        if (dice.Next(10) == 0) host.Next = host.Unacked;       // a retransmission timer
        TcpFlags ack = host.Heard ? Ack : None;
        if (host.Next == host.First)
        {
            host.Next++;
            return new Segment(host.First, host.Expected, Syn | ack, host.Scale, 0);
        }
        uint seq = host.Next, room = host.Unacked + host.PeerWindow - seq;
        uint length = (int)room <= 0 || host.Unacked == host.First ? 0 : Math.Min(Math.Min(room, host.FinAt - seq), (uint)dice.Next(1, 60_000));
        if ((int)(seq - host.FinAt) > 0) length = 0;
        host.Next += length;
        bool fin = host.Next == host.FinAt && host.Unacked != host.First && (int)room > (int)length;
        if (fin) host.Next++;
        return new Segment(seq, host.Expected, fin ? ack | Fin : ack, -1, (int)length);
    }

    private static void Receive(Host host, Segment segment, Host sender)
    {
        if ((segment.Flags & Syn) != 0 && !host.Heard) (host.Heard, host.Expected) = (true, segment.Seq + 1);
        uint end = segment.Seq + (uint)segment.Length + ((segment.Flags & (Fin | Syn)) != 0 ? 1u : 0);
        if (!host.Heard) return;
        if ((int)(segment.Seq - host.Expected) <= 0 && (int)(end - host.Expected) > 0) host.Expected = end;
        if ((segment.Flags & Ack) == 0 || (int)(segment.Ack - host.Unacked) < 0) return;
        host.Unacked = segment.Ack;
        if ((int)(host.Next - host.Unacked) < 0) host.Next = host.Unacked;
        host.PeerWindow = (segment.Flags & Syn) == 0 && sender.Scaling ? (uint)sender.Window << sender.Scale : sender.Window;
    }

    private static void Attack(TcpTrack track, Host[] hosts, Random dice, string where)
    {
        for (int who = 0; who < 2; who++)
        {
            TcpTrack copy = track;
            uint guess = hosts[1 - who].Expected + Far + (uint)dice.NextInt64(uint.MaxValue - 2 * Far);
            Assert.Equal(TcpVerdict.PassUnchecked, TcpTracker.Segment(ref copy, who == 0, guess, 0, Rst, 0, -1, 0));
            Assert.Equal(TcpVerdict.PassUnchecked, TcpTracker.Segment(ref copy, who == 0, guess, 0, Syn, 1000, 7, 0));
            Assert.True(copy.Equals(track), where);

            uint exact = hosts[1 - who].Expected;
            Assert.True(TcpTracker.Segment(ref copy, who == 0, exact, 0, Rst, 0, -1, 0) == TcpVerdict.Pass, where);
            Assert.True(copy.State == TcpState.Reset, where);
            TcpTracker.Segment(ref copy, who == 0, exact, hosts[who].Expected, Ack, 1000, -1, 0);
            Assert.True(copy.State == track.State, $"{where}: {copy.State} instead of {track.State}");
        }
    }

    private static void AssertKnows(TcpTrack track, Host[] hosts, string where)
    {
        for (int who = 0; who < 2; who++)
        {
            Assert.True(TcpTracker.ResetSequence(track, who == 0, out uint seq, out _), where);
            uint sent = who == 0 ? track.Outside.End : track.Inside.End;
            Assert.True(hosts[who].Expected - seq <= sent - seq, $"{where}: host {who} expects {hosts[who].Expected}, we {seq}");
        }
    }

    private static TcpVerdict Show(ref TcpTrack track, bool inside, Segment segment, ushort window) =>
        TcpTracker.Segment(ref track, inside, segment.Seq, segment.Ack, segment.Flags, window, segment.Scale, segment.Length);
}
