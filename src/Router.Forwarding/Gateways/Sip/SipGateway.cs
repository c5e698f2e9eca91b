using System.Runtime.InteropServices;
using Router.Forwarding.Flows;
using Router.Forwarding.Translation;
using Router.Tables;

namespace Router.Forwarding.Gateways.Sip;

/// <summary>
/// SIP (RFC 3261): phones tell each other by way of servers who they are and where they take media, in headers and in descriptions
/// (SDP, RFC 4566) that the messages carry. A message is read whole or not at all. What is ours to change: the address of the one
/// who speaks, where it is not the one that he is seen by, and in what he hears the reverse (<see cref="SipHead"/>,
/// <see cref="SdpBody"/>); Content-Length follows. What he announces becomes ways (<see cref="SipWays"/>). All else, and all that
/// is no SIP, passes octet for octet.
///
/// Nothing is remembered of a call but its open ways. Owned by the forwarding thread; allocates nothing after it was made.
/// </summary>
internal sealed class SipGateway
{
    /// <summary>Octets that may take a message's place.</summary>
    public const int MostText = SipMessage.Most + 2048;

    private readonly SipWays _ways;
    private readonly SipHead _head;
    private readonly SdpBody _description;
    private readonly SipDraft _headDraft = new(MostText), _bodyDraft = new(MostText);
    private readonly byte[] _text = new byte[MostText];
    private readonly HashKey _secret = HashKey.Create();

    public SipGateway(Mappings mappings, Expectations expectations, Announcements announcements)
    {
        _ways = new SipWays(mappings, expectations, announcements);
        _head = new SipHead(_ways);
        _description = new SdpBody(_ways);
    }

    /// <summary>Takes a message: opens what it announces. Answers the text that takes its place, empty if it stays.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="id">Its flow.</param>
    /// <param name="flow">The same.</param>
    /// <param name="root">The first packet by which the rules are asked.</param>
    /// <param name="byInside">Who speaks.</param>
    /// <param name="message">What was said.</param>
    /// <param name="now">Monotonic microseconds.</param>
    public ReadOnlySpan<byte> Take(Plan plan, FlowId id, in Flow flow, in FlowKey root, bool byInside, in SipMessage message, long now)
    {
        var ends = SipEnds.Of(flow, byInside);
        _ways.Begin(plan, id, flow, ends, root, TalkOf(message, flow), now);
        _head.Announce(message);
        _bodyDraft.Begin(message.BodyAt);
        if (TryFindDescription(message, out int at, out int end)) _description.Rewrite(message.Octets, at, end, _bodyDraft);
        _bodyDraft.Finish(message.Octets, message.Length);
        bool isOver = message.IsRequest ? message.Method is SipMethod.Bye or SipMethod.Cancel : message.Method == SipMethod.Invite && message.Status >= 300;
        if (isOver) _ways.EndTalk();
        if (ends.AreSame && !_bodyDraft.Changed) return [];
        _head.Rewrite(message, _bodyDraft.Length, _headDraft);
        if (!(_headDraft.Changed || _bodyDraft.Changed) || _headDraft.Failed || _bodyDraft.Failed) return [];
        int length = _headDraft.Length + _bodyDraft.Length;
        if (length > MostText) return [];
        _headDraft.Octets.CopyTo(_text);
        _bodyDraft.Octets.CopyTo(_text.AsSpan(_headDraft.Length));
        return _text.AsSpan(0, length);
    }

    // The whole body, or the first part of several that is a description (RFC 2046 5.1).
    private static bool TryFindDescription(in SipMessage message, out int at, out int end)
    {
        (at, end) = (message.BodyAt, message.Length);
        if (at == end || message.IsOpaque) return false;
        ReadOnlySpan<byte> type = message.Octets.Slice(message.ContentType.At, message.ContentType.Length);
        if (IsDescription(type)) return true;
        if (!SipText.Begins(type, "multipart/"u8) || !TryReadBoundary(type, out ReadOnlySpan<byte> boundary)) return false;
        while (TryFindPart(message, boundary, ref at, out end, out bool isDescription))
        {
            if (isDescription) return true;
            at = end;
        }
        return false;
    }

    // The next part behind a place: its text without its headers, up to the boundary that ends it.
    private static bool TryFindPart(in SipMessage message, ReadOnlySpan<byte> boundary, ref int at, out int end, out bool isDescription)
    {
        (end, isDescription) = (0, false);
        ReadOnlySpan<byte> text = message.Octets[..message.Length];
        int begin = FindBoundary(text, boundary, at);
        if (begin < 0) return false;
        int line = SipHeaders.LineEnd(text, begin);
        if (line < 0 || (end = FindBoundary(text, boundary, line)) < 0) return false;
        var headers = new SipHeaders(text[..end], line + 2);
        bool isOpaque = false;
        while (headers.TryNext(out SipHeader header))
        {
            ReadOnlySpan<byte> value = text.Slice(header.At, header.Length);
            if (header.Name == SipName.ContentType) isDescription = IsDescription(value);
            if (header.Name == SipName.ContentEncoding) isOpaque = true;
        }
        at = headers.End;
        isDescription &= headers.IsWhole && !isOpaque && at <= end;
        return true;
    }

    // Where a boundary stands at the beginning of a line.
    private static int FindBoundary(ReadOnlySpan<byte> text, ReadOnlySpan<byte> boundary, int at)
    {
        while (at < text.Length)
        {
            int found = text[at..].IndexOf("--"u8);
            if (found < 0) return -1;
            at += found;
            bool isAtLine = at == 0 || text[at - 1] == (byte)'\n';
            if (isAtLine && text[(at + 2)..].StartsWith(boundary)) return at;
            at += 2;
        }
        return -1;
    }

    private static bool IsDescription(ReadOnlySpan<byte> type) =>
        SipText.Begins(type, "application/sdp"u8) && (type.Length == 15 || " \t\r\n;"u8.Contains(type[15]));

    private static bool TryReadBoundary(ReadOnlySpan<byte> type, out ReadOnlySpan<byte> boundary)
    {
        boundary = default;
        for (int at = 0; at + 10 < type.Length; at++)
        {
            if (!SipText.Begins(type[at..], "boundary="u8)) continue;
            ReadOnlySpan<byte> value = type[(at + 9)..];
            bool isQuoted = value[0] == (byte)'"';
            if (isQuoted) value = value[1..];
            int end = isQuoted ? value.IndexOf((byte)'"') : value.IndexOfAny(" \t\r\n;"u8);
            boundary = end < 0 ? value : value[..end];
            return boundary.Length is > 0 and <= 70;
        }
        return false;
    }

    // A call is known by its Call-ID between these two hosts, so that nobody speaks in another's.
    private ulong TalkOf(in SipMessage message, in Flow flow)
    {
        ReadOnlySpan<byte> callId = message.Octets.Slice(message.CallId.At, message.CallId.Length);
        ulong hosts = SipHash.Hash(_secret, flow.InsideSource.High + flow.OutsideDestination.High, flow.InsideSource.Low + flow.OutsideDestination.Low);
        Span<ulong> words = stackalloc ulong[17];
        words.Clear();
        words[16] = hosts;
        callId[..Math.Min(callId.Length, 128)].CopyTo(MemoryMarshal.AsBytes(words));
        return SipHash.Hash(_secret, words) | 1;
    }
}
