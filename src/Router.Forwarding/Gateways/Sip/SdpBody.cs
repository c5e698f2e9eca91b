using Router.Wire;

namespace Router.Forwarding.Gateways.Sip;

/// <summary>
/// A description of media (SDP, RFC 4566) on its way past us. Lines are read in order; those of one medium are looked at together, as its
/// own c= and a=rtcp: stand behind the port that they belong to.
///
///   o=alice 1 1 IN IP4 192.0.2.7        the speaker's address, in a name only
///   c=IN IP4 192.0.2.7                  where media is taken; for all of it, or again below an m= line for that medium alone
///   m=audio 49170 RTP/AVP 0             RTP on this port, RTCP on the next (RFC 3550 11)
///   a=rtcp:49172 IN IP4 192.0.2.7       or on this one (RFC 3605)
///
/// An address that is the speaker's becomes the one that he is seen by, and each port the one that leads to it; where RTCP does not come to
/// be next to RTP, a line a=rtcp: is added, which is what it was made for. Port 0 refuses a medium and 0.0.0.0 holds it (RFC 3264 6,
/// 8.4): nothing is opened. Media over TCP, ranges of ports and multicast stay as they are, and so does a whole
/// description with candidates (ICE, RFC 8445): its ends find the way by themselves, and a changed one would make them give up.
/// </summary>
internal sealed class SdpBody(SipWays ways)
{
    /// <summary>Lines m= that are looked at; a call has one, two with video.</summary>
    public const int MostMedia = 8;

    private readonly byte[] _name = new byte[SipText.MostHost + 16];
    private int _media;

    /// <summary>The port for RTCP that is still to be said of the medium that is being written; 0 for none.</summary>
    private ushort _owed;

    /// <summary>Writes a description into a draft, and opens the ways that it announces.</summary>
    /// <param name="text">What it stands in.</param>
    /// <param name="at">Where it begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="draft">Takes the changes.</param>
    public void Rewrite(ReadOnlySpan<byte> text, int at, int end, SipDraft draft)
    {
        text = text[..end];
        (_media, _owed) = (0, 0);
        if (text[at..].IndexOf("\na=ice-ufrag:"u8) >= 0) return;
        Address session = default, host = default;
        for (int next; at < end; at = next)
        {
            ReadOnlySpan<byte> line = LineAt(text, at, out next);
            if (line.StartsWith("m="u8))
            {
                Settle(text, at, draft);
                if (_media == MostMedia) return;
                host = MediaHost(text, next, session);
                TurnMedia(text, at, next, line, host, draft);
                _media++;
            }
            else if (line.StartsWith("c="u8) || line.StartsWith("o="u8))
            {
                if (line[0] == (byte)'c' && _media == 0) TryReadConnection(line, out session);
                TurnAddress(text, at, line, draft);
            }
            else if (line.StartsWith("a=rtcp:"u8) && _media > 0)
            {
                TurnRtcp(text, at, line, host, draft);
            }
        }
        Settle(text, end, draft);
    }

    // The port of a medium, and the way for it; RTCP has its own unless a line says where.
    private void TurnMedia(ReadOnlySpan<byte> text, int at, int next, ReadOnlySpan<byte> line, Address host, SipDraft draft)
    {
        int port = line.IndexOf((byte)' ') + 1;
        if (port == 0 || host.IsUnspecified || !SipText.TryReadPort(line[port..], out ushort rtp, out int digits) || rtp == 0) return;
        ReadOnlySpan<byte> rest = line[(port + digits)..];
        bool isRtp = SipText.Begins(rest, " RTP/"u8) || SipText.Begins(rest, " UDP/TLS/RTP/"u8);
        if (!isRtp && !SipText.Begins(rest, " UDP"u8)) return;
        byte channel = (byte)(_media * 2);
        bool isPair = isRtp && !HasOwnRtcp(text, next) && rtp < ushort.MaxValue;
        if (isPair) ways.PreparePair(host, rtp);
        if (!ways.TryOpenMedia(host, rtp, channel, out ushort shown)) return;
        if (shown != rtp) draft.Replace(text, at + port, digits, _name.AsSpan(0, SipText.WriteNumber(_name, shown)));
        if (!isPair) return;
        if (ways.TryOpenMedia(host, (ushort)(rtp + 1), (byte)(channel + 1), out ushort control) && control != shown + 1) _owed = control;
    }

    private void TurnRtcp(ReadOnlySpan<byte> text, int at, ReadOnlySpan<byte> line, Address host, SipDraft draft)
    {
        if (!SipText.TryReadPort(line[7..], out ushort port, out int digits) || port == 0) return;
        int word = 7 + digits, address = line[word..].LastIndexOf((byte)' ') + 1;
        if (address > 0 && SipText.TryReadBareHost(line[(word + address)..], out Address named)) host = named;
        if (host.IsUnspecified) return;
        if (ways.TryOpenMedia(host, port, (byte)(_media * 2 - 1), out ushort shown) && shown != port) draft.Replace(text, at + 7, digits, _name.AsSpan(0, SipText.WriteNumber(_name, shown)));
        if (address > 0) TurnAddress(text, at, line, draft);
    }

    // The last word of a line, if it is the speaker's address.
    private void TurnAddress(ReadOnlySpan<byte> text, int at, ReadOnlySpan<byte> line, SipDraft draft)
    {
        int word = line.LastIndexOf((byte)' ') + 1;
        ref readonly SipEnds ends = ref ways.Ends;
        if (!ends.IsShifted || word == 0 || !SipText.TryReadBareHost(line[word..], out Address host) || host != ends.Own) return;
        draft.Replace(text, at + word, line.Length - word, _name.AsSpan(0, SipText.WriteHost(_name, ends.Shown, inBrackets: false)));
    }

    private void Settle(ReadOnlySpan<byte> text, int at, SipDraft draft)
    {
        if (_owed == 0) return;
        // A last line that nobody has ended cannot be followed by another.
        bool isEnded = text[at - 1] == (byte)'\n';
        int length = 0;
        if (!isEnded) "\r\n"u8.CopyTo(_name.AsSpan(0, length = 2));
        "a=rtcp:"u8.CopyTo(_name.AsSpan(length));
        length += 7;
        length += SipText.WriteNumber(_name.AsSpan(length), _owed);
        "\r\n"u8.CopyTo(_name.AsSpan(length));
        draft.Replace(text, at, 0, _name.AsSpan(0, length + 2));
        _owed = 0;
    }

    // Where a medium is taken: as its own c= says, else as that of the session does.
    private static Address MediaHost(ReadOnlySpan<byte> text, int at, Address session)
    {
        while (at < text.Length)
        {
            ReadOnlySpan<byte> line = LineAt(text, at, out at);
            if (line.StartsWith("m="u8)) return session;
            if (line.StartsWith("c="u8)) return TryReadConnection(line, out Address own) ? own : default;
        }
        return session;
    }

    private static bool HasOwnRtcp(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length)
        {
            ReadOnlySpan<byte> line = LineAt(text, at, out at);
            if (line.StartsWith("m="u8)) return false;
            if (line.StartsWith("a=rtcp:"u8)) return true;
        }
        return false;
    }

    private static bool TryReadConnection(ReadOnlySpan<byte> line, out Address host)
    {
        host = default;
        return (line.StartsWith("c=IN IP4 "u8) || line.StartsWith("c=IN IP6 "u8)) && SipText.TryReadBareHost(line[9..], out host);
    }

    // A line without its end, which is CR LF, or LF alone (RFC 4566 5).
    private static ReadOnlySpan<byte> LineAt(ReadOnlySpan<byte> text, int at, out int next)
    {
        int end = text[at..].IndexOf((byte)'\n');
        next = end < 0 ? text.Length : at + end + 1;
        ReadOnlySpan<byte> line = text[at..(end < 0 ? text.Length : at + end)];
        return line.Length > 0 && line[^1] == (byte)'\r' ? line[..^1] : line;
    }
}
