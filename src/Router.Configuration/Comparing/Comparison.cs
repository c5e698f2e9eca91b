namespace Router.Configuration.Comparing;

/// <summary>
/// What one configuration changes of another, by what they mean (<see cref="Portrait"/>): things that are added, removed or changed, key by
/// key; and rules that have another place among the others. Rules are known by their names, as everywhere. Of the many ways to tell a new order
/// the shortest is told: as few rules as possible are said to have moved, the rest stand as they stood to each other.
/// </summary>
public static class Comparison
{
    /// <summary>All changes, links and zones first, in the order of the later configuration; what is gone comes behind.</summary>
    public static IReadOnlyList<Change> Of(Settings before, Settings after)
    {
        var changes = new List<Change>();
        Compare([.. Portrait.Things(before)], [.. Portrait.Things(after)], changes);
        CompareInOrder(Portrait.Rules(before), Portrait.Rules(after), changes);
        CompareInOrder(Portrait.WebRules(before), Portrait.WebRules(after), changes);
        return changes;
    }

    private static Dictionary<(string, string), PortraitOf> ByName(PortraitOf[] things) =>
        things.ToDictionary(thing => (thing.Part, thing.Name.ToUpperInvariant()));

    private static void Compare(PortraitOf[] before, PortraitOf[] after, List<Change> changes)
    {
        Dictionary<(string, string), PortraitOf> old = ByName(before), present = ByName(after);
        foreach (PortraitOf thing in after)
        {
            if (!old.TryGetValue((thing.Part, thing.Name.ToUpperInvariant()), out PortraitOf? was)) changes.Add(new Change(thing.Part, thing.Name, ChangeKind.Added, null, null, Summary(thing)));
            else CompareKeys(was, thing, changes);
        }
        foreach (PortraitOf thing in before.Where(thing => !present.ContainsKey((thing.Part, thing.Name.ToUpperInvariant()))))
        {
            changes.Add(new Change(thing.Part, thing.Name, ChangeKind.Removed, null, Summary(thing), null));
        }
    }

    private static void CompareKeys(PortraitOf was, PortraitOf now, List<Change> changes)
    {
        Dictionary<string, string> old = was.Keys.ToDictionary(key => key.Key, key => key.Value);
        foreach ((string key, string value) in now.Keys)
        {
            if (!old.Remove(key, out string? earlier)) changes.Add(new Change(now.Part, now.Name, ChangeKind.Changed, key, null, value));
            else if (earlier != value) changes.Add(new Change(now.Part, now.Name, ChangeKind.Changed, key, earlier, value));
        }
        foreach ((string key, string value) in was.Keys.Where(key => old.ContainsKey(key.Key))) changes.Add(new Change(now.Part, now.Name, ChangeKind.Changed, key, value, null));
    }

    private static void CompareInOrder(PortraitOf[] before, PortraitOf[] after, List<Change> changes)
    {
        Compare(before, after, changes);
        var places = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < before.Length; i++) places[before[i].Name] = i;
        int[] common = [.. Enumerable.Range(0, after.Length).Where(i => places.ContainsKey(after[i].Name))];
        HashSet<int> standing = [.. LongestRising([.. common.Select(i => places[after[i].Name])]).Select(i => common[i])];
        foreach (int i in common.Where(i => !standing.Contains(i)))
        {
            int was = places[after[i].Name];
            changes.Add(new Change(after[i].Part, after[i].Name, ChangeKind.Moved, null, was == 0 ? "the top" : $"behind {before[was - 1].Name}", i == 0 ? "the top" : $"behind {after[i - 1].Name}"));
        }
    }

    /// <summary>Places of a longest rising run among numbers that are all different (patience sorting).</summary>
    internal static List<int> LongestRising(int[] numbers)
    {
        var piles = new List<int>();
        int[] behind = new int[numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            int low = 0, high = piles.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (numbers[piles[middle]] < numbers[i]) low = middle + 1;
                else high = middle;
            }
            behind[i] = low == 0 ? -1 : piles[low - 1];
            if (low == piles.Count) piles.Add(i);
            else piles[low] = i;
        }
        var run = new List<int>();
        for (int i = piles.Count == 0 ? -1 : piles[^1]; i >= 0; i = behind[i]) run.Add(i);
        run.Reverse();
        return run;
    }

    private static string Summary(PortraitOf thing) => thing.Part switch
    {
        "link" => Find(thing, "interface"),
        "zone" => Find(thing, "interfaces"),
        "rule" => $"{Find(thing, "action")} {Find(thing, "service")} from {Find(thing, "source")} to {Find(thing, "destination")}",
        _ => Find(thing, "action"),
    };

    private static string Find(PortraitOf thing, string key) => thing.Keys.FirstOrDefault(one => one.Key == key).Value ?? "";
}
