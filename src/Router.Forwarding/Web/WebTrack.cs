using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Router.Forwarding.Web;

/// <summary>What is read next in what a client sends.</summary>
internal enum WebPhase : byte
{
    /// <summary>Nothing is known of the flow, or nothing more is to be read.</summary>
    None,

    /// <summary>TCP: the first octets, which tell HTTP from TLS.</summary>
    Opening,

    /// <summary>TCP: another request on the same connection, or, behind an Upgrade or CONNECT, anything.</summary>
    Request,

    /// <summary>TCP: the size in front of a chunk, the first one or a later one, and what stands behind the last.</summary>
    FirstChunk,
    Chunk,
    Trailers,

    /// <summary>TCP: <see cref="WebTrack.Left"/> octets of a body, and then <see cref="WebTrack.After"/>.</summary>
    Body,

    /// <summary>TCP: somewhere in a stream whose beginning was not seen. A segment that begins with a request is taken for one.</summary>
    Lost,

    /// <summary>UDP: the hello in QUIC's Initials.</summary>
    Initial,

    /// <summary>It was denied: what still comes is answered, and goes no further.</summary>
    Denied,

    /// <summary>It was dropped: nothing passes, in silence.</summary>
    Silenced,
}

/// <summary>
/// A host's name as far as it is kept: its last <see cref="Most"/> letters, which tell more than its first. Letters, digits, `-`, `_` and
/// `.` only, or an address, so that it may go anywhere.
/// </summary>
public struct WebName
{
    public const int Most = 63;

    private Letters _letters;
    private byte _length;

    [InlineArray(Most)]
    private struct Letters
    {
        private byte _first;
    }

    /// <summary>Whether all of the name is here.</summary>
    public bool IsWhole { get; private set; }

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Octets => ((ReadOnlySpan<byte>)_letters)[.._length];

    internal void Set(ReadOnlySpan<byte> name)
    {
        IsWhole = name.Length <= Most;
        if (!IsWhole) name = name[^Most..];
        name.CopyTo(_letters);
        _length = (byte)name.Length;
    }

    public readonly override string ToString() => System.Text.Encoding.ASCII.GetString(Octets);
}

/// <summary>
/// How far a web flow has been read: an entry beside each place of the flow table. Not kept over a restart: connections go on, and those
/// that carry HTTP are read again from the next segment that begins with a request. Only memory of places that the web has used is
/// ever touched. [F]
///
///   Opening -> None                 TLS: its hello was allowed, nothing more is looked at
///   Opening -> Request or Body ...  HTTP: as its heads tell, as long as the connection lasts
///   Initial -> None                 QUIC: as TLS
///   any     -> Denied, Silenced     until the flow ends
/// </summary>
internal struct WebTrack
{
    /// <summary><see cref="Flows.Flow.Created"/> of the flow that it is about.</summary>
    public long Created;

    /// <summary>Octets of the body that are still to come.</summary>
    public ulong Left;

    /// <summary>The sequence number of the octet to be read next.</summary>
    public uint Next;

    /// <summary>The index of the web rule that decided last, and under which policy; -1 for none.</summary>
    public short Rule;
    public ushort PolicyGeneration;

    /// <summary>Where the beginning of what is read is put together (<see cref="WebHeads"/>), or -1.</summary>
    public short Head;
    public WebPhase Phase;
    public WebPhase After;

    /// <summary>What follows may be no HTTP any more, if the server has agreed.</summary>
    public bool MaySwitch;
    public WebScheme Scheme;

    /// <summary>What was decided last was decided without a name.</summary>
    public bool IsNameless;

    /// <summary>Whom it talks to; empty while that is not known.</summary>
    public WebName Name;

    /// <summary>Goes on by so many octets of a body.</summary>
    public void Skip(ulong count)
    {
        Next += (uint)count;
        Left -= count;
        if (Left == 0) Phase = After;
    }
}
