using System.Collections.Frozen;
using Router.Configuration.Reference;

namespace Router.Configuration.Layers;

/// <summary>
/// The keys that a mapping may have, as the reference has them, and those that will come with a later release and are refused by name until then.
/// </summary>
internal sealed class KeySet(string[] known, params string[] later)
{
    private readonly FrozenDictionary<string, string> _known = known.ToFrozenDictionary(k => k, StringComparer.OrdinalIgnoreCase);

    /// <summary>The keys of a part of the configuration; its reference is where they are listed.</summary>
    public KeySet(Part part, params string[] later)
        : this(part.Names, later)
    {
    }

    /// <summary>The key as the reference spells it, or null.</summary>
    public string? Find(string key) => _known.GetValueOrDefault(key);

    public bool IsLater(string key) => Array.Exists(later, k => k.Equals(key, StringComparison.OrdinalIgnoreCase));

    /// <summary>What to write instead of an unknown key.</summary>
    public string Remedy(string key) => Spelling.Remedy(key, known, "the keys here are");
}
