using System.Globalization;
using System.Runtime.InteropServices;
using Router.Wire;

namespace Router.Daemon.Kernel;

/// <summary>A TCP connection that somebody has to a program of the box.</summary>
internal readonly record struct TcpConnection(Address Local, ushort LocalPort, Address Remote);

/// <summary>
/// The TCP connections that others have opened to the box, from /proc/net/tcp and tcp6: those that are established, to a port on which
/// something listens. A line is
///
///     sl  local_address rem_address   st ...
///      0: 0100007F:0016 0500000A:C350 01 ...
///
/// with addresses as 32-bit words in the machine's byte order, in hexadecimal.
/// </summary>
internal static class TcpConnections
{
    private const byte Established = 0x01, Listen = 0x0a;

    /// <summary>What the kernel has now; nothing where /proc cannot be read.</summary>
    public static List<TcpConnection> ToTheBox() => Read(Lines("/proc/net/tcp").Concat(Lines("/proc/net/tcp6")));

    /// <summary>The same, of lines that were read before.</summary>
    public static List<TcpConnection> Read(IEnumerable<string> lines)
    {
        var listening = new HashSet<ushort>();
        var open = new List<TcpConnection>();
        foreach (string line in lines)
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 4 || !TryEnd(fields[1], out Address local, out ushort port) || !TryEnd(fields[2], out Address remote, out _)) continue;
            if (!byte.TryParse(fields[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out byte state)) continue;
            if (state == Listen) listening.Add(port);
            else if (state == Established) open.Add(new TcpConnection(local, port, remote));
        }
        return [.. open.Where(connection => listening.Contains(connection.LocalPort))];
    }

    private static IEnumerable<string> Lines(string path)
    {
        try
        {
            return File.ReadLines(path).Skip(1).ToArray();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool TryEnd(string text, out Address address, out ushort port)
    {
        (address, port) = (default, 0);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon is not (8 or 32) || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out port)) return false;
        Span<uint> words = stackalloc uint[4];
        words = words[..(colon / 8)];
        for (int i = 0; i < words.Length; i++)
        {
            if (!uint.TryParse(text.AsSpan(i * 8, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out words[i])) return false;
        }
        ReadOnlySpan<byte> octets = MemoryMarshal.AsBytes(words);
        address = octets.Length == 4 ? Address.ReadV4(octets) : Address.ReadV6(octets);
        return true;
    }
}
