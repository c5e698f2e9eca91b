using Router.Configuration.Layers;

namespace Router.Configuration;

/// <summary>
/// Collects what is wrong, so that one run of `check` tells all of it. Bounded: a file of rubbish gives <see cref="Most"/> lines of
/// each kind and then one that says that there were more.
/// </summary>
internal sealed class ErrorList
{
    public const int Most = 200;

    private readonly List<ConfigurationError> _errors = [];
    private readonly List<ConfigurationError> _warnings = [];

    public bool Any => _errors.Count > 0;

    /// <summary>Grows with every error, so that a reader can tell whether a part was sound.</summary>
    public int Count { get; private set; }

    public IReadOnlyList<ConfigurationError> Errors => _errors;

    public IReadOnlyList<ConfigurationError> Warnings => _warnings;

    public void Error(Place place, string message, string remedy)
    {
        Count++;
        Add(_errors, place, message, remedy, Severity.Error);
    }

    public void Warn(Place place, string message, string remedy) => Add(_warnings, place, message, remedy, Severity.Warning);

    /// <summary>Puts them in the order in which an editor shows them: by file, as loaded, then by line.</summary>
    public void Sort(IReadOnlyList<string> files)
    {
        Sort(_errors, files);
        Sort(_warnings, files);
    }

    private static void Add(List<ConfigurationError> list, Place place, string message, string remedy, Severity severity)
    {
        if (list.Count < Most)
        {
            list.Add(new ConfigurationError(place.File, place.Line, place.Column, message, remedy, severity));
        }
        else if (list.Count == Most)
        {
            list.Add(new ConfigurationError(place.File, 0, 0, $"more than {Most} like these", "mend the first ones and check again", severity));
        }
    }

    private static void Sort(List<ConfigurationError> list, IReadOnlyList<string> files)
    {
        var rank = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < files.Count; i++) rank.TryAdd(files[i], i);
        ConfigurationError[] sorted =
        [
            .. list.OrderBy(e => rank.GetValueOrDefault(e.File, int.MaxValue))
                .ThenBy(e => e.Line == 0 ? int.MaxValue : e.Line)
                .ThenBy(e => e.Column),
        ];
        list.Clear();
        list.AddRange(sorted);
    }
}
