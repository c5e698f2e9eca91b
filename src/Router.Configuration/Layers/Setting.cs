using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Router.Configuration.Layers;

/// <summary>
/// One key of the merged configuration, as the readers walk over it. It reads an <see cref="IConfigurationSection"/> by hand (no
/// binding by reflection) and knows where to point when something is wrong. Every method that finds a fault has told it already
/// when it returns null or leaves something out, so readers go on to find the next fault.
/// </summary>
internal readonly struct Setting(IConfiguration section, string path, string key, Origins origins, ErrorList errors)
{
    /// <summary>Its own name: the last part of the path.</summary>
    public string Key { get; } = key;

    public string Path { get; } = path;

    /// <summary>The name to speak of it by: a list's item is called after its list.</summary>
    public string Label
    {
        get
        {
            string[] parts = Path.Split(':');
            return Array.FindLast(parts, p => !int.TryParse(p, out _)) ?? Key;
        }
    }

    public Place Place => origins.ValueOf(Path);

    public Place KeyPlace => origins.KeyOf(Path);

    /// <summary>The single value as text; null for YAML's null, a mapping or a list.</summary>
    public string? Raw => (section as IConfigurationSection)?.Value;

    public void Error(string message, string remedy) => errors.Error(Place, message, remedy);

    public void KeyError(string message, string remedy) => errors.Error(KeyPlace, message, remedy);

    public void Warn(string message, string remedy) => errors.Warn(Place, message, remedy);

    /// <summary>A key below this one that nobody wrote: empty, and placed where this one is.</summary>
    public Setting Absent(string name) => new(section.GetSection(name), Path.Length == 0 ? name : $"{Path}:{name}", name, origins, errors);

    /// <summary>All children, whatever their names, in order.</summary>
    public IEnumerable<Setting> Children()
    {
        foreach (IConfigurationSection child in section.GetChildren()) yield return new Setting(child, child.Path, child.Key, origins, errors);
    }

    /// <summary>A single value, told if it is missing or something else.</summary>
    public string? Text()
    {
        if (Raw is { } text) return text;
        if (origins.KindOf(Path) == NodeKind.Scalar) Error($"`{Label}` has no value", "write one, or remove the key");
        else Error($"`{Label}` must be a single value", "write it on one line, without brackets");
        return null;
    }

    /// <summary>The known keys of a mapping; unknown ones are told, with the nearest that is known.</summary>
    public List<(string Name, Setting Value)> Fields(KeySet keys)
    {
        var fields = new List<(string, Setting)>();
        if (!IsMapping()) return fields;
        foreach (Setting child in Children())
        {
            if (keys.Find(child.Key) is { } name) fields.Add((name, child));
            else if (keys.IsLater(child.Key)) child.KeyError($"`{child.Key}` is not part of this release", "remove it");
            else child.KeyError($"unknown key `{child.Key}`", keys.Remedy(child.Key));
        }
        return fields;
    }

    /// <summary>The entries of a mapping whose keys are names of the administrator's choice.</summary>
    public IEnumerable<Setting> Named() => IsMapping() ? Children() : [];

    /// <summary>The items of a list; a single value is a list of one.</summary>
    public List<Setting> Items()
    {
        var items = new List<Setting>();
        if (Raw is not null)
        {
            items.Add(this);
            return items;
        }
        foreach (Setting child in Children())
        {
            if (int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)) items.Add(child);
            else child.KeyError($"`{Label}` must be a list", "write `[one, two]`, or each item on a line that begins with `-`");
        }
        return items;
    }

    /// <summary>The items of a list as text, without those that are not single values.</summary>
    public List<(string Text, Setting Item)> Texts()
    {
        List<Setting> items = Items();
        var texts = new List<(string, Setting)>(items.Count);
        foreach (Setting item in items)
        {
            if (item.Text() is { } text) texts.Add((text, item));
        }
        return texts;
    }

    private bool IsMapping()
    {
        bool mapping = Raw is null && origins.KindOf(Path) != NodeKind.List;
        if (!mapping) Error(Path.Length == 0 ? "a mapping was expected" : $"`{Label}` must be a mapping", "write `key: value` lines below it");
        return mapping;
    }
}
