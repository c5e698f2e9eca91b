namespace Router.Configuration.Comparing;

/// <summary>One named thing of a configuration, with all its keys as text. Keys that say nothing (an absent gateway) are not there.</summary>
/// <param name="Part">As in <see cref="Change"/>, as is <paramref name="Name"/>.</param>
/// <param name="Name">Which one.</param>
/// <param name="Keys">In the order of the reference.</param>
internal sealed record PortraitOf(string Part, string Name, IReadOnlyList<(string Key, string Value)> Keys);

/// <summary>
/// A configuration as text, thing by thing and key by key, as it holds: with defaults filled in, names of groups and services resolved. Two
/// configurations that mean the same have the same portrait, however they are written, and two that differ in anything do not.
/// </summary>
internal static class Portrait
{
    /// <summary>Things whose order means nothing.</summary>
    public static IEnumerable<PortraitOf> Things(Settings settings)
    {
        foreach (LinkSettings link in settings.Links) yield return new("link", link.Name, LinkPortrait.Of(link));
        foreach (ZoneSettings zone in settings.Zones) yield return new("zone", zone.Name, LinkPortrait.Of(zone));
        yield return new("internet", "", SettingPortrait.Internet(settings.Internet));
        yield return new("default_rule", "", new Keys { { "action", settings.DefaultRule.Action }, { "log", settings.DefaultRule.Log } }.Said);
        yield return new("timeouts", "", SettingPortrait.Timeouts(settings.Timeouts));
        yield return new("limits", "", SettingPortrait.Limits(settings.Limits));
        yield return new("tables", "", new Keys { { "flows", settings.Tables.Flows }, { "pins", settings.Tables.Pins } }.Said);
        yield return new("dns", "", new Keys { { "servers_file", settings.ServersFile } }.Said);
        yield return new("license", "", PeoplePortrait.License(settings.License));
        yield return new("users", "", PeoplePortrait.Users(settings.Users));
        yield return new("users.directory", "", PeoplePortrait.Directory(settings.Users.Directory));
        yield return new("portal", "", PeoplePortrait.Portal(settings.Portal));
        yield return new("metrics", "", PeoplePortrait.Metrics(settings.Metrics));
        yield return new("web", "", new Keys { { "unreadable", settings.Web.DeniesUnreadable ? "deny" : "allow" }, { "ports", settings.Web.Ports } }.Said);
    }

    /// <summary>Traffic rules, top down.</summary>
    public static PortraitOf[] Rules(Settings settings) => [.. settings.Rules.Select(rule => new PortraitOf("rule", rule.Name, RulePortrait.Of(rule)))];

    /// <summary>Web rules, top down.</summary>
    public static PortraitOf[] WebRules(Settings settings) => [.. settings.Web.Rules.Select(rule => new PortraitOf("web rule", rule.Name, RulePortrait.Of(rule)))];
}
