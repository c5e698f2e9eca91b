using System.Globalization;

namespace Router.Daemon.Licensing;

/// <summary>MACs in text.</summary>
internal static class Macs
{
    /// <summary>Six octets of a big-endian number, as `02:00:00:00:00:10`.</summary>
    public static string Text(ulong mac) =>
        string.Join(':', Enumerable.Range(0, 6).Select(at => ((mac >> (40 - 8 * at)) & 0xff).ToString("x2", CultureInfo.InvariantCulture)));

    /// <summary>Reads what <see cref="Text"/> writes, also with `-` between.</summary>
    public static bool TryParse(string text, out ulong mac)
    {
        mac = 0;
        string[] octets = text.Split(':', '-');
        if (octets.Length != 6) return false;
        foreach (string octet in octets)
        {
            if (octet.Length != 2 || !byte.TryParse(octet, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte number)) return false;
            mac = mac << 8 | number;
        }
        return mac != 0;
    }
}
