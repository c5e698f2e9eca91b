namespace Router.Web.Directories;

/// <summary>
/// The groups that somebody is in, through other groups too. Servers other than Active Directory tell direct members only, so the groups
/// found are looked for as members of others, and so on. Bounded in depth and number, and each group is looked at once, so that groups
/// that contain each other, and directories that lie, end.
/// </summary>
internal static class GroupWalk
{
    public const int MostDepth = 16;
    public const int MostGroups = 500;

    /// <param name="first">The groups that name him.</param>
    /// <param name="above">Groups that a group is a member of: distinguished names and names.</param>
    /// <param name="mayGoOn">False once there is no time left; what is found until then is the answer.</param>
    public static List<string> Collect(
        IEnumerable<(string Dn, string Name)> first, Func<string, IEnumerable<(string Dn, string Name)>> above, Func<bool> mayGoOn)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var names = new List<string>();
        List<string> level = Take(first, seen, names);
        for (int depth = 0; depth < MostDepth && level.Count > 0; depth++)
        {
            var next = new List<string>();
            foreach (string group in level)
            {
                if (!mayGoOn()) return names;
                next.AddRange(Take(above(group), seen, names));
            }
            level = next;
        }
        return names;
    }

    private static List<string> Take(IEnumerable<(string Dn, string Name)> groups, HashSet<string> seen, List<string> names)
    {
        var fresh = new List<string>();
        foreach ((string dn, string name) in groups)
        {
            if (names.Count >= MostGroups || !seen.Add(dn)) continue;
            fresh.Add(dn);
            if (name.Length > 0 && !names.Contains(name, StringComparer.OrdinalIgnoreCase)) names.Add(name);
        }
        return fresh;
    }
}
