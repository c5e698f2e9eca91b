using Router.Configuration.Web;

namespace Router.Configuration.Layers.Yaml;

/// <summary>
/// The rules that the load before has read, by their text. Most reloads change one rule of many, and reading YAML is most of what a
/// reload does: an item that stands there letter for letter as before is taken from the tree of that load.
///
/// An item's text means the same wherever it stands, since anchors and tags are refused: it has neither a name nor a line that others
/// depend on. What it refers to (zones, groups) is looked up after this, each time. Holds one load's worth: what the file no longer
/// says is forgotten with the next sound load. Not for several threads.
/// </summary>
public sealed class ReadBefore
{
    private Dictionary<string, Piece> _known = new(StringComparer.Ordinal);
    private Dictionary<string, Piece> _read = new(StringComparer.Ordinal);

    /// <summary>One item within a tree: the entries below it, and its own.</summary>
    internal readonly record struct Piece(Tree Tree, int Begin, int End, int Item, int Line);

    /// <summary>The list files that it has read.</summary>
    internal NameLists Lists { get; } = new();

    /// <summary>How many items the last sound load left here.</summary>
    public int Count => _known.Count;

    internal Piece? Find(ReadOnlySpan<char> text) =>
        _known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out Piece piece) ? piece : null;

    internal void Keep(ReadOnlySpan<char> text, in Piece piece) =>
        _read.GetAlternateLookup<ReadOnlySpan<char>>().TryAdd(text, piece);

    /// <summary>The load has ended. If it was in error, what was known before stays.</summary>
    internal void End(bool sound)
    {
        if (sound) (_known, _read) = (_read, _known);
        _read = new Dictionary<string, Piece>(sound ? _known.Count : 0, StringComparer.Ordinal);
    }
}
