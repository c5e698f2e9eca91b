using Router.Forwarding.Flows;
using Router.Wire.Quic;
using Router.Wire.Web;

namespace Router.Forwarding.Web;

/// <summary>
/// Room for heads and hellos that come in more than one packet, until they are whole: <see cref="Most"/> of them, made when they are
/// first needed. When all are in use the one that was begun first is taken away from its flow, whose head counts as unreadable then:
/// clients that begin requests and never end them take room from each other, and from nobody for long. [F]
/// </summary>
internal sealed class WebHeads : IDisposable
{
    public const int Most = 512;

    private readonly Place?[] _places = new Place?[Most];
    private long _begun;

    /// <summary>Heads that were taken away before they were whole.</summary>
    public long Evicted { get; private set; }

    /// <summary>Heads that are being put together now.</summary>
    public int Count { get; private set; }

    internal sealed class Place
    {
        public readonly StreamHead Stream = new();
        public readonly byte[] ConnectionId = new byte[QuicLongHeader.MostIdOctets];
        public int ConnectionIdLength;
        public uint Version;

        /// <summary>QUIC: what opens the client's packets.</summary>
        public InitialKeys? Keys;
        internal FlowId Owner = FlowId.None;
        internal long Begun;
    }

    /// <summary>The room of a flow; null if it has none, or has none any more.</summary>
    public Place? Of(FlowId id, in WebTrack track) => track.Head >= 0 && _places[track.Head] is { } place && place.Owner == id ? place : null;

    /// <summary>Gives a flow room.</summary>
    public Place Take(FlowId id, ref WebTrack track)
    {
        int chosen = 0;
        for (int i = 0; i < Most; i++)
        {
            Place? place = _places[i];
            if (place is null || !place.Owner.Exists)
            {
                chosen = i;
                break;
            }
            if (place.Begun < _places[chosen]!.Begun) chosen = i;
        }
        Place taken = _places[chosen] ??= new Place();
        if (taken.Owner.Exists) Evicted++;
        else Count++;
        taken.Stream.Clear();
        taken.Keys?.Dispose();
        (taken.Owner, taken.Begun, taken.Keys, taken.ConnectionIdLength) = (id, ++_begun, null, 0);
        track.Head = (short)chosen;
        return taken;
    }

    /// <summary>Gives room back, if the flow has any.</summary>
    public void Give(FlowId id, ref WebTrack track)
    {
        if (Of(id, track) is { } place)
        {
            place.Owner = FlowId.None;
            place.Keys?.Dispose();
            place.Keys = null;
            Count--;
        }
        track.Head = -1;
    }

    public void Dispose()
    {
        foreach (Place? place in _places) place?.Keys?.Dispose();
    }
}
