using Router.Forwarding.Flows;
using Router.Wire;
using Router.Wire.Quic;
using Router.Wire.Web;

namespace Router.Forwarding.Web;

/// <summary>
/// A client's first datagrams of QUIC. The hello lies in the CRYPTO frames of its Initial packets, cut and shuffled over one to three of
/// them, several in a datagram or one in each, with others in between. They are protected by keys that follow from the first one's
/// destination id, also for later ones that carry the id that the server has chosen; behind a Retry from the new id (RFC 9001 5.2).
///
/// Datagrams pass until the hello is whole. What a client says in a version that nobody speaks (RFC 9000 15), or in one that the server
/// may not speak, passes too, since the server answers it with the versions that it has and the client begins anew; as long as the policy
/// lets what is unreadable. 0-RTT data passes with it: the server cannot open it without the hello.
///
/// Opening a packet takes some ten microseconds and a little memory, once or twice in the life of a flow. [F]
/// </summary>
internal sealed class QuicGate(WebHeads heads, WebJudge judge, WebDenial denial)
{
    /// <summary>Datagrams without a whole hello until a flow counts as unreadable.</summary>
    private const ulong MostDatagrams = 12;

    private readonly byte[] _room = new byte[4096];

    /// <summary>Reads a datagram of the client's.</summary>
    /// <returns>None, and it goes on.</returns>
    public DropReason Pass(Plan plan, Span<byte> octets, in Datagram packet, FlowId id, ref Flow flow, ref WebTrack track, long now)
    {
        track.Scheme = WebScheme.Quic;
        Udp udp = Udp.Over(octets[packet.Transport..packet.Length]);
        ReadOnlySpan<byte> rest = udp.Octets[Udp.HeaderLength..];
        if (track.Phase == WebPhase.Denied)
        {
            return QuicLongHeader.TryRead(rest, out QuicLongHeader again) && IsInitial(again)
                ? denial.Refuse(plan, packet, flow, ref track, again, again.DestinationId, now) : DropReason.WebRule;
        }
        if (++track.Left > MostDatagrams || !QuicLongHeader.IsLong(rest)) return Unreadable(plan, flow, ref track, now);
        while (QuicLongHeader.IsLong(rest))
        {
            if (!QuicLongHeader.TryRead(rest, out QuicLongHeader header)) return Unreadable(plan, flow, ref track, now);
            if (header.Kind is QuicPacketKind.OfUnknownVersion or QuicPacketKind.VersionNegotiation)
            {
                bool mayPass = QuicVersion.IsGrease(header.Version) || !plan.Policy.Web.DeniesUnreadable;
                return mayPass ? DropReason.None : Unreadable(plan, flow, ref track, now);
            }
            if (header.Kind == QuicPacketKind.Initial)
            {
                WebReading reading = ReadInitial(header, id, ref track, out ClientHello hello);
                if (reading == WebReading.Unreadable) return Unreadable(plan, flow, ref track, now);
                if (reading == WebReading.Whole) return Act(plan, packet, flow, ref track, header, heads.Of(id, track)!, judge.JudgeHello(plan, flow, ref track, hello, WebScheme.Quic, now), now);
            }
            rest = rest[header.Length..];
        }
        return DropReason.None;
    }

    private static bool IsInitial(in QuicLongHeader header) => header.Kind == QuicPacketKind.Initial;

    private WebReading ReadInitial(in QuicLongHeader header, FlowId id, ref WebTrack track, out ClientHello hello)
    {
        hello = default;
        WebHeads.Place? place = heads.Of(id, track);
        if (track.Head >= 0 && place is null) return WebReading.Unreadable;
        place ??= heads.Take(id, ref track);
        if (!TryOpen(header, place, out ReadOnlySpan<byte> payload)) return WebReading.Incomplete;
        var crypto = new QuicCrypto(payload);
        while (crypto.MoveNext())
        {
            if (crypto.Offset > StreamHead.Capacity || place.Stream.Put((int)crypto.Offset, crypto.Data) != PieceFit.Fits) return WebReading.Unreadable;
        }
        if (crypto.IsBroken) return WebReading.Unreadable;
        return place.Stream.Octets.IsEmpty ? WebReading.Incomplete : ClientHello.Read(place.Stream.Octets, out hello);
    }

    // With the keys of the connection that we know; else as the first packet of another, or of the same one behind a Retry. What opens by
    // neither was damaged on the way, or is not for the server either.
    private bool TryOpen(in QuicLongHeader header, WebHeads.Place place, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (place.Keys is not null && place.Version == header.Version && place.Keys.TryOpen(header, _room, out payload)) return true;
        bool isTried = place.Keys is not null && place.Version == header.Version && header.DestinationId.SequenceEqual(place.ConnectionId.AsSpan(0, place.ConnectionIdLength));
        if (isTried) return false;
        var keys = new InitialKeys(header.Version, header.DestinationId, ofServer: false);
        if (!keys.TryOpen(header, _room, out payload))
        {
            keys.Dispose();
            return false;
        }
        place.Keys?.Dispose();
        (place.Keys, place.Version, place.ConnectionIdLength) = (keys, header.Version, header.DestinationId.Length);
        header.DestinationId.CopyTo(place.ConnectionId);
        place.Stream.Clear();
        return true;
    }

    private DropReason Act(Plan plan, in Datagram packet, in Flow flow, ref WebTrack track, in QuicLongHeader header, WebHeads.Place place, WebAction action, long now)
    {
        switch (action)
        {
            case WebAction.Allow:
                track.Phase = WebPhase.None;
                return DropReason.None;
            case WebAction.Drop:
                return WebDenial.Silence(ref track);
            default:
                return denial.Refuse(plan, packet, flow, ref track, header, place.ConnectionId.AsSpan(0, place.ConnectionIdLength), now);
        }
    }

    private DropReason Unreadable(Plan plan, in Flow flow, ref WebTrack track, long now)
    {
        switch (judge.JudgeUnreadable(plan, flow, ref track, now))
        {
            case WebAction.Allow:
                track.Phase = WebPhase.None;
                return DropReason.None;
            case WebAction.Drop:
                return WebDenial.Silence(ref track);
            default:
                return denial.End(plan, flow, ref track);
        }
    }
}
