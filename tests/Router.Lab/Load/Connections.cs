// New TCP connections as fast as they go: connect, an octet each way, close. Blocking calls on a few threads cost least.
//
//     Router.Lab accept PORT                                the server; ends with its input
//     Router.Lab connect ADDRESS PORT THREADS SECONDS       prints connections per second

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Router.Lab.Load;

internal static class Connections
{
    public static int Accept(string port)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, int.Parse(port, CultureInfo.InvariantCulture)));
        listener.Listen(4096);
        for (int i = 0; i < 4; i++) new Thread(() => Serve(listener)) { IsBackground = true }.Start();
        Console.WriteLine("ready");
        while (Console.ReadLine() is not null) { }
        return 0;
    }

    public static int Connect(string address, string port, string threads, string seconds)
    {
        var to = new IPEndPoint(IPAddress.Parse(address), int.Parse(port, CultureInfo.InvariantCulture));
        double time = double.Parse(seconds, CultureInfo.InvariantCulture);
        long made = 0, failed = 0;
        var clock = Stopwatch.StartNew();
        Thread[] all = [.. Enumerable.Range(0, int.Parse(threads, CultureInfo.InvariantCulture)).Select(_ => new Thread(() =>
        {
            while (clock.Elapsed.TotalSeconds < time)
            {
                if (Once(to)) Interlocked.Increment(ref made);
                else Interlocked.Increment(ref failed);
            }
        }))];
        foreach (Thread thread in all) thread.Start();
        foreach (Thread thread in all) thread.Join();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{made / clock.Elapsed.TotalSeconds:F0} {failed}"));
        return 0;
    }

    private static bool Once(IPEndPoint to)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 2000, SendTimeout = 2000 };
        Span<byte> octet = [42];
        try
        {
            socket.Connect(to);
            socket.Send(octet);
            return socket.Receive(octet) == 1;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void Serve(Socket listener)
    {
        Span<byte> octet = stackalloc byte[1];
        while (true)
        {
            using Socket client = listener.Accept();
            try
            {
                if (client.Receive(octet) == 1) client.Send(octet);
            }
            catch (SocketException)
            {
                // The client went away.
            }
        }
    }
}
