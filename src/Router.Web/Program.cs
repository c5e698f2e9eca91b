using System.Reflection;
using System.Runtime.InteropServices;
using Router.Ports.Files;
using Router.Web;
using Router.Web.Listening;
using Router.Web.Serving;

// router-web [--socket FILE] [--state DIRECTORY]
const int Usage = 2;
if (args is ["--help" or "-h"])
{
    Console.WriteLine(CommandLine.Help);
    return 0;
}
if (args is ["--version"])
{
    Console.WriteLine($"router-web {Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)}");
    return 0;
}
if (CommandLine.Read(args, out string complaint) is not { } options)
{
    Console.Error.WriteLine($"router-web: {complaint}\n\n{CommandLine.Help}");
    return Usage;
}
using var stop = new CancellationTokenSource();
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop), interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
await using var life = new Life(options, new InheritedListeners(InheritedDescriptors.Take()), new Log(Console.Error), TimeProvider.System);
await life.RunAsync(stop.Token);
return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
