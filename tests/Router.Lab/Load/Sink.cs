// Counts the UDP datagrams that arrive at a port: the first half second of a stream is let pass, then it counts for the
// given time and prints datagrams per second.
//
//     Router.Lab sink PORT SECONDS

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Router.Lab.Load;

internal static unsafe class Sink
{
    private const int Batch = 128;
    private const int Slot = 64;
    private const double Settle = 0.5;

    public static int Run(string port, string seconds)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 8 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Any, int.Parse(port, CultureInfo.InvariantCulture)));
        byte* store = (byte*)NativeMemory.AllocZeroed(Batch * Slot);
        var messages = new Mmsg(Batch);
        for (int i = 0; i < Batch; i++) messages.Point(i, store + (i * Slot), Slot);
        int fd = (int)socket.Handle;
        Console.WriteLine("ready");
        Console.WriteLine(Count(messages, fd, double.Parse(seconds, CultureInfo.InvariantCulture)).ToString("F0", CultureInfo.InvariantCulture));
        return 0;
    }

    private static double Count(Mmsg messages, int fd, double seconds)
    {
        _ = messages.Receive(fd);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < Settle) _ = messages.Receive(fd);
        clock.Restart();
        long count = 0;
        while (clock.Elapsed.TotalSeconds < seconds) count += Math.Max(messages.Receive(fd), 0);
        return count / clock.Elapsed.TotalSeconds;
    }
}
