using System.Reflection;
using Router.Configuration.Reference;
using Router.Daemon;
using Router.Daemon.Plumbing;
using Router.Daemon.Systemd;

// routerd --config FILE [--runtime DIRECTORY], or routerd teardown [--runtime DIRECTORY].
const int Usage = 2;
if (!CommandLine.TryRead(args, out CommandLine options, out string complaint))
{
    Console.Error.WriteLine($"routerd: {complaint}\n\n{CommandLine.Help}");
    return Usage;
}
switch (options.Verb)
{
    case Verb.Help:
        Console.WriteLine(CommandLine.Help);
        return 0;
    case Verb.Version:
        Console.WriteLine($"routerd {Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)}");
        return 0;
    case Verb.Schema:
        Console.Write(ConfigurationReference.Schema);
        return 0;
    case Verb.Teardown or Verb.Run:
        break;
}
using Journal journal = Journal.Open();
try
{
    if (options.Verb == Verb.Run) return await Life.RunAsync(options, journal).ConfigureAwait(false);
    using var plumbing = new Plumber(options.Runtime);
    plumbing.Teardown();
    return 0;
}
catch (Exception fault) when (fault is StartException || Refusal.Is(fault))
{
    journal.Write(options.Verb == Verb.Run ? Catalog.CannotStart : Catalog.CannotTearDown, Priority.Critical, $"routerd cannot {(options.Verb == Verb.Run ? "start" : "tear down")}: {fault.Message}");
    return (fault as StartException)?.Status ?? StartException.MayBeTriedAgain;
}
