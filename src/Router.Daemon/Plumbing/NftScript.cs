using System.Globalization;
using System.Text;
using Router.Forwarding.Rules;

namespace Router.Daemon.Plumbing;

/// <summary>
/// Writes our two nftables tables as one transaction that replaces them: nft applies a file whole or not at all, so there is no
/// moment without them.
///
/// `netdev routerd` stands on the ingress of each link: the kernel's own copy of what came in is dropped, except what the kernel
/// itself needs there: ARP and everything else that is not IP, neighbour discovery and router advertisements (RFC 4861), the
/// multicast listener queries without which a snooping switch stops forwarding neighbour discovery (RFC 4541 3), DHCP, DHCPv6.
///
/// `inet routerd` decides what local hosts may send to the box itself. It knows no connections (`ct` would start connection
/// tracking for every forwarded packet). Answers to the box's own connections need no state: new TCP is a bare SYN, a UDP answer
/// finds a socket that is bound to an address and an ephemeral port, ICMP answers are known by type. The portal's ports are open to every
/// local host before any rule is asked: whoever a rule refuses must still be able to read why, and to log in. Rules for users ask sets of
/// addresses (<see cref="UserSets"/>), which are empty here.
/// </summary>
internal static class NftScript
{
    private const int LongestComment = 100;

    /// <summary>Both tables.</summary>
    /// <param name="links">The links that exist: interface and index. The index is written as a comment, so that an interface that was made
    /// anew under the same name, whose hook went with the old one, makes a different script.</param>
    public static string Build(PlumbingPlan plan, IReadOnlyList<(string Interface, int Index)> links)
    {
        var script = new StringBuilder();
        script.Append(Remove());
        AppendIngress(script, links);
        AppendInput(script, plan);
        return script.ToString();
    }

    /// <summary>Both tables gone, whether or not they were there.</summary>
    public static string Remove() => $"""
        add table netdev {Numbers.NftTable}
        delete table netdev {Numbers.NftTable}
        add table inet {Numbers.NftTable}
        delete table inet {Numbers.NftTable}

        """;

    private static void AppendIngress(StringBuilder script, IReadOnlyList<(string Interface, int Index)> links)
    {
        if (links.Count == 0) return;
        foreach ((string name, int index) in links) script.Append(CultureInfo.InvariantCulture, $"# {name} is interface {index}\n");
        script.Append($$"""
            table netdev {{Numbers.NftTable}} {
              chain kernel_copy {
                icmpv6 type { mld-listener-query, nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, nd-redirect } accept
                meta protocol ip udp sport 67 udp dport 68 accept
                meta protocol ip6 udp sport 547 udp dport 546 accept
                counter drop
              }
              chain ingress {
                type filter hook ingress devices = {{Names(links.Select(l => l.Interface))}} priority filter; policy accept;
                meta protocol { ip, ip6 } jump kernel_copy
              }
            }

            """);
    }

    private static void AppendInput(StringBuilder script, PlumbingPlan plan)
    {
        string[] local = [.. plan.Zones.SelectMany(z => z.Interfaces).Distinct()];
        if (local.Length == 0) return;
        var users = new UserSets(plan.Input);
        string portal = string.Join(", ", plan.PortalPorts.Distinct().Order());
        script.Append($"table inet {Numbers.NftTable} {{\n");
        users.Declare(script);
        script.Append($$"""
              chain refuse {
                meta l4proto tcp reject with tcp reset
                reject with icmpx type admin-prohibited
              }
              chain answers {
                tcp flags & (syn | ack) != syn accept
                udp dport 32768-60999 socket wildcard 0 accept
                icmp type { echo-reply, destination-unreachable, time-exceeded, parameter-problem } accept
                icmpv6 type { echo-reply, destination-unreachable, packet-too-big, time-exceeded, parameter-problem } accept
                icmpv6 type { mld-listener-query, mld-listener-report, mld2-listener-report, mld-listener-done } accept
                icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept
              }
              chain guests {
                meta l4proto { tcp, udp } th dport 53 accept
                meta protocol ip udp dport 67 accept
                meta protocol ip6 udp dport 547 accept
                icmp type echo-request accept
                icmpv6 type echo-request accept
                counter drop
              }
              chain input {
                type filter hook input priority filter; policy accept;
                iifname != {{Names(local)}} accept
                jump answers
                {{(portal.Length > 0 ? $"tcp dport {{ {portal} }} accept" : "# no portal")}}

            """);
        foreach (InputRule rule in plan.Input) AppendRule(script, rule, users);
        string[] guests = [.. plan.Zones.Where(z => z.Guests).SelectMany(z => z.Interfaces).Distinct()];
        if (guests.Length > 0) script.Append($"    iifname {Names(guests)} goto guests\n");
        script.Append("  }\n}\n");
    }

    /// <summary>One line for each pairing of a family's sources with a service.</summary>
    private static void AppendRule(StringBuilder script, InputRule rule, UserSets users)
    {
        string interfaces = rule.Interfaces.Length > 0 ? $"iifname {Names(rule.Interfaces)} " : "";
        string verdict = rule.Action switch { RuleAction.Allow => "accept", RuleAction.Deny => "goto refuse", RuleAction.Drop => "drop" };
        foreach (string source in Sources(rule, users))
        {
            foreach (string service in rule.Services.Length > 0 ? rule.Services.Select(Service).Distinct() : [""])
            {
                script.Append($"    {interfaces}{source}{service}counter {verdict} comment {Quote(rule.Name)}\n");
            }
        }
    }

    private static IEnumerable<string> Sources(InputRule rule, UserSets users)
    {
        bool v4 = rule.Family != RuleFamily.IPv6, v6 = rule.Family != RuleFamily.IPv4;
        if (rule.Who is { } who)
        {
            if (v4) yield return $"ip saddr @{users.NameOf(who, v4: true)} ";
            if (v6) yield return $"ip6 saddr @{users.NameOf(who, v4: false)} ";
            yield break;
        }
        if (rule.Sources.Length == 0)
        {
            yield return v4 && v6 ? "" : v4 ? "meta nfproto ipv4 " : "meta nfproto ipv6 ";
            yield break;
        }
        // A selector joins what overlaps, which nft would refuse.
        AddressRange[] joined = new Selector(0, rule.Sources).Ranges.ToArray();
        string ranges4 = string.Join(", ", joined.Where(s => s.First.IsV4).Select(Range));
        string ranges6 = string.Join(", ", joined.Where(s => !s.First.IsV4).Select(Range));
        if (v4 && ranges4.Length > 0) yield return $"ip saddr {{ {ranges4} }} ";
        if (v6 && ranges6.Length > 0) yield return $"ip6 saddr {{ {ranges6} }} ";
    }

    private static string Range(AddressRange range) => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}";

    /// <summary>Protocol 1 means ICMP of both families, as in <see cref="ServiceMatch"/>.</summary>
    private static string Service(ServiceMatch service)
    {
        string protocol = service.Protocol == 1
            ? "meta l4proto { icmp, icmpv6 } "
            : string.Create(CultureInfo.InvariantCulture, $"meta l4proto {service.Protocol} ");
        bool hasPorts = service.Protocol is 6 or 17 or 33 or 132 or 136 && (service.First > 0 || service.Last < ushort.MaxValue);
        return hasPorts ? string.Create(CultureInfo.InvariantCulture, $"{protocol}th dport {service.First}-{service.Last} ") : protocol;
    }

    private static string Names(IEnumerable<string> names) => $"{{ {string.Join(", ", names.Select(Quote))} }}";

    /// <summary>nft strings know no escapes: what would end one is left out.</summary>
    internal static string Quote(string text)
    {
        string plain = new([.. text.Where(c => c is >= ' ' and not ('"' or '\\' or '\x7f'))]);
        return $"\"{(plain.Length > LongestComment ? plain[..LongestComment] : plain)}\"";
    }
}
