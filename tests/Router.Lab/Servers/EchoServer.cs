using System.Net;
using System.Net.Sockets;
using System.Text;

using Router.Lab.Kernel;

namespace Router.Lab.Servers;

/// <summary>
/// UDP on one address of a namespace: each datagram is answered with "ADDRESS:PORT " (the client's, as seen here) and
/// the datagram itself. The answer leaves from the address that was asked, which is why it listens on one only.
/// </summary>
internal sealed class EchoServer : IDisposable
{
    private const int LargestDatagram = 65_507;

    private readonly Socket _socket;
    private long _received;

    private EchoServer(Socket socket) => _socket = socket;

    public long Received => Interlocked.Read(ref _received);

    public static EchoServer Start(NetworkNamespace space, IPAddress address, int port)
    {
        Socket socket = space.On(() =>
        {
            var made = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 8 << 20 };
            made.Bind(new IPEndPoint(address, port));
            return made;
        });
        var server = new EchoServer(socket);
        Stopwatching.Start("echo", server.Serve);
        return server;
    }

    public void Dispose() => _socket.Dispose();

    private void Serve()
    {
        byte[] octets = new byte[LargestDatagram];
        EndPoint from = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        try
        {
            while (true)
            {
                int length = _socket.ReceiveFrom(octets, ref from);
                Interlocked.Increment(ref _received);
                byte[] answer = [.. Encoding.ASCII.GetBytes($"{from} "), .. octets.AsSpan(0, length)];
                _socket.SendTo(answer.AsSpan(0, Math.Min(answer.Length, LargestDatagram)), from);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The server was disposed.
        }
    }
}
