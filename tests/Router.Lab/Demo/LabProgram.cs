// ./build.sh lab
//
// Raises the lab with routerd in it, says how to get in, and takes it down at Enter, Ctrl-C or the end of its input.
// A line such as "wan0 blackhole on" goes to the shim of that link (see Wires/ShimProgram.cs), "wan0 carrier off" pulls its cable.

using System.Runtime.InteropServices;

using Router.Lab.Bed;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Demo;

internal static class LabProgram
{
    public static int Run()
    {
        using Topology bed = Topology.Raise(new BedOptions { Shimmed = [0, 1, 2] });
        using WebServer web = WebServer.Start(bed.Internet, bed.Directory);
        using BackgroundProgram names = NameServer.Start(bed);
        using var router = new RouterDaemon(bed);
        router.Write(DemoProgram.Yaml());
        router.Start();
        Explain(bed, router);
        using var stop = new ManualResetEventSlim();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => End(signal, stop));
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => End(signal, stop));
        new Thread(() => Obey(bed, stop)) { IsBackground = true }.Start();
        stop.Wait();
        return 0;
    }

    private static void End(PosixSignalContext signal, ManualResetEventSlim stop)
    {
        signal.Cancel = true;
        stop.Set();
    }

    private static void Explain(Topology bed, RouterDaemon router)
    {
        Console.WriteLine("The lab stands. Namespaces:");
        foreach (NetworkNamespace space in bed.Namespaces) Console.WriteLine($"  {space.Name}");
        Console.WriteLine($"""

            Enter one:          ip netns exec {bed.Hosts[0].Name} bash
            Ask who you are:    ip netns exec {bed.Hosts[0].Name} curl http://{Plan.Servers[0]}/        (also .11, .12; /bytes/N downloads)
            Look up a name:     ip netns exec {bed.Hosts[0].Name} dig @{Plan.NameServer} {NameServer.KnownName}
            Ask the router:     {Path.GetRelativePath(Environment.CurrentDirectory, Programs.Routerctl)} --socket {router.ControlSocket} links
            Its configuration:  {router.ConfigurationFile}  (then: kill -HUP {router.Program.Pid})

            Type "wan0 carrier off", "wan0 carrier on", "wan1 blackhole on", "wan1 delay 20000", "wan1 loss 0.1", "wan1 counts";
            an empty line or Ctrl-C takes the lab down.
            """);
    }

    private static void Obey(Topology bed, ManualResetEventSlim stop)
    {
        while (Console.ReadLine() is { Length: > 0 } line)
        {
            try
            {
                Console.WriteLine(Do(bed, line.Split(' ', 2)));
            }
            catch (LabException failure)
            {
                Console.WriteLine(failure.Message);
            }
        }
        stop.Set();
    }

    private static string Do(Topology bed, string[] words)
    {
        if (words is not [['w', 'a', 'n', char digit], string command] || digit is < '0' or > '2') return "a command begins with wan0, wan1 or wan2";
        int link = digit - '0';
        if (command is "carrier on" or "carrier off") bed.SetCarrier(link, command == "carrier on");
        else return "ok " + bed.Shim(link).Tell(command);
        return "ok";
    }
}
