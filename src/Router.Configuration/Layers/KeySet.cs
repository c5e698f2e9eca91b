using System.Collections.Frozen;

namespace Router.Configuration.Layers;

/// <summary>The keys that a mapping may have, and those that will come with a later release and are refused by name until then.</summary>
internal sealed class KeySet(string[] known, params string[] later)
{
    private readonly FrozenDictionary<string, string> _known = known.ToFrozenDictionary(k => k, StringComparer.OrdinalIgnoreCase);

    /// <summary>The key as the reference spells it, or null.</summary>
    public string? Find(string key) => _known.GetValueOrDefault(key);

    public bool IsLater(string key) => Array.Exists(later, k => k.Equals(key, StringComparison.OrdinalIgnoreCase));

    /// <summary>What to write instead of an unknown key.</summary>
    public string Remedy(string key) => Spelling.Remedy(key, known, "the keys here are");
}
