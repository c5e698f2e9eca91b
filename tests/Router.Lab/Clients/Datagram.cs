using System.Net;
using System.Net.Sockets;
using System.Text;

using Router.Lab.Kernel;

namespace Router.Lab.Clients;

/// <summary>One question to an <see cref="Servers.EchoServer"/>.</summary>
internal static class Datagram
{
    /// <returns>As whom the server saw us, and how many octets of ours came back unharmed.</returns>
    public static (string SeenAs, int Echoed) Exchange(NetworkNamespace host, IPEndPoint to, byte[] payload)
    {
        using Socket socket = host.On(() => new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 2000 });
        socket.Connect(to);
        socket.Send(payload);
        byte[] octets = new byte[65_536];
        int length = socket.Receive(octets);
        int space = octets.AsSpan(0, length).IndexOf((byte)' ');
        int echoed = octets.AsSpan(space + 1, length - space - 1).CommonPrefixLength(payload);
        return (Encoding.ASCII.GetString(octets, 0, space), echoed);
    }
}
