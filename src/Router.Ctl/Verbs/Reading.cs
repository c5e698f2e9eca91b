using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Router.Api;

namespace Router.Ctl.Verbs;

/// <summary>What verbs that show something have in common: `--watch`, `--sort`, `--limit`.</summary>
internal static class Reading
{
    private const double LeastSeconds = 0.1, MostSeconds = 3600;

    /// <summary>`--watch [SECONDS]`; read by <see cref="Every"/>.</summary>
    public static Option<double> Watch() => new("--watch")
    {
        Description = "Ask again every second, or so many, until interrupted.",
        HelpName = "SECONDS",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = ReadSeconds,
    };

    /// <summary>How often it is asked for; null: once.</summary>
    public static TimeSpan? Every(ParseResult parsed, Option<double> watch) =>
        parsed.GetResult(watch) is { Implicit: false } ? TimeSpan.FromSeconds(parsed.GetValue(watch)) : null;

    /// <summary>`--sort KEY[:desc]` by these keys.</summary>
    public static Option<string> Sort(params IReadOnlyList<string> keys)
    {
        var option = new Option<string>("--sort")
        {
            Description = $"By {string.Join(", ", keys)}: numbers the most first, words from A; KEY:asc and KEY:desc say it.",
            HelpName = "KEY",
        };
        option.CompletionSources.Add([.. keys]);
        return option;
    }

    /// <summary>`--limit N`.</summary>
    public static Option<int> Limit(int usual, int most) => new("--limit")
    {
        Description = $"No more than so many, at most {most}.",
        HelpName = "N",
        DefaultValueFactory = _ => usual,
    };

    private static double ReadSeconds(ArgumentResult result)
    {
        if (result.Tokens.Count == 0) return 1;
        string text = result.Tokens[0].Value;
        if (double.TryParse(text.TrimEnd('s'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is >= LeastSeconds and <= MostSeconds) return seconds;
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"'{text}' is no number of seconds from {LeastSeconds} to {MostSeconds} for --watch."));
        return 1;
    }
}

/// <summary>
/// The orders of a list that is short by its nature (links, rules, accounts), so that it is sent whole and put in order here. Long ones are
/// sorted and cut by routerd.
/// </summary>
/// <param name="keys">What each key is of an entry: a string, a number or null, which stands last.</param>
internal sealed class Orders<T>(params (string Key, Func<T, IComparable?> Of)[] keys)
{
    private const int Most = 100_000;

    public Option<string> Sort { get; } = Reading.Sort([.. keys.Select(one => one.Key)]);

    public Option<int> Limit { get; } = Reading.Limit(Most, Most);

    /// <summary>What the options ask to be done with an answer; null for nothing.</summary>
    /// <exception cref="ControlFailure">There is no such order, or no such limit.</exception>
    public Func<IReadOnlyList<T>, IReadOnlyList<T>>? Read(ParseResult parsed)
    {
        int limit = parsed.GetValue(Limit);
        if (limit is < 1 or > Most) throw new ControlFailure(ExitCode.Usage, $"'limit' must be a number from 1 to {Most}, not '{limit}'.");
        if (parsed.GetValue(Sort) is not { } text) return limit == Most ? null : list => [.. list.Take(limit)];
        SortOrder order = SortOrder.Read(text, [], [.. keys.Select(one => one.Key)], out string? complaint) ?? throw new ControlFailure(ExitCode.Usage, complaint!);
        Func<T, IComparable?> of = keys.First(one => one.Key == order.Key).Of;
        bool isSaid = text.Contains(':', StringComparison.Ordinal);
        return list =>
        {
            bool mostFirst = isSaid ? order.MostFirst : list.Any(one => of(one) is not (null or string));
            IOrderedEnumerable<T> byKind = list.OrderBy(one => of(one) is null);
            return [.. (mostFirst ? byKind.ThenByDescending(of) : byKind.ThenBy(of)).Take(limit)];
        };
    }
}
