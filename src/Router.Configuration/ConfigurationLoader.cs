using Microsoft.Extensions.Configuration;
using Router.Configuration.Checks;
using Router.Configuration.Layers;
using Router.Configuration.Layers.Yaml;
using Router.Configuration.Reading;
using Router.Configuration.Reading.Probing;
using Router.Configuration.Reference;
using Router.Configuration.Web;
using Router.Forwarding.Rules;

namespace Router.Configuration;

/// <summary>
/// From files to <see cref="Settings"/>, or to a list of everything that is wrong.
///
///     router.yaml --+
///     router.d/*.yaml --> Layers: trees with places, joined by Microsoft.Extensions.Configuration
///     ROUTERD__... --+        |
///                       Reading: values, names, references; unknown keys
///                             |
///                       Checks: rules that contradict, or that nothing can reach
///                             |
///                       Settings --> PolicyCompiler --> Policy
///
/// Nothing is half accepted: one error anywhere and <see cref="LoadResult.Settings"/> is null, so that the configuration in force
/// stays. Hostile files are answered with errors, never with an exception. Called by the daemon at start and at reload, and by
/// `routerctl check`; holds no state between calls but what the caller keeps in a <see cref="ReadBefore"/>.
/// </summary>
public static class ConfigurationLoader
{
    private const int MostFragments = 1000;

    private static readonly KeySet Keys = new(ConfigurationReference.Root);

    /// <summary>Loads the file, its fragments and the variables that override it.</summary>
    /// <param name="path">The main file. Fragments are `*.yaml` in the directory beside it that has its name with `.d`.</param>
    /// <param name="environment">Variables, of which those that begin with `ROUTERD__` count; null for those of this process.</param>
    /// <param name="before">What loads before this one have read, so that this one reads what is new.</param>
    public static LoadResult Load(string path, IEnumerable<KeyValuePair<string, string?>>? environment = null, ReadBefore? before = null)
    {
        var errors = new ErrorList();
        List<Node?> files = [.. Files(path, errors).Select(file => ReadFile(file, errors, before))];
        before?.End(sound: !files.Contains(null));
        NameLists lists = before?.Lists ?? new NameLists();
        LoadResult result = Merge(files, environment ?? EnvironmentLayer.OfProcess(), errors, lists);
        lists.End(sound: result.Settings is not null);
        return result;
    }

    /// <summary>Loads one file's octets, without fragments and by default without variables: for what does not come from a disk.</summary>
    public static LoadResult LoadText(string file, ReadOnlySpan<byte> octets, IEnumerable<KeyValuePair<string, string?>>? environment = null)
    {
        var errors = new ErrorList();
        return Merge([ReadText(file, octets, errors)], environment ?? [], errors);
    }

    /// <summary>Loads the octets of a file and of its fragments, with the variables of this process: what somebody else has read.</summary>
    /// <param name="texts">The main one first.</param>
    /// <param name="readsLists">Whether files of names that they mention are read; not where the texts are a stranger's.</param>
    public static LoadResult LoadTexts(IEnumerable<(string File, byte[] Octets)> texts, bool readsLists = false)
    {
        var errors = new ErrorList();
        return Merge([.. texts.Select(one => ReadText(one.File, one.Octets, errors))], EnvironmentLayer.OfProcess(), errors, readsLists ? new NameLists() : null);
    }

    /// <summary>A file and its fragments, in the order in which they are read. What cannot be listed is left out.</summary>
    public static IReadOnlyList<string> Files(string path) => Files(path, new ErrorList());

    private static string[] Files(string path, ErrorList errors) => [path, .. Fragments(path, errors)];

    private static Node? ReadText(string file, ReadOnlySpan<byte> octets, ErrorList errors) =>
        FileBytes.Decode(file, octets, errors) is { } text ? YamlReader.Read(file, text, errors) : null;

    private static Node? ReadFile(string path, ErrorList errors, ReadBefore? before) =>
        FileBytes.Read(path, errors) is { } text ? YamlReader.Read(path, text, errors, before) : null;

    private static string[] Fragments(string path, ErrorList errors)
    {
        string directory = Path.ChangeExtension(path, ".d");
        try
        {
            if (!Directory.Exists(directory)) return [];
            string[] found = Directory.GetFiles(directory, "*.yaml");
            Array.Sort(found, StringComparer.Ordinal);
            if (found.Length <= MostFragments) return found;
            errors.Error(new Place(directory, 0, 0), $"{found.Length} fragments", $"join some; {MostFragments} is the most");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            errors.Error(new Place(directory, 0, 0), $"cannot be read: {fault.Message}", "check its permissions");
        }
        return [];
    }

    /// <summary>Stops before the settings are read if a file is unreadable: half of them would only give false complaints.</summary>
    private static LoadResult Merge(List<Node?> files, IEnumerable<KeyValuePair<string, string?>> environment, ErrorList errors, NameLists? lists = null)
    {
        Layer variables = EnvironmentLayer.Build(environment, errors);
        if (files.Contains(null)) return new LoadResult(null, errors.Errors, errors.Warnings);
        var layers = new List<Layer>();
        int rules = 0, webRules = 0;
        foreach (Node? file in files)
        {
            Node root = file!.Value;
            Append(root, "rules", ref rules);
            Append(root, "web_rules", ref webRules);
            layers.Add(new Layer(root));
        }
        layers.Add(variables);
        var builder = new ConfigurationBuilder();
        foreach (Layer layer in layers) builder.Add(layer);
        var origins = new Origins(layers, errors);
        Settings settings = Read(Setting.Root(builder.Build(), origins), errors, lists);
        errors.Sort(origins.Files);
        return new LoadResult(errors.Any ? null : settings, errors.Errors, errors.Warnings);
    }

    /// <summary>The list of a file goes on where that of the file before ended.</summary>
    private static void Append(Node root, string name, ref int count)
    {
        if (root.Find(name) is not { Kind: NodeKind.List } list) return;
        list.FirstIndex = count;
        count += list.Count;
    }

    /// <summary>What rules refer to is read before them, in whatever order the file has it.</summary>
    private static Settings Read(Setting root, ErrorList errors, NameLists? lists)
    {
        var names = new Names();
        var parts = new Parts(root, [.. root.Fields(Keys)]);
        HealthSettings health = parts.Read("health", s => HealthReader.Read(s, new HealthSettings()), new HealthSettings());
        var ports = new PortReader(names, errors);
        List<ZoneSettings> zones = parts.Read("zones", ports.Zones, []);
        List<LinkSettings> links = ports.Links(parts.Find("links"), health);
        InternetSettings internet = parts.Read("internet", s => GlobalReader.Internet(s, names), new InternetSettings());
        parts.Each("groups", new EndReader(names).Define);
        parts.Each("services", new TransportPortReader(names).Define);
        parts.Each("times", new TimeReader(names).Define);
        UserSettings users = parts.Read("users", s => new UserReader(names, errors).Users(s, zones), new UserSettings());
        List<RuleReader.Read> rules = parts.Read("rules", new RuleReader(names, internet.Pin, errors).Rules, []);
        parts.Each("on_exit", GlobalReader.OnExit);
        RuleChecks.Check(rules, names, internet.Mode);
        var settings = new Settings
        {
            Zones = zones,
            Links = links,
            Internet = internet,
            Rules = [.. rules.Select(r => r.Rule)],
            DefaultRule = parts.Read("default_rule", RuleReader.Default, new DefaultRuleSettings(RuleAction.Drop, RuleLog.None)),
            Timeouts = parts.Read("timeouts", GlobalReader.Timeouts, new FlowTimeouts()),
            Tables = parts.Read("tables", GlobalReader.Tables, new TableSettings()),
            Limits = parts.Read("limits", new LimitReader(names).Limits, new LimitSettings()),
            ServersFile = parts.Read("dns", GlobalReader.ServersFile, null),
            Web = parts.Read("web", WebReader.Common, new WebSettings()) with { Rules = parts.Read("web_rules", new WebReader(names, errors, lists).Rules, []) },
            Portal = parts.Read("portal", PortalReader.Portal, new PortalSettings()),
            Metrics = parts.Read("metrics", s => MetricsReader.Metrics(s, [.. zones.Select(zone => zone.Name)]), new MetricsSettings()),
            Users = users with { Mentions = names.Mentions },
            License = parts.Read("license", LicenseReader.License, new LicenseSettings()),
            HostNames = names.Hosts,
        };
        if (!errors.Any) LookForTraps(settings, rules, parts);
        return settings;
    }

    /// <summary>What is right by itself and will surprise its author. Only where all is read: half a list of rules would only give false warnings.</summary>
    private static void LookForTraps(Settings settings, List<RuleReader.Read> rules, in Parts parts)
    {
        LoginChecks.Check(rules, settings, parts.Find("portal"));
        BoxRules.CheckAdministration(rules, settings);
        ForwardChecks.Check(rules);
        LinkChecks.Check(settings, parts.Find("links"), parts.Find("internet"), parts.Find("health"));
        IdleChecks.Check(settings, parts.Find("timeouts"), parts.Find("users"));
    }

    /// <summary>The file's top level, to be read in our order.</summary>
    private readonly struct Parts(Setting root, List<(string Name, Setting Value)> fields)
    {
        /// <summary>The part of that name; empty if it is absent.</summary>
        public Setting Find(string name) => fields.Find(f => f.Name == name) is { Name: not null } found ? found.Value : root.At(name);

        public T Read<T>(string name, Func<Setting, T> read, T otherwise) =>
            fields.Exists(f => f.Name == name) ? read(Find(name)) : otherwise;

        public void Each(string name, Action<Setting> read)
        {
            if (fields.Exists(f => f.Name == name)) read(Find(name));
        }
    }
}
