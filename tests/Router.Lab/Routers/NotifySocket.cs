using System.Net.Sockets;
using System.Text;

using Router.Lab.Kernel;

namespace Router.Lab.Routers;

/// <summary>The other end of sd_notify(3): a datagram socket that keeps what the daemon says about itself.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<string> _said = [];

    public NotifySocket(string path)
    {
        Path = path;
        File.Delete(path);
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        new Thread(Listen) { IsBackground = true, Name = "notify" }.Start();
    }

    public string Path { get; }

    /// <summary>All assignments so far, such as READY=1, in the order of arrival.</summary>
    public IReadOnlyList<string> Said
    {
        get { lock (_said) return [.. _said]; }
    }

    public int Count(string assignment) => Said.Count(said => said == assignment);

    public void Dispose() => _socket.Dispose();

    private void Listen()
    {
        byte[] octets = new byte[8192];
        try
        {
            while (true)
            {
                int length = _socket.Receive(octets);
                string[] lines = Encoding.UTF8.GetString(octets, 0, length).Split('\n', StringSplitOptions.RemoveEmptyEntries);
                lock (_said) _said.AddRange(lines);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
