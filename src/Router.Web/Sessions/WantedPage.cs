using System.Buffers.Text;
using System.Text;

namespace Router.Web.Sessions;

/// <summary>
/// The page that somebody wanted when he was led here, and where he goes once he may. The path can lead away from plain HTTP only, and the
/// landing takes such addresses only from somebody who is held back, so this is no way to make the portal send people about
/// (decision 028). Through the pages it travels sealed, for one device.
/// </summary>
internal static class WantedPage
{
    /// <summary>In the place of a sealed page: the box's own dashboard, which needs no seal.</summary>
    public const string Dashboard = "dashboard";

    private const string Purpose = "wanted";
    private const int MostCharacters = 2048;

    /// <summary>What the path wrote, as a URL that can be followed: http, to a host by name or address, without a user. Null for anything else.</summary>
    public static Uri? Read(string? url)
    {
        if (url is null || url.Length > MostCharacters || url.Any(char.IsControl)) return null;
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? wanted)) return null;
        bool isPlain = wanted.Scheme == Uri.UriSchemeHttp && wanted.UserInfo.Length == 0 && wanted.Host.Length > 0 && wanted.HostNameType != UriHostNameType.Unknown;
        // AbsoluteUri is ASCII and has neither spaces nor control characters (RFC 3986 2): it cannot end a header.
        return isPlain && wanted.AbsoluteUri.All(c => c is > ' ' and < '\x7f') ? wanted : null;
    }

    public static string Close(Seal seal, string address, Uri wanted, long now) =>
        $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(wanted.AbsoluteUri))}~{seal.Mark(Purpose, now, address, wanted.AbsoluteUri)}";

    /// <summary>Null for nothing, and for what was not sealed for this device.</summary>
    public static Uri? Open(Seal seal, string address, string? closed, long now)
    {
        if (closed is null || closed.Length > 2 * MostCharacters || closed.IndexOf('~') is not (> 0 and int end)) return null;
        byte[] octets = new byte[end];
        if (!Base64Url.TryDecodeFromChars(closed.AsSpan(0, end), octets, out int length)) return null;
        string url = Encoding.UTF8.GetString(octets.AsSpan(0, length));
        return seal.Holds(closed[(end + 1)..], Purpose, now, address, url) ? Read(url) : null;
    }
}
