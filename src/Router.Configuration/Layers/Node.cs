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

    private readonly List<Node>? _children;
    private Dictionary<string, Node>? _byName;

    public Node(NodeKind kind, string key, Place keyPlace, Place place, string? value = null)
    {
        Kind = kind;
        Key = key;
        KeyPlace = keyPlace;
        Place = place;
        Value = value;
        if (kind != NodeKind.Scalar) _children = [];
    }

    public NodeKind Kind { get; }

    /// <summary>Its name in a mapping; empty in a list.</summary>
    public string Key { get; }

    /// <summary>Where its name stands; in a list, where the value does.</summary>
    public Place KeyPlace { get; }

    /// <summary>Where its value begins.</summary>
    public Place Place { get; }

    /// <summary>A scalar's text; null for YAML's null, and for what has children.</summary>
    public string? Value { get; }

    public int FirstIndex { get; set; }

    public IReadOnlyList<Node> Children => _children is null ? [] : _children;

    /// <summary>Adds a child, or gives back the one that has its name already.</summary>
    public Node? AddOrFind(Node child)
    {
        if (Kind != NodeKind.List && Find(child.Key) is { } same) return same;
        _children!.Add(child);
        _byName?.Add(child.Key, child);
        return null;
    }

    /// <summary>The child of that name, or of that number in a list.</summary>
    public Node? Find(ReadOnlySpan<char> key)
    {
        if (_children is null) return null;
        if (Kind == NodeKind.List)
        {
            return int.TryParse(key, out int index) && index >= FirstIndex && index - FirstIndex < _children.Count
                ? _children[index - FirstIndex] : null;
        }
        if (_children.Count > FewChildren) return FindByHash(key);
        foreach (Node child in _children)
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
            foreach (Node child in _children!) _byName.Add(child.Key, child);
        }
        return _byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out Node? found) ? found : null;
    }
}
