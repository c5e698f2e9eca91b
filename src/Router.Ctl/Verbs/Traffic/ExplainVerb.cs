using System.CommandLine;
using System.Globalization;
using System.Net;
using Router.Api;
using Router.Ctl.Pages;

namespace Router.Ctl.Verbs;

/// <summary>`routerctl explain --from 10.0.0.5 tcp 1.2.3.4:443`: what would become of such a packet.</summary>
internal static class ExplainVerb
{
    private static readonly Option<string> From = new("--from") { Description = "Source address.", HelpName = "ADDR", Required = true };
    private static readonly Option<string> Zone = new("--zone") { Description = "Zone or link that it comes in by, if the address does not tell.", HelpName = "NAME" };
    private static readonly Option<string> User = new("--user") { Description = "As if this user were logged in there.", HelpName = "NAME" };
    private static readonly Option<string> Url = new("--url") { Description = "What is wanted on the web, as http://host/path, https://host or a host's name; without PROTO and DEST only the web rules are asked.", HelpName = "URL" };
    private static readonly Argument<string> Protocol = new("PROTO") { Arity = ArgumentArity.ZeroOrOne, Description = "tcp, udp, icmp, icmpv6, or an IP protocol number." };
    private static readonly Argument<string> Destination = new("DEST[:PORT]") { Arity = ArgumentArity.ZeroOrOne, Description = "Destination, as 192.0.2.1:443 or [2001:db8::1]:443; tcp and udp need a port." };

    public static Command Build()
    {
        var command = new Command("explain", "Walk the decision for a packet that is not sent: each rule, the link, the source address.")
        {
            From, Zone, User, Url, Protocol, Destination,
        };
        command.SetAction((parsed, cancel) =>
        {
            Session session = CommandLine.SessionOf(parsed);
            return session.GuardAsync(() => session.AskAsync(
                (HttpMethod.Get, ControlPath.Explain + QueryOf(parsed).ToQuery()),
                ControlJson.Wire.ExplainReport, RulesPage.Write, _ => true, cancel));
        });
        return command;
    }

    private static ExplainQuery QueryOf(ParseResult parsed)
    {
        var query = new ExplainQuery { From = parsed.GetRequiredValue(From), Zone = parsed.GetValue(Zone), Url = parsed.GetValue(Url) };
        if (parsed.GetValue(Protocol)?.ToLowerInvariant() is not { } protocol || parsed.GetValue(Destination) is not { } destination)
        {
            if (query.Url is not null && parsed.GetValue(Protocol) is null) return query;
            throw new ControlFailure(ExitCode.Usage, "name a protocol and a destination, as in `explain --from 10.0.0.5 tcp 192.0.2.1:443`, or a URL (`--url`)");
        }
        (string address, int? port) = ReadDestination(destination);
        if (protocol is "tcp" or "udp" && port is null)
        {
            throw new ControlFailure(ExitCode.Usage, $"{protocol} needs a port: write {new EndpointReport { Address = address, Port = 443 }}");
        }
        return query with { User = parsed.GetValue(User), Protocol = protocol, Destination = address, Port = port };
    }

    /// <summary>Address and port of "192.0.2.1", "192.0.2.1:443", "2001:db8::1" or "[2001:db8::1]:443".</summary>
    /// <exception cref="ControlFailure">It is none of these.</exception>
    internal static (string Address, int? Port) ReadDestination(string text)
    {
        (string address, string? port) = Split(text);
        if (ushort.TryParse(port ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) && IsAddress(address))
        {
            return (address, port is null ? null : number);
        }
        throw new ControlFailure(ExitCode.Usage, $"'{text}' is no destination: write 192.0.2.1:443 or [2001:db8::1]:443; names are not looked up");
    }

    private static (string Address, string? Port) Split(string text)
    {
        int bracket = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        if (bracket > 0)
        {
            string rest = text[(bracket + 1)..];
            return (text[1..bracket], rest.Length == 0 ? null : rest[0] == ':' ? rest[1..] : "not a port");
        }
        return text.Split(':') is [var address, var port] ? (address, port) : (text, null);
    }

    /// <summary>Whether people would call it an address; .NET takes "10" and "10.1" for one too.</summary>
    private static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out _) && (text.Contains(':', StringComparison.Ordinal) || text.Count(character => character == '.') == 3);
}
