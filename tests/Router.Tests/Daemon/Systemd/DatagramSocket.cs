using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

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

    /// <summary>The next entry for the journal, its fields in their order (systemd's native protocol).</summary>
    public (string Name, string Value)[] ReceiveEntry() => Decode(Receive());

    public void Dispose()
    {
        _socket.Dispose();
        _directory.Delete(recursive: true);
    }

    private static (string Name, string Value)[] Decode(ReadOnlySpan<byte> entry)
    {
        var fields = new List<(string, string)>();
        while (!entry.IsEmpty)
        {
            int end = entry.IndexOf((byte)'\n');
            int equals = entry[..end].IndexOf((byte)'=');
            if (equals >= 0)
            {
                fields.Add((Encoding.UTF8.GetString(entry[..equals]), Encoding.UTF8.GetString(entry[(equals + 1)..end])));
                entry = entry[(end + 1)..];
                continue;
            }
            int length = (int)BinaryPrimitives.ReadInt64LittleEndian(entry[(end + 1)..]);
            ReadOnlySpan<byte> value = entry.Slice(end + 9, length);
            Assert.Equal((byte)'\n', entry[end + 9 + length]);
            fields.Add((Encoding.UTF8.GetString(entry[..end]), Encoding.UTF8.GetString(value)));
            entry = entry[(end + 10 + length)..];
        }
        return [.. fields];
    }
}
