using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

using Router.Lab.Kernel;

namespace Router.Lab.Clients;

/// <summary>
/// Asks again and again who we are, each time by a new TCP connection that does not wait for the one before, so that the
/// moment from which new flows get through again is known to some milliseconds.
/// </summary>
internal static class NewFlows
{
    private const int EveryMilliseconds = 10;

    /// <returns>From now until the first connection whose server saw <paramref name="expected"/> had its answer; null if none had in time.</returns>
    public static TimeSpan? UntilSeenAs(IPAddress expected, NetworkNamespace host, IPAddress from, IPAddress server, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        long answeredAt = long.MaxValue;
        while (clock.Elapsed < limit && Interlocked.Read(ref answeredAt) == long.MaxValue)
        {
            Socket socket = host.On(() => Open(from));
            _ = Task.Run(async () =>
            {
                string seen = await Ask(socket, server);
                long now = clock.ElapsedTicks;
                if (seen == expected.ToString()) Interlocked.CompareExchange(ref answeredAt, now, long.MaxValue);
            });
            Wait.For(() => Interlocked.Read(ref answeredAt) != long.MaxValue, TimeSpan.FromMilliseconds(EveryMilliseconds));
        }
        long at = Interlocked.Read(ref answeredAt);
        return at == long.MaxValue ? null : TimeSpan.FromSeconds((double)at / Stopwatch.Frequency);
    }

    private static Socket Open(IPAddress from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(from, 0));
        return socket;
    }

    private static async Task<string> Ask(Socket socket, IPAddress server)
    {
        using Socket _ = socket;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await socket.ConnectAsync(new IPEndPoint(server, 80), limit.Token);
            await socket.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), limit.Token);
            byte[] octets = new byte[512];
            int length = 0;
            for (int read; (read = await socket.ReceiveAsync(octets.AsMemory(length), limit.Token)) > 0;) length += read;
            return Encoding.ASCII.GetString(octets, 0, length).Split("\r\n\r\n", 2)[^1].Trim();
        }
        catch (Exception end) when (end is SocketException or OperationCanceledException)
        {
            return "";
        }
    }
}
