using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Router.Ctl;

/// <summary>An example or two for each verb, which its help ends with. A verb without one fails a test, and so does an example that does not parse.</summary>
internal static class Examples
{
    /// <summary>By the verb's words; each is what is typed behind `routerctl`, and what it is for.</summary>
    public static readonly IReadOnlyDictionary<string, (string Line, string For)[]> All = new Dictionary<string, (string, string)[]>
    {
        [""] = [("", "one screen: the router, its links, its licence, what happened last"), ("help flows", "a verb's options")],
        ["help"] = [("help hosts move", "what may follow there")],
        ["status"] = [("status", "is it well, and what does it refuse?"), ("status --watch 5", "again every five seconds")],
        ["links"] = [("links --watch", "loss, latency and rates as they change"), ("links --json | jq -r '.[] | select(.usable | not) | .name'", "names of links that carry nothing new")],
        ["flows"] = [("flows --host 10.0.0.5 --sort octets --limit 20", "what one machine does"), ("flows --link dsl --state established --since 10m", "connections by a link in the last ten minutes")],
        ["flows kill"] = [("flows kill --host 10.0.0.5 --port 25", "end what a machine does there")],
        ["hosts"] = [("hosts --link dsl --sort flows", "who is on a link, the busiest first"), ("hosts --host 10.0.0.0/24", "of one network")],
        ["hosts move"] = [("hosts move 10.0.0.5 fiber --flows", "give a machine another link, now")],
        ["top"] = [("top", "the busiest hosts and flows, live; q ends it"), ("top --sort out --filter dsl", "who sends by one link")],
        ["rules"] = [("rules --sort last", "which rules matched lately"), ("rules --json", "for a script")],
        ["web"] = [("web --watch", "hits of web rules as they come")],
        ["license"] = [("license", "who holds places and seats")],
        ["license show"] = [("license show /etc/routerd/licence", "what is written in a licence file")],
        ["license verify"] = [("license verify new.licence", "whether it is rightly signed")],
        ["license issue"] = [("license issue --key private.pem --number 7 --holder Example --users 20", "write one")],
        ["license free"] = [("license free 10.0.0.5", "take a device's place away")],
        ["users"] = [("users", "who is logged in, and where")],
        ["user"] = [("user list", "accounts of the file")],
        ["user add"] = [("user add tony --group staff", "asks for the password")],
        ["user passwd"] = [("user passwd tony", "asks for the new one")],
        ["user list"] = [("user list --json", "for a script")],
        ["user remove"] = [("user remove tony", "his logins end too")],
        ["user login"] = [("user login tony 10.0.0.5", "as if by password")],
        ["user logout"] = [("user logout tony", "on all devices")],
        ["check"] = [("check", "the configuration that routerd reads"), ("check new.yaml", "another file, without routerd if need be")],
        ["reload"] = [("reload", "take up what was edited")],
        ["explain"] = [("explain --from 10.0.0.5 tcp 192.0.2.1:443", "would it pass, and by which link?"), ("explain --from 10.0.0.5 --url https://example.net/", "what the web rules say")],
        ["why"] = [("why tcp 10.0.0.5:40000", "as flows prints it"), ("why 17", "by its number")],
        ["capture"] = [("capture -o x.pcapng --port dsl --for 10s host 10.0.0.5", "ten seconds of one machine at one link"), ("capture -o - --drop RuleDropped tcp", "what is refused, to standard output")],
        ["diff"] = [("diff new.yaml", "what it would change, and which live flows it would end or move"), ("diff --kept 1", "against the one before")],
        ["rollback"] = [("rollback --list", "the last ten, and who put them in force"), ("rollback 1 --confirm 60s", "back to the one before, on trial")],
        ["apply"] = [("apply new.yaml --confirm 60s", "comes back by itself unless it is confirmed")],
        ["confirm"] = [("confirm", "keep what was applied")],
        ["drill"] = [("drill fiber --down --for 30s", "rehearse its failure"), ("drill dsl --loss 40% --delay 200ms", "or a bad day")],
        ["drill stop"] = [("drill stop", "at once")],
        ["use"] = [("use dsl -- curl https://example.net/", "a program by a link")],
        ["events"] = [("events --since 2h --link fiber", "what happened to a link"), ("events --follow --kind state", "changes of state as they come")],
        ["report"] = [("report --at 14:05 --link dsl", "a text for the provider")],
    };

    /// <summary>The words that lead to a command, without the program's name.</summary>
    public static string WordsOf(Command command)
    {
        var words = new List<string>();
        for (Symbol? at = command; at is Command and not RootCommand; at = at.Parents.OfType<Command>().FirstOrDefault()) words.Insert(0, at.Name);
        return string.Join(' ', words);
    }

    /// <summary>Help as it is made, and the verb's examples below it.</summary>
    public sealed class Help(HelpAction usual) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = usual.Invoke(parseResult);
            if (!All.TryGetValue(WordsOf(parseResult.CommandResult.Command), out (string Line, string For)[]? examples)) return code;
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach ((string line, string purpose) in examples)
            {
                output.WriteLine($"  routerctl {line}".TrimEnd());
                output.WriteLine($"      {purpose}");
            }
            output.WriteLine();
            return code;
        }
    }
}
