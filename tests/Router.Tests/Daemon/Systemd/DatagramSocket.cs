using System.Net;
using System.Net.Sockets;

namespace Router.Tests.Daemon.Systemd;

/// <summary>The far end of a Unix datagram socket: stands for systemd or for journald.</summary>
internal sealed class DatagramSocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 2000 };
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("routerd-datagram-");

    /// <param name="abstractName">A name without a file, or null for a path.</param>
    public DatagramSocket(string? abstractName = null)
    {
        Name = abstractName is null ? System.IO.Path.Combine(_directory.FullName, "socket") : $"@{abstractName}";
        EndPoint = new UnixDomainSocketEndPoint(abstractName is null ? Name : $"\0{abstractName}");
        _socket.Bind(EndPoint);
    }

    /// <summary>As NOTIFY_SOCKET would have it.</summary>
    public string Name { get; }

    public EndPoint EndPoint { get; }

    /// <summary>Whether something has come and was not received.</summary>
    public bool HasMore => _socket.Available > 0;

    /// <summary>The next datagram; fails if none comes.</summary>
    public byte[] Receive()
    {
        byte[] buffer = new byte[200_000];
        return buffer[.._socket.Receive(buffer)];
    }

    public void Dispose()
    {
        _socket.Dispose();
        _directory.Delete(recursive: true);
    }
}
