using System.Net;
using System.Net.Sockets;
using Router.Ports.Files;

namespace Router.Web.Listening;

/// <summary>
/// The sockets that systemd listens on for router-web (router-web.socket). It has them open while the process is restarted, so that visitors wait a moment and
/// are not refused. They serve the ports that the configuration names; one of another port is left alone, and a port without one is opened here.
/// </summary>
internal sealed class InheritedListeners
{
    private readonly Dictionary<int, int> _byPort = [];

    /// <param name="descriptors">What was inherited; all that is no TCP socket is closed.</param>
    public InheritedListeners(IEnumerable<(string Name, int Descriptor)> descriptors)
    {
        foreach ((_, int descriptor) in descriptors)
        {
            if (!DescriptorPost.TryKeepPrivate(descriptor) || PortOf(descriptor) is not { } port || !_byPort.TryAdd(port, descriptor)) DescriptorPost.Close(descriptor);
        }
    }

    /// <summary>Another descriptor of the socket that listens on a port. It is the caller's to close: systemd's and ours stay open, and connections wait in them.</summary>
    /// <param name="port">The TCP port.</param>
    /// <param name="descriptor">For Kestrel.</param>
    public bool TryShare(int port, out ulong descriptor)
    {
        int copy = _byPort.TryGetValue(port, out int listener) ? DescriptorPost.Duplicate(listener) : -1;
        descriptor = (ulong)Math.Max(0, copy);
        return copy >= 0;
    }

    private static int? PortOf(int descriptor)
    {
        try
        {
            using var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: false));
            return socket is { SocketType: SocketType.Stream, LocalEndPoint: IPEndPoint end } ? end.Port : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
