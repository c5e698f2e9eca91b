using System.Collections;

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
        var root = new Node(NodeKind.Overlay, "", default, new Place("environment", 0, 0));
        foreach ((string name, string? value) in environment.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) Insert(root, name, value, errors);
        }
        return new Layer(root);
    }

    private static void Insert(Node root, string name, string? value, ErrorList errors)
    {
        var place = new Place(name, 0, 0);
        string[] parts = name[Prefix.Length..].Split("__");
        if (parts.Length > YamlReader.MostDepth || Array.Exists(parts, p => p.Length == 0 || p.Contains(':')))
        {
            errors.Error(place, "the name is not a path of keys", "write it like ROUTERD__internet__mode");
            return;
        }
        Node node = root;
        for (int i = 0; i < parts.Length; i++)
        {
            bool leaf = i == parts.Length - 1;
            var child = new Node(leaf ? NodeKind.Scalar : NodeKind.Overlay, parts[i], place, place, leaf ? value : null);
            Node? same = node.AddOrFind(child);
            if (same is not null && (leaf || same.Kind == NodeKind.Scalar))
            {
                errors.Error(place, $"it contradicts {same.Place}", "keep one of the two");
                return;
            }
            node = same ?? child;
        }
    }
}
