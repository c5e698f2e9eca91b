// A wire that can be made bad while it is in use. This kernel's traffic control has no netem, so the shim carries the
// frames itself, between two AF_PACKET sockets in a namespace that has nothing else. One thread carries; another reads
// commands from standard input, a line each, "#N command", and answers "#N ok ..." or "#N error ...":
//
//     blackhole on|off     delay US [JITTER_US]     loss|duplicate|reorder SHARE     rate BITS_PER_SECOND     clear     counts
//     toll N OF
//
// It ends when its input does, so it cannot outlive the lab that started it. Good for about 300,000 frames a second.

namespace Router.Lab.Wires;

internal static class ShimProgram
{
    private const long CommandPause = 50_000_000; // at most so long after a command until a silent wire notices it

    private static volatile Impairments s_wire = Impairments.None;

    /// <param name="left">The interface towards the router.</param>
    /// <param name="right">The interface towards the provider.</param>
    public static int Run(string left, string right)
    {
        var a = new PacketSocket(left);
        var b = new PacketSocket(right);
        var outward = new Direction(a, b, paysToll: true);
        var inward = new Direction(b, a, paysToll: false);
        new Thread(() => Carry(a, b, outward, inward)) { IsBackground = true }.Start();
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } line) Console.WriteLine(Answer(line, outward, inward));
        return 0;
    }

    private static void Carry(PacketSocket a, PacketSocket b, Direction outward, Direction inward)
    {
        while (true)
        {
            long due = Math.Min(outward.NextDue, inward.NextDue);
            long pause = due == long.MaxValue ? CommandPause : Math.Clamp(due - Direction.Now, 0, CommandPause);
            PacketSocket.WaitAny(a, b, pause);
            Impairments wire = s_wire;
            long now = Direction.Now;
            outward.Take(wire, now);
            inward.Take(wire, now);
            outward.Release(wire, Direction.Now);
            inward.Release(wire, Direction.Now);
        }
    }

    private static string Answer(string line, Direction outward, Direction inward)
    {
        string[] parts = line.Split(' ', 2);
        if (parts is not [string mark, string command]) return $"error: '{line}'";
        if (command == "counts") return $"{mark} ok {outward.Counts} {inward.Counts}";
        Impairments? next = s_wire.After(command);
        if (next is null) return $"{mark} error: no command '{command}'";
        s_wire = next;
        return $"{mark} ok";
    }
}
