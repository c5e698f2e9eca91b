using System.Buffers;
using Router.Wire;

namespace Router.Forwarding.Gateways.Sip;

/// <summary>
/// Start line and headers of a message, given the names that the listener knows: where the speaker's own address stands, the one that
/// he is seen by; where the address stands by which he sees the listener, the listener's own. Both directions of a dialog
/// are so turned alike, and each side gets back what it has written itself (RFC 3261 8.1.3.3 and 8.2.6.2: Via, From and To of a
/// response are those of the request).
///
///   sip:alice@192.0.2.7:5060;transport=tcp        URIs, in brackets or bare, in the request line, Contact, Route, From and To
///   SIP/2.0/UDP 192.0.2.7:5060;received=...;rport=...   Via (RFC 3581)
///
/// A port that is not named means 5060, and is named where it becomes another; in From and To no port is ever added, since nothing
/// is sent there. Quoted names, other schemes, host names and digests stay as they are.
/// </summary>
internal sealed class SipHead(SipWays ways)
{
    private const ushort Usual = 5060;

    /// <summary>How long a Contact counts where nothing is said of it, and at the most: an hour (RFC 3261 10.2.1.1), microseconds.</summary>
    private const long ContactLife = 3_600_000_000;

    /// <summary>Contacts of a message that count; others are turned, but nothing is opened for them.</summary>
    private const int MostContacts = 4;

    private static readonly SearchValues<byte> s_endsUri = SearchValues.Create(" \t\r\n,;?>\""u8);

    private readonly byte[] _name = new byte[SipText.MostHost + 6];
    private int _contacts;

    /// <summary>Opens the ways that the Contacts of a message announce.</summary>
    public void Announce(in SipMessage message)
    {
        _contacts = 0;
        var headers = new SipHeaders(message.Octets, message.HeadersAt);
        while (headers.TryNext(out SipHeader header))
        {
            if (header.Name == SipName.Contact) GoThrough(message, header, null);
        }
    }

    /// <summary>Writes the head of a message into a draft.</summary>
    public void Rewrite(in SipMessage message, int bodyLength, SipDraft draft)
    {
        ReadOnlySpan<byte> text = message.Octets;
        draft.Begin(0);
        if (message.IsRequest) GoThrough(message, new SipHeader(SipName.Route, 0, message.HeadersAt - 2), draft);
        var headers = new SipHeaders(text, message.HeadersAt);
        while (headers.TryNext(out SipHeader header))
        {
            switch (header.Name)
            {
                case SipName.Via: TurnVias(message, header, draft); break;
                case SipName.Party or SipName.Contact or SipName.Route: GoThrough(message, header, draft); break;
                case SipName.ContentLength when bodyLength != message.Body.Length:
                    draft.Replace(text, header.At, message.ContentLength.Length, _name.AsSpan(0, SipText.WriteNumber(_name, bodyLength)));
                    break;
            }
        }
        draft.Finish(text, message.BodyAt);
    }

    // All URIs of a value: given other names in the draft, or announced without one.
    private void GoThrough(in SipMessage message, SipHeader header, SipDraft? draft)
    {
        ReadOnlySpan<byte> text = message.Octets[..(header.At + header.Length)];
        bool isQuoted = false;
        for (int at = header.At; at < text.Length; at++)
        {
            byte octet = text[at];
            if (octet == (byte)'\\' && isQuoted) at++;
            else if (octet == (byte)'"') isQuoted = !isQuoted;
            if (isQuoted || (octet | 0x20) != 's') continue;
            byte before = at == header.At ? (byte)' ' : text[at - 1];
            if (!(SipText.IsSpace(before) || before is (byte)'<' or (byte)',')) continue;
            int scheme = SipText.Begins(text[at..], "sip:"u8) ? 4 : SipText.Begins(text[at..], "sips:"u8) ? 5 : 0;
            if (scheme == 0) continue;
            ReadOnlySpan<byte> uri = UriAt(text, at + scheme, before == (byte)'<', isAlone: header.At == 0);
            Turn(message, header, at + scheme, uri, isSecure: scheme == 5, draft);
            at += scheme + uri.Length - 1;
        }
    }

    // In brackets, or as a request's, it may hold anything that a URI may; bare, no parameter is its own (20.10).
    private static ReadOnlySpan<byte> UriAt(ReadOnlySpan<byte> text, int at, bool inBrackets, bool isAlone)
    {
        ReadOnlySpan<byte> rest = text[at..];
        int end = inBrackets ? rest.IndexOf((byte)'>') : isAlone ? rest.IndexOf((byte)' ') : rest.IndexOfAny(s_endsUri);
        return end < 0 ? rest : rest[..end];
    }

    private void Turn(in SipMessage message, SipHeader header, int at, ReadOnlySpan<byte> uri, bool isSecure, SipDraft? draft)
    {
        int user = uri.IndexOf((byte)'@') + 1;
        if (!TryReadEndpoint(uri[user..], out Address host, out int port, out int length)) return;
        byte protocol = isSecure ? Protocol.Tcp : TransportOf(uri[(user + length)..]);
        if (draft is not null)
        {
            TurnEndpoint(message.Octets, at + user, length, host, port, protocol, addsPort: header.Name != SipName.Party, draft);
            return;
        }
        // What is enciphered nobody could read, whoever brings it.
        if (isSecure || _contacts++ >= MostContacts) return;
        long life = LifeOf(message, message.Octets[(at + user + length)..(header.At + header.Length)]);
        if (life > 0) ways.OpenSignalling(protocol, host, port < 0 ? Usual : (ushort)port, life);
    }

    private byte TransportOf(ReadOnlySpan<byte> parameters)
    {
        int named = IndexOf(parameters, ";transport="u8);
        if (named < 0) return ways.Ends.Protocol;
        return SipText.Begins(parameters[(named + 11)..], "udp"u8) ? Protocol.Udp : Protocol.Tcp;
    }

    // What the Contact says itself goes before what the message says (10.2.1.1).
    private static long LifeOf(in SipMessage message, ReadOnlySpan<byte> rest)
    {
        int next = rest.IndexOf((byte)',');
        if (next >= 0) rest = rest[..next];
        int named = IndexOf(rest, ";expires="u8);
        long seconds = named >= 0 && SipText.TryReadNumber(rest[(named + 9)..], 9, out int own, out _) ? own
            : message.Method == SipMethod.Register && message.Expires >= 0 ? message.Expires
            : ContactLife / 1_000_000;
        return Math.Min(seconds * 1_000_000, ContactLife);
    }

    private void TurnVias(in SipMessage message, SipHeader header, SipDraft draft)
    {
        ReadOnlySpan<byte> text = message.Octets[..(header.At + header.Length)];
        for (int at = header.At; at < text.Length;)
        {
            int comma = text[at..].IndexOf((byte)',');
            int end = comma < 0 ? text.Length : at + comma;
            TurnVia(message, text[..end], at, draft);
            at = end + 1;
        }
    }

    private void TurnVia(in SipMessage message, ReadOnlySpan<byte> text, int at, SipDraft draft)
    {
        for (int part = 0; part < 2; part++)
        {
            int slash = text[at..].IndexOf((byte)'/');
            if (slash < 0) return;
            at += slash + 1;
        }
        at += SipText.SpaceAt(text, at);
        byte protocol = SipText.Begins(text[at..], "UDP"u8) ? Protocol.Udp : Protocol.Tcp;
        while (at < text.Length && !SipText.IsSpace(text[at])) at++;
        at += SipText.SpaceAt(text, at);
        if (!TryReadEndpoint(text[at..], out Address host, out int port, out int length)) return;
        TurnEndpoint(message.Octets, at, length, host, port, protocol, addsPort: true, draft);
        if (!message.IsRequest && host == ways.Ends.PeerShown) TurnReceived(text, at + length, draft);
    }

    // What a server has found out of the way that we hide (RFC 3261 18.2.1, RFC 3581 4): it goes with the address that it stands beside.
    private void TurnReceived(ReadOnlySpan<byte> text, int at, SipDraft draft)
    {
        ref readonly SipEnds ends = ref ways.Ends;
        while (at < text.Length)
        {
            int next = text[at..].IndexOf((byte)';');
            if (next < 0) return;
            at += next + 1;
            ReadOnlySpan<byte> parameter = text[at..];
            if (SipText.Begins(parameter, "received="u8) && ends.Peer != ends.PeerShown
                && SipText.TryReadHost(parameter[9..], out Address host, out int length) && host == ends.PeerShown)
            {
                draft.Replace(text, at + 9, length, _name.AsSpan(0, SipText.WriteHost(_name, ends.Peer, inBrackets: false)));
                at += 9 + length;
            }
            else if (SipText.Begins(parameter, "rport="u8) && ends.PeerPort != ends.PeerShownPort
                && SipText.TryReadPort(parameter[6..], out ushort port, out length) && port == ends.PeerShownPort)
            {
                draft.Replace(text, at + 6, length, _name.AsSpan(0, SipText.WriteNumber(_name, ends.PeerPort)));
                at += 6 + length;
            }
        }
    }

    private void TurnEndpoint(ReadOnlySpan<byte> text, int at, int length, Address host, int port, byte protocol, bool addsPort, SipDraft draft)
    {
        ref readonly SipEnds ends = ref ways.Ends;
        if (host != ends.Own && host != ends.PeerShown) return;
        ushort meant = port < 0 ? Usual : (ushort)port;
        (Address to, ushort turned) = host == ends.Own ? (ends.Shown, ways.Show(protocol, meant)) : (ends.Peer, ways.Know(protocol, meant));
        if (port < 0 && !addsPort) turned = meant;
        if (to == host && turned == meant) return;
        int written = SipText.WriteHost(_name, to, inBrackets: true);
        if (port >= 0 || turned != Usual)
        {
            _name[written++] = (byte)':';
            written += SipText.WriteNumber(_name.AsSpan(written), turned);
        }
        draft.Replace(text, at, length, _name.AsSpan(0, written));
    }

    // An address and perhaps a port, -1 without; nothing else may follow but what ends an endpoint.
    private static bool TryReadEndpoint(ReadOnlySpan<byte> text, out Address host, out int port, out int length)
    {
        port = -1;
        if (!SipText.TryReadHost(text, out host, out length)) return false;
        if (length < text.Length && text[length] == (byte)':')
        {
            if (!SipText.TryReadPort(text[(length + 1)..], out ushort number, out int digits)) return false;
            port = number;
            length += 1 + digits;
        }
        return length == text.Length || " \t\r\n;,?>"u8.Contains(text[length]);
    }

    private static int IndexOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        for (int at = 0; at + word.Length <= text.Length; at++)
        {
            if (SipText.Is(text.Slice(at, word.Length), word)) return at;
        }
        return -1;
    }
}
