using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Router.Configuration.Layers;

/// <summary>
/// One source of settings as Microsoft.Extensions.Configuration sees it: the main file, a fragment, or the environment. It answers
/// for flat keys (`zones:trusted:interfaces:0`) out of a <see cref="Tree"/>, which also says where each key was written.
///
/// How layers meet, the later one deciding:
/// - a mapping is joined key by key;
/// - a list or a single value takes the place of what was there before;
/// - except `rules`, which a fragment appends (the loader gives its list a <see cref="Node.FirstIndex"/>);
/// - a variable changes the one key it names, also inside a list.
/// The base class sorts keys; this one keeps them as written, since the order of links is the order of failover.
/// </summary>
internal sealed class Layer(Node root) : ConfigurationProvider, IConfigurationSource
{
    public Node Root { get; } = root;

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>True also for a mapping or list, whose value is null: it hides a single value of an earlier layer.</summary>
    public override bool TryGet(string key, out string? value)
    {
        Node? node = Root.Walk(key);
        value = node?.Value;
        return node is { Kind: not NodeKind.Overlay };
    }

    public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath)
    {
        if (Root.Walk(parentPath) is not { } node) return earlierKeys;
        bool joins = node.Kind is NodeKind.Mapping or NodeKind.Overlay || node.FirstIndex > 0;
        var keys = new List<string>(node.Count);
        if (joins) keys.AddRange(earlierKeys);
        for (int i = 0; i < node.Count; i++)
        {
            keys.Add(node.Kind == NodeKind.List ? (node.FirstIndex + i).ToString(CultureInfo.InvariantCulture) : node.Child(i).Key);
        }
        return keys;
    }
}
