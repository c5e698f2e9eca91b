using Router.Configuration.Layers;
using Router.Forwarding.Rules;

namespace Router.Configuration.Checks;

/// <summary>Links that do less than their author will expect: reserved for nobody, without weight, or probed no farther than their own gateway.</summary>
internal static class LinkChecks
{
    /// <param name="settings">All of the configuration.</param>
    /// <param name="links">Where `links` is written, and so on for <paramref name="internet"/> and <paramref name="health"/>.</param>
    public static void Check(Settings settings, Setting links, Setting internet, Setting health)
    {
        Weights(settings, links);
        foreach (LinkSettings link in settings.Links) OwnGateway(link, links.At(link.Name), health);
        Queues(settings, internet);
    }

    private static void Weights(Settings settings, Setting links)
    {
        LinkSettings[] usable = [.. settings.Links.Where(link => link.Enabled)];
        if (usable.Length > 0 && settings.Internet.Mode == InternetMode.Balance && Array.TrueForAll(usable, link => link.Weight == 0))
        {
            links.Warn("every link has `weight: 0`, and `mode: balance` places nothing on such: what no rule sends to a link is refused",
                "give one link a weight, or write `mode: failover` and an `order`");
            return;
        }
        foreach (LinkSettings link in usable.Where(link => link.Weight == 0 && !IsNamed(link.Name, settings)))
        {
            links.At(link.Name).At("weight").Warn($"link `{link.Name}` is reserved (`weight: 0`) and no rule names it: it carries nothing, even while the others are down",
                $"name it in a rule (`link: {link.Name}`) or in `internet.order`, or give it a weight");
        }
    }

    private static bool IsNamed(string link, Settings settings) =>
        settings.Internet.Order.Contains(link) || settings.Rules.Any(rule => rule.Enabled && rule.Links.Contains(link));

    // Written as an address, the gateway looks like something behind it.
    private static void OwnGateway(LinkSettings link, Setting setting, Setting common)
    {
        string?[] own = [link.Gateway4?.ToString(), link.Gateway6?.ToString()];
        ProbeTarget[] targets = link.Health.Targets;
        if (!link.Enabled || !Array.TrueForAll(targets, target => target.Host is null || own.Contains(target.Host))) return;
        if (Array.Find(targets, target => target.Host is not null) is not { } written) return;
        Setting at = setting.At("health").At("targets") is { IsEmpty: false } its ? its : common.At("targets");
        at.Warn($"`{written}` is the gateway of link `{link.Name}` itself: nothing behind it is asked, so a provider that is dead behind it goes unnoticed",
            "add a target in the Internet, such as `icmp:1.1.1.1`, or write just `gateway`");
    }

    private static void Queues(Settings settings, Setting internet)
    {
        if (settings.Internet.Placement != Placement.Measured || settings.Internet.Mode != InternetMode.Balance) return;
        string[] near = [.. settings.Links.Where(link => link is { Enabled: true, Weight: > 0 } && Array.TrueForAll(link.Health.Targets, target => target.Host is null)).Select(link => $"`{link.Name}`")];
        if (near.Length == 0) return;
        internet.At("placement").Warn($"{string.Join(" and ", near)} {(near.Length == 1 ? "is" : "are")} probed by the gateway only: if that stands in your own modem, probes do not go past the queue, and a link that is full is not noticed",
            "add a target behind the provider to `health.targets`, such as `icmp:1.1.1.1`");
    }
}
