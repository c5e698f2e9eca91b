using System.CommandLine;
using System.Globalization;
using System.Net;
using Router.Api;

namespace Router.Ctl.Verbs;

/// <summary>`routerctl capture`: records packets into a file of the caller's own, with the caller's rights.</summary>
internal static class CaptureVerb
{
    private static readonly Option<string> Port = new("--port") { Description = "Only at this zone or link, or at firewall, the box itself.", HelpName = "NAME" };
    private static readonly Option<string> Drop = new("--drop") { Description = "Not what passes, but what is refused for this reason, as routerctl status names it.", HelpName = "REASON" };
    private static readonly Option<int> Count = new("--count") { Description = $"End after so many packets, at most {CaptureQuery.MostPackets}.", HelpName = "N", DefaultValueFactory = _ => new CaptureQuery().Count };
    private static readonly Option<string> For = new("--for") { Description = "End after this time, such as 10s or 5m, at most an hour.", HelpName = "TIME", DefaultValueFactory = _ => "60s" };
    private static readonly Option<string> Output = new("--output", "-o") { Description = "Where to write pcapng; - for standard output.", HelpName = "FILE", Required = true };
    private static readonly Argument<string[]> Filter = new("FILTER") { Description = "host ADDR, port N, tcp, udp, icmp, icmpv6, proto N; all that is said must hold.", Arity = ArgumentArity.ZeroOrMore };

    public static Command Build()
    {
        var command = new Command("capture", "Record packets at the router's ports, or those it refuses, for tcpdump and Wireshark.") { Port, Drop, Count, For, Output, Filter };
        command.SetAction((parsed, cancel) =>
        {
            Session session = CommandLine.SessionOf(parsed);
            return session.GuardAsync(() => RunAsync(parsed, session, cancel));
        });
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancel)
    {
        CaptureQuery query = ReadFilter(parsed.GetValue(Filter) ?? []) with
        {
            Port = parsed.GetValue(Port),
            Drop = parsed.GetValue(Drop),
            Count = parsed.GetValue(Count),
            Seconds = ReadSeconds(parsed.GetRequiredValue(For)),
        };
        string file = parsed.GetRequiredValue(Output);
        var tally = new PcapngTally();
        using var over = new CancellationTokenSource();
        Task progress = Console.IsErrorRedirected || file == "-" ? Task.CompletedTask : TellAsync(tally, query, session.Error, over.Token);
        try
        {
            await session.CopyAsync(ControlPath.Capture + query.ToQuery(), () => Open(file), tally, cancel);
        }
        finally
        {
            await over.CancelAsync();
            await progress;
        }
        string missed = tally.Missed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {tally.Missed} more were too fast to record") : "";
        await parsed.InvocationConfiguration.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{tally.Packets} packets in {file}{missed}"));
        return ExitCode.Ok;
    }

    // On a terminal, once a second in one line, which is erased at the end (ECMA-48: CR, EL).
    private static async Task TellAsync(PcapngTally tally, CaptureQuery query, TextWriter error, CancellationToken over)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            for (int seconds = 1; await tick.WaitForNextTickAsync(over); seconds++)
            {
                await error.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"\r{tally.Packets} of {query.Count} packets, {seconds} of {query.Seconds} s; Ctrl-C ends it\e[K"));
            }
        }
        catch (OperationCanceledException)
        {
            await error.WriteAsync("\r\e[K");
        }
    }

    private static Stream Open(string file)
    {
        try
        {
            return file == "-" ? Console.OpenStandardOutput() : new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ControlFailure(ExitCode.Bad, $"{file} cannot be written: {fault.Message}");
        }
    }

    /// <summary>Reads a few words of the language of tcpdump's filters.</summary>
    /// <exception cref="ControlFailure">A word that is not known.</exception>
    internal static CaptureQuery ReadFilter(string[] words)
    {
        var query = new CaptureQuery();
        string[] all = [.. words.SelectMany(word => word.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(word => word != "and")];
        for (int i = 0; i < all.Length; i++)
        {
            string word = all[i], value = i + 1 < all.Length ? all[i + 1] : "";
            query = word switch
            {
                "tcp" or "udp" or "icmp" or "icmpv6" when query.Protocol is null => query with { Protocol = word },
                "proto" when query.Protocol is null && byte.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _) => query with { Protocol = value },
                "host" when query.Host is null && IPAddress.TryParse(value, out IPAddress? host) && value.AsSpan().ContainsAny('.', ':') => query with { Host = host.ToString() },
                "port" when query.Service is null && ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0 => query with { Service = port },
                _ => throw new ControlFailure(ExitCode.Usage, $"'{string.Join(' ', all[i..])}' is no filter: write host 10.0.0.5, port 443, tcp, udp, icmp, icmpv6 or proto 47, each once"),
            };
            if (word is "proto" or "host" or "port") i++;
        }
        return query;
    }

    /// <exception cref="ControlFailure">It is no time, or more than an hour.</exception>
    internal static int ReadSeconds(string text)
    {
        int unit = text.EndsWith('m') ? 60 : 1;
        if (int.TryParse(text.TrimEnd('s', 'm'), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            && (long)number * unit <= CaptureQuery.MostSeconds && text.Length - text.TrimEnd('s', 'm').Length <= 1) return number * unit;
        throw new ControlFailure(ExitCode.Usage, $"'{text}' is no time for this: write 10s or 5m, at most 60m");
    }
}
