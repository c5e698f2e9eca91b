namespace Router.Api;

/// <summary>
/// What a list is ordered by, as people write it: KEY, KEY:desc or KEY:asc. Without a direction numbers and times begin with the most,
/// words with A.
/// </summary>
public sealed record SortOrder
{
    public required string Key { get; init; }

    /// <summary>Whether the largest, or the last in the alphabet, comes first.</summary>
    public required bool MostFirst { get; init; }

    /// <summary>Reads an order.</summary>
    /// <param name="text">As it was written.</param>
    /// <param name="numbers">Keys of which the most comes first.</param>
    /// <param name="words">Keys of which the least comes first.</param>
    /// <param name="complaint">What is wrong, as a sentence; null if nothing is.</param>
    public static SortOrder? Read(string text, IReadOnlyList<string> numbers, IReadOnlyList<string> words, out string? complaint)
    {
        complaint = null;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        (string key, string? way) = colon < 0 ? (text, null) : (text[..colon], text[(colon + 1)..]);
        bool isNumber = numbers.Contains(key);
        if (!isNumber && !words.Contains(key)) complaint = $"'{key}' is no order; there are {string.Join(", ", numbers.Concat(words))}.";
        else if (way is not (null or "asc" or "desc")) complaint = $"'{way}' is no direction; write {key}:desc for the most first, or {key}:asc.";
        return complaint is null ? new SortOrder { Key = key, MostFirst = way is null ? isNumber : way == "desc" } : null;
    }
}
