using Router.Configuration.Layers;
using Router.Configuration.Reference;
using Router.Forwarding.Rules;
using Router.Forwarding.Translation;
using Router.Wire;

namespace Router.Configuration.Reading;

/// <summary>
/// Reads a link's `ipv6`: how it translates, and for `npt` between which prefixes. RFC 6296 3.7 lets prefixes differ in length by filling
/// the shorter one up with zeros; which subnets are left then is better said than guessed, so both are written with one length. What
/// one provider routes here no other does, so no two links have prefixes that overlap.
/// </summary>
internal sealed class Ipv6Reader
{
    private static readonly KeySet Keys = new(LinkParts.Ipv6);

    private readonly List<(Prefix Outside, string Link)> _taken = [];

    /// <summary>The link with what is written there.</summary>
    public LinkSettings Read(Setting setting, LinkSettings link)
    {
        Ipv6Nat nat = Ipv6Nat.Off;
        (Setting Setting, Prefix? Value)? outside = null, inside = null;
        foreach ((string name, Setting value) in setting.Fields(Keys))
        {
            if (name == "nat") nat = value.Word(("off", Ipv6Nat.Off), ("npt", Ipv6Nat.Npt), ("napt", Ipv6Nat.Napt)) ?? Ipv6Nat.Off;
            else if (name == "prefix") outside = (value, Network(value));
            else inside = (value, Network(value));
        }
        if (nat != Ipv6Nat.Npt)
        {
            foreach ((Setting Setting, Prefix? Value)? idle in (ReadOnlySpan<(Setting, Prefix?)?>)[outside, inside])
            {
                idle?.Setting.KeyError($"`{idle.Value.Setting.Label}` means nothing without `nat: npt`", "write `nat: npt`, or remove it");
            }
            return link with { Ipv6 = nat };
        }
        if (outside is null) setting.KeyError("`nat: npt` needs the prefix that the provider routes here", "write `prefix: 2001:db8:a::/48` with yours");
        if (inside is null) setting.KeyError("`nat: npt` needs the prefix that local hosts have", "write `inside: fd00:10::/48` with yours");
        return outside is { Value: { } seen } && inside is { Value: { } own } && Fits(outside.Value.Setting, inside.Value.Setting, own, seen, link.Name)
            ? link with { Ipv6 = nat, Prefixes = new PrefixTranslation(own, seen) } : link;
    }

    private bool Fits(Setting outside, Setting inside, Prefix own, Prefix seen, string link)
    {
        if (own.Length != seen.Length)
        {
            int longer = Math.Max(own.Length, seen.Length);
            Prefix cut = new((own.Length < seen.Length ? own : seen).First, longer);
            inside.Error($"`{own}` and `{seen}` are not of one length", $"write both as /{longer}, such as `{cut}`: of the larger one only that part has a counterpart");
            return false;
        }
        if (own != seen && (own.Contains(seen.First) || seen.Contains(own.First)))
        {
            inside.Error($"`{own}` and `{seen}` overlap", "write two prefixes, or the same twice where the provider's own is to be kept");
            return false;
        }
        foreach ((Prefix other, string name) in _taken)
        {
            if (!other.Contains(seen.First) && !seen.Contains(other.First)) continue;
            outside.Error($"`{seen}` overlaps `{other}` of link `{name}`", "write what this link's own provider routes here");
            return false;
        }
        _taken.Add((seen, link));
        return true;
    }

    private static Prefix? Network(Setting value)
    {
        if (value.Text() is not { } text) return null;
        if (!Prefix.TryParse(text, out Prefix prefix) || prefix.IsV4 || prefix.First.IsMulticast || prefix.First.IsLinkLocal)
        {
            value.Error($"`{text}` is not an IPv6 prefix", "write one such as `2001:db8:a::/48`");
        }
        else if (prefix.Length is < PrefixTranslation.Shortest or > PrefixTranslation.Longest)
        {
            value.Error($"`{text}` is not of /{PrefixTranslation.Shortest} to /{PrefixTranslation.Longest}", "write a site's prefix: of a shorter one a /48, of a longer one its /64");
        }
        else if (Address.Parse(text[..text.IndexOf('/')]) != prefix.First)
        {
            value.Error($"`{text}` has bits behind its length", $"write `{prefix}`");
        }
        else
        {
            return prefix;
        }
        return null;
    }
}
