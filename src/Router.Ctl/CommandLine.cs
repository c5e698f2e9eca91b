using System.CommandLine;
using System.CommandLine.Invocation;
using Router.Api;
using Router.Ctl.Verbs;
using Router.Ctl.Verbs.Changes;
using Router.Ctl.Verbs.Users;

namespace Router.Ctl;

/// <summary>
/// The command line as a whole: what every verb has in common. The verbs themselves are in the folder Verbs; each names its
/// arguments, the question that goes to routerd, and the page that shows the answer.
/// </summary>
internal static class CommandLine
{
    private const string SocketVariable = "ROUTERCTL_SOCKET";

    private const string About =
        """
        Asks routerd, the router over several Internet links, what it does, and steers it.

        Exit codes:
          0  the answer is good
          1  the answer is bad: errors in a file, a reload that was refused
          2  the command line is wrong
          3  routerd is not running, or its socket may not be opened
        """;

    private static readonly Option<string> Socket = new("--socket")
    {
        Description = $"Control socket of routerd; {SocketVariable} sets another default.",
        HelpName = "PATH",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(SocketVariable) is { Length: > 0 } path ? path : ControlPath.DefaultSocket,
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print the answer's JSON as it was received.",
        Recursive = true,
    };

    /// <summary>Runs one command line and returns its exit code, see <see cref="ExitCode"/>.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var root = new RootCommand(About)
        {
            Socket, Json,
            ReadVerbs.Status(), ReadVerbs.Links(), FlowsVerb.Build(), HostsVerb.Build(), ReadVerbs.Rules(), ReadVerbs.Web(), LicenseVerb.Build(), ReadVerbs.Users(), UserVerb.Build(),
            CheckVerb.Build(), ReadVerbs.Reload(), ExplainVerb.Build(), WhyVerb.Build(), CaptureVerb.Build(),
            ApplyVerb.Build(), ApplyVerb.BuildConfirm(), DiffVerb.Build(), RollbackVerb.Build(), DrillVerb.Build(), UseVerb.Build(), PastVerbs.BuildEvents(), PastVerbs.BuildReport(),
        };
        ParseResult parsed = root.Parse(args);
        if (parsed.Action is ParseErrorAction wrong) wrong.ShowHelp = args.Length == 0;
        int code = await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
    }

    /// <summary>What the common options ask for.</summary>
    public static Session SessionOf(ParseResult parsed) =>
        new(parsed.GetRequiredValue(Socket), parsed.GetValue(Json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
}
