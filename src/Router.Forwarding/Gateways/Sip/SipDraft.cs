namespace Router.Forwarding.Gateways.Sip;

/// <summary>
/// A text on its way into another: pieces of it are replaced in the order in which they stand, and all between is copied. What does not fit
/// makes it fail, and the old text stays. Owned by the forwarding thread; allocates nothing after it was made.
/// </summary>
internal sealed class SipDraft(int room)
{
    private readonly byte[] _octets = new byte[room];
    private int _length, _from;

    /// <summary>Something was replaced.</summary>
    public bool Changed { get; private set; }

    /// <summary>There was no room.</summary>
    public bool Failed { get; private set; }

    public int Length => _length;

    public ReadOnlySpan<byte> Octets => _octets.AsSpan(0, _length);

    /// <summary>Begins anew, with a text from a place on.</summary>
    public void Begin(int from) => (_length, _from, Changed, Failed) = (0, from, false, false);

    /// <summary>Replaces a piece of the old text that stands behind all that was replaced before.</summary>
    public void Replace(ReadOnlySpan<byte> old, int at, int length, ReadOnlySpan<byte> text)
    {
        Put(old[_from..at]);
        Put(text);
        _from = at + length;
        Changed = true;
    }

    /// <summary>Copies the rest, up to a place.</summary>
    public void Finish(ReadOnlySpan<byte> old, int end)
    {
        Put(old[_from..end]);
        _from = end;
    }

    private void Put(ReadOnlySpan<byte> octets)
    {
        Failed |= octets.Length > _octets.Length - _length;
        if (Failed) return;
        octets.CopyTo(_octets.AsSpan(_length));
        _length += octets.Length;
    }
}
