using System.Security.Cryptography;
using System.Text;
using Router.Api.Web;

namespace Router.Web.Sessions;

/// <summary>Somebody's browser, since he typed his password in it.</summary>
/// <param name="User">As routerd calls him.</param>
/// <param name="Mac">Of his device then; null where it could not be seen.</param>
/// <param name="Address">Of his device then.</param>
/// <param name="Began">Seconds since 1970.</param>
internal sealed record Session(string User, string? Mac, string Address, long Began);

/// <summary>
/// Browsers in which somebody has typed his password. The login itself, which opens the Internet, is routerd's and belongs to the device;
/// this only tells his browser from others on that device, so that nobody else sees his devices or logs them out.
///
/// A session is known by 256 random bits in a cookie, made when the password was right, never before: there is nothing to plant in
/// somebody's browser beforehand (fixation). The table keeps only their hash. It ends with the login: as soon as routerd sees
/// another user at the address, or another device behind it, the session means nothing (<see cref="Fits"/>).
///
/// Bounded: when it is full the oldest goes, whose owner types his password again. Any thread.
/// </summary>
internal sealed class SessionTable(int capacity)
{
    private const long LifeSeconds = 24 * 3600;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, Session Session)>> _byKey = [];
    private readonly LinkedList<(string Key, Session Session)> _oldestFirst = new();

    public int Count
    {
        get
        {
            lock (_lock) return _byKey.Count;
        }
    }

    /// <summary>Begins one; answers the secret for the cookie.</summary>
    public string Begin(Session session)
    {
        string secret = Seal.Random(), key = Key(secret);
        lock (_lock)
        {
            if (_byKey.Count >= capacity) Remove(_oldestFirst.First!);
            _byKey.Add(key, _oldestFirst.AddLast((key, session)));
        }
        return secret;
    }

    /// <summary>The session of a cookie, if it is still the visitor's; null otherwise.</summary>
    /// <param name="now">Seconds since 1970.</param>
    public Session? Find(string? secret, Visitor visitor, long now)
    {
        if (secret is not { Length: > 0 and < 100 }) return null;
        string key = Key(secret);
        lock (_lock)
        {
            if (!_byKey.TryGetValue(key, out var node)) return null;
            if (now - node.Value.Session.Began < LifeSeconds && Fits(node.Value.Session, visitor)) return node.Value.Session;
            Remove(node);
            return null;
        }
    }

    public void End(string? secret)
    {
        if (secret is not { Length: > 0 and < 100 }) return;
        lock (_lock)
        {
            if (_byKey.TryGetValue(Key(secret), out var node)) Remove(node);
        }
    }

    /// <summary>By hardware address where it is known, as a device has several addresses; else by address.</summary>
    private static bool Fits(Session session, Visitor visitor) =>
        string.Equals(session.User, visitor.User, StringComparison.OrdinalIgnoreCase)
        && (session.Mac is { } mac ? mac == visitor.Mac : session.Address == visitor.Address);

    private void Remove(LinkedListNode<(string Key, Session Session)> node)
    {
        _byKey.Remove(node.Value.Key);
        _oldestFirst.Remove(node);
    }

    private static string Key(string secret) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
