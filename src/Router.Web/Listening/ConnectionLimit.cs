using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Router.Web.Listening;

/// <summary>
/// How many connections one device may have open, before any octet is read or any TLS done: those above are closed at once. Browsers open
/// six; one machine that opens thousands, or holds them with headers that never end, takes nobody else's. Bounded by the server's own limit
/// on all connections, as an entry lives no longer than its connections. Any thread.
/// </summary>
internal sealed class ConnectionLimit(int most)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, int> _open = [];

    /// <summary>For Kestrel: what a connection goes through first.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        UInt128 device = Device((connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None);
        if (!TryEnter(device))
        {
            connection.Abort(new ConnectionAbortedException("too many connections of one device"));
            return;
        }
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(device);
        }
    };

    internal bool TryEnter(UInt128 device)
    {
        lock (_lock)
        {
            int count = _open.GetValueOrDefault(device);
            if (count >= most) return false;
            _open[device] = count + 1;
            return true;
        }
    }

    internal void Leave(UInt128 device)
    {
        lock (_lock)
        {
            int count = _open[device] - 1;
            if (count > 0) _open[device] = count;
            else _open.Remove(device);
        }
    }

    /// <summary>An IPv4 address, or an IPv6 host's network: it has as many addresses there as it likes (RFC 8981).</summary>
    internal static UInt128 Device(IPAddress address)
    {
        byte[] octets = address.MapToIPv6().GetAddressBytes();
        if (!address.IsIPv4MappedToIPv6 && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6) octets.AsSpan(8).Clear();
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(octets);
    }
}
