namespace Router.Configuration.Layers;

/// <summary>Finds what somebody meant: the candidate with the fewest edits (Levenshtein) from what was written.</summary>
public static class Spelling
{
    /// <summary>A longer word is not compared letter by letter: nobody misspelled it.</summary>
    private const int MostLetters = 40;

    private const int MostListed = 12;

    /// <summary>"write `x`" if one candidate is near, else a list of what is possible.</summary>
    public static string Remedy(string written, IReadOnlyCollection<string> candidates, string listIntro)
    {
        if (Nearest(written, candidates) is { } nearest) return $"write `{nearest}`";
        if (candidates.Count == 0) return "define it first";
        string list = string.Join(", ", candidates.Take(MostListed));
        return $"{listIntro} {list}{(candidates.Count > MostListed ? ", ..." : "")}";
    }

    /// <summary>The nearest candidate, or null if none is near enough to be what was meant.</summary>
    public static string? Nearest(string written, IEnumerable<string> candidates)
    {
        if (written.Length > MostLetters) return null;
        string? nearest = null;
        int least = Math.Max(2, (written.Length + 2) / 3) + 1;
        foreach (string candidate in candidates)
        {
            if (candidate.Length > MostLetters || Math.Abs(candidate.Length - written.Length) >= least) continue;
            int edits = Edits(written, candidate);
            if (edits >= least || edits >= Math.Max(written.Length, candidate.Length)) continue;
            least = edits;
            nearest = candidate;
        }
        return nearest;
    }

    /// <summary>Letters to insert, delete or change, without regard to case, to make one word of the other.</summary>
    public static int Edits(string left, string right)
    {
        Span<int> row = stackalloc int[MostLetters + 1];
        for (int j = 0; j <= right.Length; j++) row[j] = j;
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int change = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1;
                int here = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + change);
                diagonal = row[j];
                row[j] = here;
            }
        }
        return row[right.Length];
    }
}
