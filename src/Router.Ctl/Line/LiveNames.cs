using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json.Serialization.Metadata;
using Router.Api;

namespace Router.Ctl;

/// <summary>
/// What a shell may offer where a name is wanted: the links, hosts, rules, users and zones that there are now, asked of routerd while
/// somebody has the finger on the key, so for a moment only. Where nobody answers, nothing is offered.
///
/// Which names an option or an argument takes is told by what it is called, so a verb that is added has them too.
/// </summary>
internal static class LiveNames
{
    private const int MostHosts = 200;

    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(700);

    private static readonly string[] s_protocols = ["tcp", "udp", "icmp", "icmpv6"];

    /// <summary>Gives every option and argument below a command its names.</summary>
    public static void AddTo(Command command, Func<ParseResult, string?> socketOf)
    {
        foreach (Option option in command.Options) Add(option.Name, option.CompletionSources, socketOf);
        // Without a name of its own, help would ask for an argument's names to show them.
        foreach (Argument argument in command.Arguments) argument.HelpName ??= argument.Name;
        foreach (Argument argument in command.Arguments) Add(argument.Name, argument.CompletionSources, socketOf);
        foreach (Command below in command.Subcommands) AddTo(below, socketOf);
    }

    private static void Add(string name, List<Func<CompletionContext, IEnumerable<CompletionItem>>> sources, Func<ParseResult, string?> socketOf)
    {
        Func<string, IEnumerable<string>>? names = name switch
        {
            "--link" or "LINK" => Links,
            "--rule" => Rules,
            "--user" => Users,
            "--zone" => Zones,
            "--host" or "--from" or "HOST" or "DEVICE" or "--device" => Hosts,
            "--protocol" or "PROTO" => _ => s_protocols,
            "--drop" => socket => Ask(socket, ControlPath.Status, ControlJson.Wire.StatusReport)?.Drops.Select(drop => drop.Reason) ?? [],
            "NAME|ADDRESS" => socket => Users(socket).Concat(Hosts(socket)),
            _ => null,
        };
        if (names is null) return;
        sources.Add(context => socketOf(context.ParseResult) is not { } socket ? [] : names(socket).Where(one => one.StartsWith(context.WordToComplete, StringComparison.OrdinalIgnoreCase)).Select(one => new CompletionItem(one)));
    }

    private static IEnumerable<string> Links(string socket) => Ask(socket, ControlPath.Links, ControlJson.Wire.IReadOnlyListLinkReport)?.Select(link => link.Name) ?? [];

    private static IEnumerable<string> Rules(string socket) => Ask(socket, ControlPath.Rules, ControlJson.Wire.IReadOnlyListRuleReport)?.Select(rule => rule.Name) ?? [];

    private static IEnumerable<string> Users(string socket) =>
        Ask(socket, ControlPath.Users, ControlJson.Wire.UsersReport)?.Logins.Select(login => login.User).Distinct(StringComparer.OrdinalIgnoreCase) ?? [];

    private static IEnumerable<string> Hosts(string socket) => HostReports(socket).Select(host => host.Host);

    private static IEnumerable<string> Zones(string socket) => HostReports(socket).Select(host => host.Zone).OfType<string>().Distinct();

    private static IReadOnlyList<HostReport> HostReports(string socket) =>
        Ask(socket, ControlPath.Hosts + new HostQuery { Limit = MostHosts }.ToQuery(), ControlJson.Wire.IReadOnlyListHostReport) ?? [];

    private static T? Ask<T>(string socket, string path, JsonTypeInfo<T> type)
        where T : class
    {
        using var patience = new CancellationTokenSource(s_patience);
        var session = new Session(socket, json: false, TextWriter.Null, TextWriter.Null);
        try
        {
            return session.FetchAsync(HttpMethod.Get, path, type, patience.Token).GetAwaiter().GetResult();
        }
        catch (Exception nobody) when (nobody is ControlFailure or OperationCanceledException)
        {
            return null;
        }
    }
}
