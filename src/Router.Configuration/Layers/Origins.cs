namespace Router.Configuration.Layers;

/// <summary>The layers side by side: says for a merged key which of them it came from, and where that wrote it.</summary>
internal sealed class Origins(IReadOnlyList<Layer> layers, ErrorList errors)
{
    /// <summary>Where what is wrong is told.</summary>
    public ErrorList Errors => errors;

    /// <summary>The files in the order in which they were loaded.</summary>
    public IReadOnlyList<string> Files { get; } = [.. layers.Select(l => l.Root.Place.File)];

    /// <summary>Where the value of a key was written; for a key that is absent, where the nearest part above it was.</summary>
    public Place ValueOf(string path) => Nearest(path).Place;

    /// <summary>Where the name of a key was written.</summary>
    public Place KeyOf(string path) => Nearest(path).KeyPlace;

    /// <summary>What was written there, by a file rather than a variable where both did.</summary>
    public NodeKind KindOf(string path) => Nearest(path).Kind;

    /// <summary>The node of a key that one layer alone speaks of, so that there is nothing to join at it or below; else null.</summary>
    public Node? Sole(string path)
    {
        Node? sole = null;
        foreach (Layer layer in layers)
        {
            if (layer.Root.Walk(path) is not { } node) continue;
            if (sole is not null || node.Kind == NodeKind.Overlay) return null;
            sole = node;
        }
        return sole;
    }

    private Node Nearest(string path)
    {
        while (path.Length > 0)
        {
            if ((Last(path, overlays: false) ?? Last(path, overlays: true)) is { } node) return node;
            path = path.LastIndexOf(':') is int colon and >= 0 ? path[..colon] : "";
        }
        return layers[0].Root;
    }

    private Node? Last(string path, bool overlays)
    {
        for (int i = layers.Count - 1; i >= 0; i--)
        {
            if (layers[i].Root.Walk(path) is { } node && (node.Kind == NodeKind.Overlay) == overlays) return node;
        }
        return null;
    }
}
