namespace Router.Forwarding.Gateways;

/// <summary>What becomes of a segment's data.</summary>
internal enum PassageKind : byte
{
    /// <summary>It stays as it is.</summary>
    Same,

    /// <summary><see cref="StreamEditor.Output"/> takes its place.</summary>
    Changed,

    /// <summary>All of it is held; there is nothing to send.</summary>
    Held,

    /// <summary>It comes too early: something in front of it is missing and will be sent again, and then this too.</summary>
    Gap,
}

/// <summary>What becomes of a segment, and its number for the receiver.</summary>
internal readonly record struct Passage(PassageKind Kind, uint Sequence);

/// <summary>
/// Leads the segments of a watched stream past whoever reads it, however they are cut. One for each way to tell where a piece of text
/// ends. Owned by the forwarding thread; allocates nothing after it was made.
/// </summary>
internal abstract class StreamEditor
{
    /// <summary>What takes the data's place, after <see cref="PassageKind.Changed"/>.</summary>
    public abstract ReadOnlySpan<byte> Output { get; }

    /// <param name="stream">The stream that the segment belongs to.</param>
    /// <param name="sequence">Its first number, as the sender counts.</param>
    /// <param name="data">Its data.</param>
    /// <param name="isLast">It carries FIN: nothing will follow.</param>
    public abstract Passage Pass(ref ControlStream stream, uint sequence, ReadOnlySpan<byte> data, bool isLast);

    /// <summary>The receiver of the other stream has got all of it up to a number of his own.</summary>
    public virtual void Settle(ref ControlStream other, uint acknowledged)
    {
    }
}
