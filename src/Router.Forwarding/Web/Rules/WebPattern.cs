using System.Globalization;
using System.Text;
using Router.Wire;
using Router.Wire.Web;

namespace Router.Forwarding.Web;

/// <summary>
/// One host or URL of a web rule, as it is written:
/// <code>
///   [http:// or https://] host [:port] [/path]
///
///   example.net           this name and no other
///   *.example.net         this name and all beneath it
///   ads*.example.net      `*` stands for any letters, dots too
///   192.0.2.1  [2001:db8::1]
///   *                     any host
///   example.net/games/*   the path and what is asked behind it; `*` for any letters
/// </code>
/// Names of other scripts are written as people write them (`bücher.example`) or in punycode. A path can only be seen in plain HTTP, so a
/// pattern with one, or with `http://`, never matches TLS and QUIC. Letters count the same small and large, in paths too. Immutable.
/// </summary>
public sealed class WebPattern
{
    private const int MostOctets = 1000;

    private static readonly IdnMapping s_idn = new() { AllowUnassigned = true };

    private readonly HostForm _form;
    private readonly byte[] _host;
    private readonly byte[]? _path;
    private readonly Address _address;
    private readonly ushort _port;
    private readonly bool? _isSecure;

    private enum HostForm : byte { Any, Exact, Beneath, Glob, Address }

    private WebPattern(HostForm form, byte[] host, Address address, ushort port, byte[]? path, bool? isSecure) =>
        (_form, _host, _address, _port, _path, _isSecure) = (form, host, address, port, path, isSecure);

    /// <summary>The name that it stands for together with all beneath, if that is all that it says; else empty.</summary>
    public ReadOnlySpan<byte> PlainName => _form == HostForm.Beneath && _port == 0 && _path is null && _isSecure is null ? _host : default;

    /// <summary>As it may be written, its name in the form in which it goes over the wire.</summary>
    public override string ToString()
    {
        string scheme = _isSecure switch { null => "", true => "https://", false => "http://" };
        string host = _form switch
        {
            HostForm.Any => "*",
            HostForm.Beneath => "*." + Encoding.ASCII.GetString(_host),
            HostForm.Address => _address.IsV4 ? _address.ToString() : $"[{_address}]",
            HostForm.Exact or HostForm.Glob => Encoding.ASCII.GetString(_host),
        };
        string port = _port == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $":{_port}");
        return $"{scheme}{host}{port}{(_path is null ? "" : Encoding.UTF8.GetString(_path))}";
    }

    /// <summary>Whether it can only be seen in plain HTTP.</summary>
    public bool IsForHttpOnly => _path is not null || _isSecure == false;

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">As it was written.</param>
    /// <param name="pattern">What it means.</param>
    /// <param name="fault">In words what is wrong with it; null if nothing is.</param>
    public static bool TryParse(string text, out WebPattern? pattern, out string? fault)
    {
        (pattern, fault) = (null, "it is no host and no URL");
        if (text.Length is 0 or > MostOctets || text.Any(char.IsWhiteSpace)) return false;
        bool? isSecure = text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? false : text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? true : null;
        string rest = isSecure is null ? text : text[(text.IndexOf("//", StringComparison.Ordinal) + 2)..];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        byte[]? path = slash < 0 || slash == rest.Length - 1 ? null : NormalPath(rest[slash..]);
        if (path is not null && isSecure == true)
        {
            fault = "the path of an https URL cannot be seen";
            return false;
        }
        string host = slash < 0 ? rest : rest[..slash];
        if (!TrySplitPort(ref host, out ushort port)) return false;
        if (host == "*")
        {
            pattern = new WebPattern(HostForm.Any, [], default, port, path, isSecure);
            return true;
        }
        bool isBeneath = host.StartsWith("*.", StringComparison.Ordinal) && !host.AsSpan(2).Contains('*');
        if (!TryAscii(isBeneath ? host[2..] : host, out string ascii)) return false;
        if (!isBeneath && ascii.Contains('*', StringComparison.Ordinal))
        {
            if (!ascii.All(letter => letter is '*' or '.' or '-' or '_' || char.IsAsciiLetterOrDigit(letter))) return false;
            pattern = new WebPattern(HostForm.Glob, Encoding.ASCII.GetBytes(ascii), default, port, path, isSecure);
            return true;
        }
        if (!HostName.TryRead(Encoding.ASCII.GetBytes(ascii), new byte[HostName.MostOctets], out HostName name)) return false;
        if (name.IsAddress && isBeneath) return false;
        HostForm form = name.IsAddress ? HostForm.Address : isBeneath ? HostForm.Beneath : HostForm.Exact;
        pattern = new WebPattern(form, name.Name.ToArray(), name.Address, port, path, isSecure);
        return true;
    }

    /// <summary>The form in which a name of any script goes over the wire (RFC 5891), in small letters.</summary>
    public static bool TryAscii(string name, out string ascii)
    {
        ascii = name.ToLowerInvariant();
        if (Ascii.IsValid(ascii)) return true;
        try
        {
            ascii = s_idn.GetAscii(ascii);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public bool Matches(in WebQuestion question)
    {
        if (_isSecure is { } isSecure && isSecure != (question.Scheme != WebScheme.Http)) return false;
        if (_port != 0 && _port != question.Port) return false;
        if (_path is not null && question.Path.IsEmpty) return false;
        bool isHost = _form switch
        {
            HostForm.Any => true,
            HostForm.Address => question.Name.IsEmpty && question.Address == _address,
            HostForm.Exact => question.Name.SequenceEqual(_host),
            HostForm.Beneath => question.Name.EndsWith(_host) && (question.Name.Length == _host.Length || question.Name[^(_host.Length + 1)] == '.'),
            HostForm.Glob => !question.Name.IsEmpty && IsLike(question.Name, _host),
        };
        return isHost && (_path is null || IsLike(question.Path, _path));
    }

    // `*` takes as few letters as will do, and one more each time what is behind it does not fit.
    private static bool IsLike(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern)
    {
        int at = 0, place = 0, star = -1, from = 0;
        while (at < text.Length)
        {
            if (place < pattern.Length && pattern[place] == '*')
            {
                star = place++;
                from = at;
            }
            else if (place < pattern.Length && pattern[place] == text[at])
            {
                at++;
                place++;
            }
            else if (star >= 0)
            {
                place = star + 1;
                at = ++from;
            }
            else
            {
                return false;
            }
        }
        return pattern[place..].IndexOfAnyExcept((byte)'*') < 0;
    }

    private static byte[] NormalPath(string path)
    {
        Span<byte> room = new byte[UrlPath.MostOctets];
        return room[..UrlPath.Write(Encoding.UTF8.GetBytes(path), room)].ToArray();
    }

    private static bool TrySplitPort(ref string host, out ushort port)
    {
        port = 0;
        int colon = host.LastIndexOf(':');
        if (colon < 0 || host.EndsWith(']')) return true;
        if (!ushort.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port == 0) return false;
        host = host[..colon];
        return true;
    }
}
