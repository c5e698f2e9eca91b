// One program with several modes. Without a mode it runs the lab's tests, as any xunit v3 program does.
//
//     Router.Lab [xunit options]      the tests
//     Router.Lab demo [--quick]       the demonstration (Demo/)
//     Router.Lab bench [--quick] [X]  the measurements, or those whose name has X in it (Bench/)
//     Router.Lab lab                  raises a lab and waits (Demo/)
//     Router.Lab shim A B             a wire between two interfaces that can be made bad (Wires/)
//     Router.Lab blast|sink|accept|connect ...   the load of the measurements (Load/)

using Router.Lab.Bench;
using Router.Lab.Demo;
using Router.Lab.Load;
using Router.Lab.Wires;

try
{
    return args switch
    {
        ["shim", string left, string right] => ShimProgram.Run(left, right),
        ["blast", .. string[] rest] => Blast.Run(rest),
        ["sink", string port, string seconds] => Sink.Run(port, seconds),
        ["accept", string port] => Connections.Accept(port),
        ["connect", string address, string port, string threads, string seconds] => Connections.Connect(address, port, threads, seconds),
        ["bench", .. string[] rest] => BenchProgram.Run(rest),
        ["demo", .. string[] rest] => DemoProgram.Run(rest),
        ["lab"] => LabProgram.Run(),
        _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
    };
}
catch (LabException failure)
{
    // Caught here so that everything on the way out is disposed: no namespace stays behind.
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
