// One program with several modes. Without a mode it runs the lab's tests, as any xunit v3 program does.
//
//     Router.Lab [xunit options]      the tests
//     Router.Lab shim A B             a wire between two interfaces that can be made bad (Wires/)

using Router.Lab.Wires;

return args switch
{
    ["shim", string left, string right] => ShimProgram.Run(left, right),
    _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
};
