// ./build.sh demo [--quick]
//
// A story with real programs, in the lab's namespaces: an office of hosts shares two links, one of them is cut while
// people download, and comes back. Each claim is checked by what programs and servers saw, and the run fails if one did
// not come true. --quick tells it with fewer hosts and smaller downloads.

using System.Diagnostics;

using Router.Lab.Bed;
using Router.Lab.Routers;

namespace Router.Lab.Demo;

internal static class DemoProgram
{
    public static int Run(string[] args)
    {
        var clock = Stopwatch.StartNew();
        var screen = new Screen();
        try
        {
            using var story = new Story(screen, quick: args.Contains("--quick"));
            story.Tell();
        }
        catch (LabException failure)
        {
            screen.Prove($"the demo came to its end: {failure.Message}", false);
        }
        screen.Summary(clock.Elapsed);
        return screen.AllHappened ? 0 : 1;
    }

    /// <summary>The commented configuration, which is part of this program.</summary>
    public static string Yaml()
    {
        using Stream stream = typeof(DemoProgram).Assembly.GetManifestResourceStream("demo.yaml") ?? throw new LabException("no demo.yaml inside");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
