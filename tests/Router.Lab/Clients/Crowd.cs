using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Clients;

/// <summary>Many hosts, which are many addresses of one LAN host. Each asks a web server once who it is.</summary>
internal static class Crowd
{
    private const int AtOnce = 50, CrowdPort = 7000;

    /// <returns>For each member the address that the server saw, or what went wrong.</returns>
    /// <remarks>Nobody waits on a thread here: the lab's servers answer from the same thread pool, and fifty waiting askers would starve them.</remarks>
    public static IReadOnlyDictionary<IPAddress, string> AskWhoTheyAre(NetworkNamespace host, int first, int count, IPAddress server)
    {
        var answers = new ConcurrentDictionary<IPAddress, string>();
        Socket[] sockets = host.On(() => Enumerable.Range(first, count).Select(Open).ToArray());
        Parallel.ForEachAsync(sockets, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (socket, _) =>
        {
            var me = ((IPEndPoint)socket.LocalEndPoint!).Address;
            using (socket) answers[me] = await Ask(socket, server);
        }).GetAwaiter().GetResult();
        return answers;
    }

    /// <summary>Each of many asks an <see cref="Servers.EchoServer"/> once, one after the other.</summary>
    /// <returns>How many had an answer.</returns>
    public static int Greet(NetworkNamespace host, int count, IPEndPoint echo) => host.On(() => Enumerable.Range(0, count).Count(member =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 1000 };
        socket.Bind(new IPEndPoint(Plan.CrowdMember(member), CrowdPort));
        socket.SendTo("greetings"u8, echo);
        return socket.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectRead);
    }));

    private static Socket Open(int member)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(Plan.CrowdMember(member), 0));
        return socket;
    }

    private static async Task<string> Ask(Socket socket, IPAddress server)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await socket.ConnectAsync(server, 80, deadline.Token);
            await socket.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), deadline.Token);
            var answer = new StringBuilder();
            byte[] octets = new byte[512];
            for (int read; (read = await socket.ReceiveAsync(octets, deadline.Token)) > 0;) answer.Append(Encoding.ASCII.GetString(octets, 0, read));
            return answer.ToString().Split("\r\n\r\n", 2)[^1].Trim();
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode.ToString();
        }
        catch (OperationCanceledException)
        {
            return nameof(SocketError.TimedOut);
        }
    }
}
