namespace Router.Configuration.Layers;

/// <summary>Where something was written: a file with line and column from 1, or an environment variable with neither.</summary>
internal readonly record struct Place(string File, int Line, int Column)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line}:{Column}" : File;
}

/// <summary>What a <see cref="Node"/> is. An <see cref="Overlay"/> is the inside of a path that a variable's name spelled out.</summary>
internal enum NodeKind : byte { Scalar, Mapping, List, Overlay }

/// <summary>
/// One value of one layer, with its places. Names are compared without regard to case, as Microsoft.Extensions.Configuration
/// compares keys. A list's children are found by number; <see cref="FirstIndex"/> shifts those numbers: the `rules` of a fragment go
/// on where those of the file before ended, so that they are appended and do not overwrite.
/// </summary>
internal readonly struct Node(Tree tree, int index)
{
    /// <summary>Above this many children a name is found by hash.</summary>
    public const int FewChildren = 8;

    public NodeKind Kind => tree[index].Kind;

    /// <summary>Its name in a mapping; empty in a list.</summary>
    public string Key => tree[index].Key;

    /// <summary>A scalar's text; null for YAML's null, and for what has children.</summary>
    public string? Value => tree[index].Value;

    /// <summary>Where its value begins.</summary>
    public Place Place => new(tree[index].File, tree[index].Line, tree[index].Column);

    /// <summary>Where its name stands; in a list, where the value does.</summary>
    public Place KeyPlace => tree[index].KeyPlace;

    public int FirstIndex
    {
        get => tree[index].FirstIndex;
        set => tree[index].FirstIndex = value;
    }

    /// <summary>How many children it has.</summary>
    public int Count => tree[index].Count;

    /// <summary>A child by its place among the children, from 0.</summary>
    public Node Child(int at) => new(tree, tree[index].First + at);

    /// <summary>A node that nobody wrote: empty, and placed where this one is.</summary>
    public Node Absent(string name) => new Tree().Finish(new Tree.Entry(NodeKind.Scalar, name, KeyPlace, Place));

    /// <summary>The child of that name, or of that number in a list.</summary>
    public Node? Find(ReadOnlySpan<char> key)
    {
        Tree.Entry entry = tree[index];
        if (entry.Kind == NodeKind.List)
        {
            return int.TryParse(key, out int number) && number >= entry.FirstIndex && number - entry.FirstIndex < entry.Count
                ? Child(number - entry.FirstIndex) : null;
        }
        if (entry.Count > FewChildren) return tree.FindByName(index, key) is >= 0 and int found ? new Node(tree, found) : null;
        for (int i = 0; i < entry.Count; i++)
        {
            if (key.Equals(tree[entry.First + i].Key, StringComparison.OrdinalIgnoreCase)) return Child(i);
        }
        return null;
    }

    /// <summary>Walks a path such as `zones:trusted:interfaces:0`.</summary>
    public Node? Walk(ReadOnlySpan<char> path)
    {
        Node node = this;
        while (!path.IsEmpty)
        {
            int colon = path.IndexOf(':');
            if (node.Find(colon < 0 ? path : path[..colon]) is not { } next) return null;
            node = next;
            path = colon < 0 ? [] : path[(colon + 1)..];
        }
        return node;
    }
}
