using Router.Licensing.Holders;
using Router.Tables;

namespace Router.Licensing;

/// <summary>How many entries the tables hold; a device may have several addresses.</summary>
public sealed record PoolSizes(int Devices = 32_768, int Users = 8192)
{
    public int Addresses => Devices * 4;
}

/// <summary>What outlives the process, as files of one directory (on tmpfs, since times in them are of no use after a reboot).</summary>
public sealed class PoolTables
{
    private PoolTables(MappedTable<Device> devices, MappedTable<Host> hosts, MappedTable<User> users) => (Devices, Hosts, Users) = (devices, hosts, users);

    internal MappedTable<Device> Devices { get; }

    internal MappedTable<Host> Hosts { get; }

    internal MappedTable<User> Users { get; }

    /// <summary>What became of each file, for the journal.</summary>
    public IEnumerable<string> Origins =>
    [
        Devices.OriginLine("devices"),
        Hosts.OriginLine("addresses of devices"),
        Users.OriginLine("logins"),
    ];

    /// <exception cref="IOException">Another process writes them, they are not ours, or there is no room.</exception>
    public static PoolTables Open(string directory, PoolSizes sizes) => new(
        MappedTable<Device>.Open(Path.Combine(directory, "devices"), sizes.Devices),
        MappedTable<Host>.Open(Path.Combine(directory, "addresses"), sizes.Addresses),
        MappedTable<User>.Open(Path.Combine(directory, "logins"), sizes.Users));

    /// <summary>Tables that end with the process.</summary>
    public static PoolTables Anonymous(PoolSizes sizes) => new(
        MappedTable<Device>.Anonymous(sizes.Devices), MappedTable<Host>.Anonymous(sizes.Addresses), MappedTable<User>.Anonymous(sizes.Users));
}
