using System.CommandLine;
using System.CommandLine.Help;
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
          3  routerd is not running, or does not answer
          4  its socket may not be opened by you
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

    private static readonly Option<bool> Bytes = new("--bytes")
    {
        Description = "Write octets and counts out for people too, and rates in octets a second.",
        Recursive = true,
    };

    private static readonly Argument<string[]> Words = new("VERB") { Description = "A verb, and one below it.", Arity = ArgumentArity.ZeroOrMore };

    /// <summary>Every verb there is, with its options and examples.</summary>
    public static RootCommand Build()
    {
        var root = new RootCommand(About)
        {
            Socket, Json, Bytes,
            ReadVerbs.Status(), ReadVerbs.Links(), FlowsVerb.Build(), HostsVerb.Build(), TopVerb.Build(), ReadVerbs.Rules(), ReadVerbs.Web(), LicenseVerb.Build(), ReadVerbs.Users(), UserVerb.Build(),
            CheckVerb.Build(), ReadVerbs.Reload(), ExplainVerb.Build(), WhyVerb.Build(), CaptureVerb.Build(),
            ApplyVerb.Build(), ApplyVerb.BuildConfirm(), DiffVerb.Build(), RollbackVerb.Build(), DrillVerb.Build(), UseVerb.Build(), PastVerbs.BuildEvents(), PastVerbs.BuildReport(),
        };
        root.SetAction((parsed, cancel) => Overview.RunAsync(SessionOf(parsed), cancel));
        var help = new Command("help", "What a verb does, its options, and an example.") { Words };
        help.SetAction(parsed => root.Parse([.. parsed.GetValue(Words) ?? [], "--help"]).Invoke(parsed.InvocationConfiguration));
        root.Add(help);
        root.Options.Remove(root.Options.First(option => option is HelpOption));
        root.Add(new HelpOption("--help", "-h") { Action = new Examples.Help(new HelpAction()) });
        LiveNames.AddTo(root, parsed => parsed.GetValue(Socket));
        return root;
    }

    /// <summary>Runs one command line and returns its exit code, see <see cref="ExitCode"/>.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        ParseResult parsed = Build().Parse(args);
        if (parsed.Action is ParseErrorAction wrong)
        {
            // The nearest verb or option is a part of what is wrong, so it belongs where that is told.
            wrong.ShowHelp = false;
            await parsed.InvokeAsync(new InvocationConfiguration { Output = error, Error = error });
            return ExitCode.Usage;
        }
        int code = await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        return parsed.Errors.Count > 0 && parsed.Action is not Examples.Help ? ExitCode.Usage : code;
    }

    /// <summary>What the common options ask for.</summary>
    public static Session SessionOf(ParseResult parsed) =>
        new(parsed.GetRequiredValue(Socket), parsed.GetValue(Json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(Bytes));
}
