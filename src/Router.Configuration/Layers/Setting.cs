using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Router.Configuration.Layers;

/// <summary>
/// One key of the merged configuration, as the readers walk over it, by hand (no binding by reflection), knowing where to point
/// when something is wrong. Every method that finds a fault has told it already when it returns null or leaves something out, so
/// readers go on to find the next fault.
///
/// Where several layers speak of a key, an <see cref="IConfigurationSection"/> joins them. Most keys, and with them all below, are
/// in one layer only; those are read from its tree at once. That gives the same answers, and ten thousand rules in a quarter of the time.
/// </summary>
internal readonly struct Setting
{
    private readonly Origins _origins;
    private readonly IConfiguration? _joined;
    private readonly Node? _sole;

    private Setting(Origins origins, IConfiguration? joined, Node? sole, string label)
    {
        _origins = origins;
        _joined = joined;
        _sole = sole;
        Label = label;
    }

    /// <summary>The whole configuration.</summary>
    public static Setting Root(IConfiguration joined, Origins origins) => new(origins, joined, null, "");

    /// <summary>Its own name: the last part of its path.</summary>
    public string Key => _joined is IConfigurationSection section ? section.Key : _sole?.Key ?? "";

    /// <summary>The name to speak of it by: a list's item is called after its list.</summary>
    public string Label { get; }

    public Place Place => _sole?.Place ?? _origins.ValueOf(Path);

    public Place KeyPlace => _sole?.KeyPlace ?? _origins.KeyOf(Path);

    /// <summary>The single value as text; null for YAML's null, a mapping or a list.</summary>
    public string? Raw => _sole is { } sole ? sole.Value : (_joined as IConfigurationSection)?.Value;

    /// <summary>Nothing at all is written there, or an empty list or mapping.</summary>
    public bool IsEmpty => Raw is null && Children().Count == 0;

    private string Path => (_joined as IConfigurationSection)?.Path ?? "";

    private NodeKind Kind => _sole?.Kind ?? _origins.KindOf(Path);

    public void Error(string message, string remedy) => _origins.Errors.Error(Place, message, remedy);

    public void KeyError(string message, string remedy) => _origins.Errors.Error(KeyPlace, message, remedy);

    public void Warn(string message, string remedy) => _origins.Errors.Warn(Place, message, remedy);

    /// <summary>The key of that name below this one; if nobody wrote it, one that is empty and placed where this one is.</summary>
    public Setting At(string name)
    {
        if (_sole is { } sole) return new Setting(_origins, null, sole.Find(name) ?? sole.Absent(name), name);
        IConfigurationSection section = _joined!.GetSection(name);
        return new Setting(_origins, section, _origins.Sole(section.Path), name);
    }

    /// <summary>All children, whatever their names, in order.</summary>
    private List<Setting> Children()
    {
        if (_sole is { } sole)
        {
            var own = new List<Setting>(sole.Count);
            for (int i = 0; i < sole.Count; i++)
            {
                Node child = sole.Child(i);
                own.Add(new Setting(_origins, null, child, child.Key.Length == 0 ? Label : child.Key));
            }
            return own;
        }
        var joined = new List<Setting>();
        foreach (IConfigurationSection child in _joined!.GetChildren())
        {
            joined.Add(new Setting(_origins, child, _origins.Sole(child.Path), IsIndex(child.Key) ? Label : child.Key));
        }
        return joined;
    }

    /// <summary>A single value, told if it is missing or something else.</summary>
    public string? Text()
    {
        if (Raw is { } text) return text;
        if (Kind == NodeKind.Scalar) Error($"`{Label}` has no value", "write one, or remove the key");
        else Error($"`{Label}` must be a single value", "write it on one line, without brackets");
        return null;
    }

    /// <summary>The known keys of a mapping; unknown ones are told, with the nearest that is known.</summary>
    public IEnumerable<(string Name, Setting Value)> Fields(KeySet keys)
    {
        foreach (Setting child in Named())
        {
            if (keys.Find(child.Key) is { } name) yield return (name, child);
            else if (keys.IsLater(child.Key)) child.KeyError($"`{child.Key}` is not part of this release", "remove it");
            else child.KeyError($"unknown key `{child.Key}`", keys.Remedy(child.Key));
        }
    }

    /// <summary>The entries of a mapping whose keys are names of the administrator's choice.</summary>
    public List<Setting> Named() => IsMapping() ? Children() : [];

    /// <summary>The items of a list; a single value is a list of one.</summary>
    public List<Setting> Items()
    {
        if (Raw is not null) return [this];
        List<Setting> items = Children();
        if (_sole is { Kind: NodeKind.List }) return items;
        foreach (Setting child in items)
        {
            if (_sole is not null || !IsIndex(child.Key)) child.KeyError($"`{Label}` must be a list", "write `[one, two]`, or each item on a line that begins with `-`");
        }
        return items.FindAll(i => IsIndex(i.Key));
    }

    /// <summary>The items of a list as text, without those that are not single values.</summary>
    public IEnumerable<(string Text, Setting Item)> Texts()
    {
        if (Raw is { } single)
        {
            yield return (single, this);
            yield break;
        }
        foreach (Setting item in Items())
        {
            if (item.Text() is { } text) yield return (text, item);
        }
    }

    private bool IsMapping()
    {
        bool mapping = Raw is null && Kind != NodeKind.List;
        if (!mapping) Error(Path.Length == 0 && Label.Length == 0 ? "a mapping was expected" : $"`{Label}` must be a mapping", "write `key: value` lines below it");
        return mapping;
    }

    private static bool IsIndex(string key) => int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
