using Router.Configuration.Layers.Yaml;

namespace Router.Configuration.Layers;

/// <summary>
/// All values of one layer, in one array: what a YAML file is, or what environment variables make. Ten thousand rules are ninety
/// thousand values; as objects they would cost the collector more time than reading them costs us.
///
/// A mapping or list owns a run of entries, its children, in the order in which they were written. A run is appended when its owner
/// closes, so children stand before their owner and the root is the last. Entries do not change after that, but for
/// <see cref="Entry.FirstIndex"/>. A <see cref="Node"/> is a reference into the array.
/// </summary>
internal sealed class Tree
{
    private Entry[] _entries;
    private int _count;
    private Dictionary<int, Dictionary<string, int>>? _byName;

    /// <param name="expected">About how many entries there will be.</param>
    public Tree(int expected = 16) => _entries = new Entry[Math.Max(expected, 16)];

    /// <summary>One value with its places.</summary>
    internal struct Entry(NodeKind kind, string key, Place keyPlace, Place place, string? value = null)
    {
        public readonly NodeKind Kind = kind;
        public readonly string Key = key;
        public readonly string? Value = value;
        public string File = place.File;
        public int Line = place.Line, KeyLine = keyPlace.Line;
        public readonly int Column = place.Column, KeyColumn = keyPlace.Column;
        public int First, Count, FirstIndex;

        public readonly Place KeyPlace => new(File, KeyLine, KeyColumn);

        /// <summary>The same in another file, so many lines further down, in another tree, so many entries further on.</summary>
        public readonly Entry Moved(string file, int lines, int entries) =>
            this with { File = file, Line = Line + lines, KeyLine = KeyLine + lines, First = First + entries };
    }

    public ref Entry this[int index] => ref _entries[index];

    /// <summary>Entries so far.</summary>
    public int Count => _count;

    /// <summary>Appends the children of one owner; gives the owner with its run filled in.</summary>
    public Entry Close(Entry owner, ReadOnlySpan<Entry> children)
    {
        Reserve(children.Length);
        children.CopyTo(_entries.AsSpan(_count));
        (owner.First, owner.Count) = (_count, children.Length);
        _count += children.Length;
        return owner;
    }

    /// <summary>Appends what is below an item of another tree; gives the item itself, to be closed with its list.</summary>
    public Entry Graft(in ReadBefore.Piece piece, string file, int line)
    {
        int lines = line - piece.Line, entries = _count - piece.Begin;
        Reserve(piece.End - piece.Begin);
        for (int i = piece.Begin; i < piece.End; i++) _entries[_count++] = piece.Tree[i].Moved(file, lines, entries);
        return piece.Tree[piece.Item].Moved(file, lines, entries);
    }

    /// <summary>Appends the root and ends the building.</summary>
    public Node Finish(Entry root) => new(this, Close(default, [root]).First);

    private void Reserve(int more)
    {
        while (_count + more > _entries.Length) Array.Resize(ref _entries, _entries.Length * 2);
    }

    /// <summary>Finds by hash in a mapping of many children.</summary>
    public int FindByName(int owner, ReadOnlySpan<char> key)
    {
        _byName ??= [];
        if (!_byName.TryGetValue(owner, out Dictionary<string, int>? names))
        {
            _byName.Add(owner, names = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase));
            Entry entry = _entries[owner];
            for (int i = 0; i < entry.Count; i++) names.Add(_entries[entry.First + i].Key, entry.First + i);
        }
        return names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out int found) ? found : -1;
    }
}
