namespace Router.Forwarding.Rules;

/// <summary>
/// Top down, first match wins. The last rule matches everything, so there is always an answer. This is what the list means; the path
/// asks the <see cref="RuleIndex"/>, which gives the same answers sooner.
/// </summary>
internal static class RuleList
{
    /// <summary>The index of the first rule that matches.</summary>
    /// <param name="rules">The policy's rules.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="destination">Where it goes, before translation.</param>
    /// <param name="protocol">IP protocol number.</param>
    /// <param name="port">Destination port, or 0.</param>
    public static int Match(Rule[] rules, in Endpoint source, in Endpoint destination, byte protocol, ushort port)
    {
        for (int index = 0; index < rules.Length - 1; index++)
        {
            if (Matches(rules[index], source, destination, protocol, port)) return index;
        }
        return rules.Length - 1;
    }

    /// <summary>Whether one rule matches by itself.</summary>
    public static bool Matches(Rule rule, in Endpoint source, in Endpoint destination, byte protocol, ushort port) =>
        rule.Active && MatchesFamily(rule, destination.Address.IsV4) && MatchesService(rule, protocol, port)
        && rule.Destination.Matches(destination) && rule.Source.Matches(source);

    /// <summary>In words, why a rule does not match, or null if it does.</summary>
    public static string? WhyNot(Rule rule, in Endpoint source, in Endpoint destination, byte protocol, ushort port)
    {
        if (!rule.Active) return "it is switched off, or outside its time";
        if (!MatchesFamily(rule, destination.Address.IsV4)) return $"it speaks of {rule.Family} only";
        if (!MatchesService(rule, protocol, port)) return "the service differs";
        if (!rule.Destination.Matches(destination)) return "the destination differs";
        return rule.Source.Matches(source) ? null : rule.Source.Who is { } who ? $"the source differs: it is for {who}, and {Described(source)}" : "the source differs";
    }

    private static string Described(in Endpoint source) => source.Who switch
    {
        null => "nobody is logged in there",
        { IsUser: false } => "a guest is there",
        { Groups.Length: 0 } user => $"{user.User} is there, of no group",
        { } user => $"{user.User} is there, of {string.Join(", ", user.Groups.ToArray())}",
    };

    private static bool MatchesFamily(Rule rule, bool v4) =>
        rule.Family == RuleFamily.Any || rule.Family == RuleFamily.IPv4 == v4;

    private static bool MatchesService(Rule rule, byte protocol, ushort port)
    {
        ServiceMatch[] services = rule.Services;
        if (services.Length == 0) return true;
        foreach (ServiceMatch service in services)
        {
            if (service.Matches(protocol, port)) return true;
        }
        return false;
    }
}
