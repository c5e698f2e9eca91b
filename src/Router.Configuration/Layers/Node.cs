namespace Router.Configuration.Layers;

/// <summary>Where something was written: a file with line and column from 1, or an environment variable with neither.</summary>
internal readonly record struct Place(string File, int Line, int Column)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line}:{Column}" : File;
}

/// <summary>What a <see cref="Node"/> is. An <see cref="Overlay"/> is the inside of a path that a variable's name spelled out.</summary>
internal enum NodeKind : byte { Scalar, Mapping, List, Overlay }

/// <summary>
/// One value of one layer, with its places: the tree that a YAML file is, or that environment variables make. Children keep the
/// order in which they were written, as the order of zones and links means something. Names are compared without regard to case,
/// as Microsoft.Extensions.Configuration compares keys.
///
/// A list's children are found by number. <see cref="FirstIndex"/> shifts those numbers: the `rules` of a fragment go on where
/// those of the file before ended, so that they are appended and do not overwrite.
/// </summary>
internal sealed class Node
{
    /// <summary>Above this many children a name is found by hash.</summary>
    private const int FewChildren = 8;

    private readonly string _file;
    private readonly int _line, _column, _keyLine, _keyColumn;
    private Node[] _children = [];
    private int _count;
    private Dictionary<string, Node>? _byName;

    public Node(NodeKind kind, string key, Place keyPlace, Place place, string? value = null)
    {
        Kind = kind;
        Key = key;
        _file = place.File;
        (_line, _column) = (place.Line, place.Column);
        (_keyLine, _keyColumn) = (keyPlace.Line, keyPlace.Column);
        Value = value;
    }

    public NodeKind Kind { get; }

    /// <summary>Its name in a mapping; empty in a list.</summary>
    public string Key { get; }

    /// <summary>Where its name stands; in a list, where the value does.</summary>
    public Place KeyPlace => new(_file, _keyLine, _keyColumn);

    /// <summary>Where its value begins.</summary>
    public Place Place => new(_file, _line, _column);

    /// <summary>A scalar's text; null for YAML's null, and for what has children.</summary>
    public string? Value { get; }

    public int FirstIndex { get; set; }

    public ReadOnlySpan<Node> Children => _children.AsSpan(0, _count);

    /// <summary>Adds a child, or gives back the one that has its name already.</summary>
    public Node? AddOrFind(Node child)
    {
        if (Kind != NodeKind.List && Find(child.Key) is { } same) return same;
        if (_count == _children.Length) Array.Resize(ref _children, Math.Max(2, _count * 2));
        _children[_count++] = child;
        _byName?.Add(child.Key, child);
        return null;
    }

    /// <summary>The child of that name, or of that number in a list.</summary>
    public Node? Find(ReadOnlySpan<char> key)
    {
        if (Kind == NodeKind.List)
        {
            return int.TryParse(key, out int index) && index >= FirstIndex && index - FirstIndex < _count
                ? _children[index - FirstIndex] : null;
        }
        if (_count > FewChildren) return FindByHash(key);
        foreach (Node child in Children)
        {
            if (key.Equals(child.Key, StringComparison.OrdinalIgnoreCase)) return child;
        }
        return null;
    }

    /// <summary>Walks a path such as `zones:trusted:interfaces:0`.</summary>
    public Node? Walk(ReadOnlySpan<char> path)
    {
        Node? node = this;
        while (node is not null && !path.IsEmpty)
        {
            int colon = path.IndexOf(':');
            node = node.Find(colon < 0 ? path : path[..colon]);
            path = colon < 0 ? [] : path[(colon + 1)..];
        }
        return node;
    }

    private Node? FindByHash(ReadOnlySpan<char> key)
    {
        if (_byName is null)
        {
            _byName = new Dictionary<string, Node>(StringComparer.OrdinalIgnoreCase);
            foreach (Node child in Children) _byName.Add(child.Key, child);
        }
        return _byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out Node? found) ? found : null;
    }
}
