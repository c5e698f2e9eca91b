using System.Text;
using Router.Ports.Linux;

namespace Router.Ports;

/// <summary>An interface's name on its way to and from the kernel: at most 15 octets, closed by a zero (dev_valid_name).</summary>
internal static unsafe class InterfaceName
{
    /// <exception cref="PortException">The kernel would refuse such a name, or silently cut it.</exception>
    public static NetIf.ifreq Request(string name)
    {
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().ContainsAny('/', ':', '%') || name.AsSpan().ContainsAnyInRange('\0', ' '))
            throw new PortException($"'{name}' cannot be the name of an interface");
        NetIf.ifreq request = default;
        if (!Encoding.UTF8.TryGetBytes(name, new Span<byte>(request.ifr_name, NetIf.IFNAMSIZ - 1), out _))
            throw new PortException($"'{name}' is too long for an interface name: it may have {NetIf.IFNAMSIZ - 1} octets");
        return request;
    }

    public static string Of(in NetIf.ifreq request)
    {
        fixed (byte* octets = request.ifr_name)
        {
            int length = new ReadOnlySpan<byte>(octets, NetIf.IFNAMSIZ).IndexOf((byte)0);
            return Encoding.UTF8.GetString(octets, length < 0 ? NetIf.IFNAMSIZ : length);
        }
    }
}
