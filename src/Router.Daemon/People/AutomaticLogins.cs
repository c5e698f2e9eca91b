using Router.Configuration;
using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Daemon.People;

/// <summary>
/// Whose a device is that logs in by itself: by its MAC first, which is harder to take by accident, and then by its address. What the
/// configuration says is checked when it is read, so that each MAC and each address is one user's. Immutable.
/// </summary>
internal sealed class AutomaticLogins
{
    public static readonly AutomaticLogins None = new([]);

    private readonly Dictionary<ulong, string> _byMac = [];
    private readonly (AddressRange Range, string User)[] _byAddress;

    public AutomaticLogins(IReadOnlyList<AutomaticLogin> logins)
    {
        foreach (AutomaticLogin login in logins.Where(login => login.Mac != 0)) _byMac[login.Mac] = login.User;
        _byAddress = [.. logins.SelectMany(login => login.Addresses.Select(range => (range, login.User))).OrderBy(one => one.range.First)];
    }

    public bool IsEmpty => _byMac.Count + _byAddress.Length == 0;

    /// <summary>The user; null if it is nobody's.</summary>
    /// <param name="address">Of the device.</param>
    /// <param name="mac">Of the device, 0 if nobody knows it.</param>
    public string? Find(Address address, ulong mac)
    {
        if (mac != 0 && _byMac.TryGetValue(mac, out string? user)) return user;
        int low = 0, high = _byAddress.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (address < _byAddress[middle].Range.First) high = middle - 1;
            else if (address > _byAddress[middle].Range.Last) low = middle + 1;
            else return _byAddress[middle].User;
        }
        return null;
    }
}
