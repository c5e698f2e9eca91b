using System.Collections;
using Router.Configuration.Layers.Yaml;

namespace Router.Configuration.Layers;

/// <summary>
/// Variables such as `ROUTERD__internet__mode=failover` or `ROUTERD__links__fiber__weight=2`: the prefix goes, `__` stands between
/// the parts of the path (a shell allows no colon). The last layer, so that a unit file or a container can override files.
/// </summary>
internal static class EnvironmentLayer
{
    public const string Prefix = "ROUTERD__";

    /// <summary>The variables that this process was started with.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> OfProcess() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(v => new KeyValuePair<string, string?>((string)v.Key, (string?)v.Value));

    public static Layer Build(IEnumerable<KeyValuePair<string, string?>> environment, ErrorList errors)
    {
        var root = new Part("", new Place("environment", 0, 0), null, Leaf: false);
        foreach ((string name, string? value) in environment.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) Insert(root, name, value, errors);
        }
        var tree = new Tree();
        return new Layer(tree.Finish(Entry(tree, root)));
    }

    /// <summary>A part of a path, while the variables are sorted into a tree.</summary>
    private sealed record Part(string Key, Place Place, string? Value, bool Leaf)
    {
        public List<Part> Children { get; } = [];
    }

    private static void Insert(Part part, string name, string? value, ErrorList errors)
    {
        var place = new Place(name, 0, 0);
        string[] keys = name[Prefix.Length..].Split("__");
        if (keys.Length > YamlReader.MostDepth || Array.Exists(keys, k => k.Length == 0 || k.Contains(':')))
        {
            errors.Error(place, "the name is not a path of keys", "write it like ROUTERD__internet__mode");
            return;
        }
        for (int i = 0; i < keys.Length; i++)
        {
            bool leaf = i == keys.Length - 1;
            Part? same = part.Children.Find(c => c.Key.Equals(keys[i], StringComparison.OrdinalIgnoreCase));
            if (same is not null && (leaf || same.Leaf))
            {
                errors.Error(place, $"it contradicts {same.Place}", "keep one of the two");
                return;
            }
            if (same is null) part.Children.Add(same = new Part(keys[i], place, leaf ? value : null, leaf));
            part = same;
        }
    }

    private static Tree.Entry Entry(Tree tree, Part part)
    {
        var entry = new Tree.Entry(part.Leaf ? NodeKind.Scalar : NodeKind.Overlay, part.Key, part.Place, part.Place, part.Value);
        Tree.Entry[] children = [.. part.Children.Select(c => Entry(tree, c))];
        return tree.Close(entry, children);
    }
}
