using System.CommandLine;
using Router.Api;
using Router.Ports;

namespace Router.Ctl.Verbs;

/// <summary>
/// `routerctl use LINK -- command`: becomes a program whose traffic leaves by a link, from the link's address. As it is the same process, its
/// exit code, its signals and its terminal need nobody in between.
/// </summary>
internal static class UseVerb
{
    /// <summary>As env(1) and the shells have it: the program cannot be run, or is not found.</summary>
    private const int CannotRun = 126, NotFound = 127;

    private const int ENOENT = 2;

    private static readonly Argument<string> Link = new("LINK") { Description = "The link by which it shall leave." };
    private static readonly Argument<string[]> Words = new("COMMAND") { Description = "The program and its arguments, after --.", Arity = ArgumentArity.OneOrMore };

    public static Command Build()
    {
        var command = new Command("use", "Run a program whose traffic leaves by a link, from the link's address. Needs root.") { Link, Words };
        command.SetAction((parsed, cancel) =>
        {
            Session session = CommandLine.SessionOf(parsed);
            return session.GuardAsync(() => RunAsync(session, parsed.GetRequiredValue(Link), parsed.GetRequiredValue(Words), cancel));
        });
        return command;
    }

    private static async Task<int> RunAsync(Session session, string name, string[] words, CancellationToken cancel)
    {
        IReadOnlyList<LinkReport> links = await session.FetchAsync(HttpMethod.Get, ControlPath.Links, ControlJson.Wire.IReadOnlyListLinkReport, cancel);
        LinkReport link = links.FirstOrDefault(l => l.Name == name)
            ?? throw new ControlFailure(ExitCode.Usage, $"there is no link '{name}'; there are {string.Join(", ", links.Select(l => l.Name))}");
        if (!link.Usable) throw new ControlFailure(ExitCode.Bad, $"link {name} is {link.State}: {link.Cause ?? "no reason is known"}; nothing was run");
        if (link.Addresses.Count == 0) throw new ControlFailure(ExitCode.Bad, $"link {name} has no address; nothing was run");
        try
        {
            MarkedGroup.Enter(name, (uint)link.Mark);
        }
        catch (PortException refused)
        {
            throw new ControlFailure(ExitCode.Bad, $"{refused.Message}; nothing was run");
        }
        int error = MarkedGroup.Become(words);
        throw new ControlFailure(error == ENOENT ? NotFound : CannotRun, $"{words[0]}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error)}");
    }
}
