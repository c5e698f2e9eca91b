using System.Globalization;
using Router.Configuration.Layers;
using Router.Configuration.Reference;
using Router.Licensing;
using Router.Wire;

namespace Router.Configuration.Reading;

/// <summary>Reads `license`: where the licence file is, what is counted, and for which devices a place is kept.</summary>
internal static class LicenseReader
{
    private const int MostReserved = 1000;
    private const int MostLetters = 200;

    private static readonly KeySet Keys = new(GlobalParts.License);
    private static readonly KeySet ReservedKeys = new(GlobalParts.Reserved);

    public static LicenseSettings License(Setting setting)
    {
        var license = new LicenseSettings();
        foreach ((string name, Setting value) in setting.Fields(Keys))
        {
            license = name switch
            {
                "file" => license with { File = Path(value) ?? license.File, IsFileWritten = true },
                "mode" => license with { Mode = value.Word(("per-user", PoolMode.PerUser), ("per-host", PoolMode.PerHost)) ?? license.Mode },
                "device_idle" => license with { DeviceIdle = value.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)) ?? license.DeviceIdle },
                "reserved" => license with { Reserved = Reserved(value) },
                _ => license with { Contact = Line(value) ?? "" },
            };
        }
        return license;
    }

    /// <summary>Six octets, as `02:00:00:00:00:10` or with `-` between; null if it is nothing of the kind, or no machine's own.</summary>
    public static ulong? Mac(Setting value)
    {
        if (value.Text() is not { } text) return null;
        string[] octets = text.Split(text.Contains('-', StringComparison.Ordinal) ? '-' : ':');
        ulong mac = 0;
        bool isMac = octets.Length == 6;
        foreach (string octet in octets)
        {
            isMac &= octet.Length == 2 && byte.TryParse(octet, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte number)
                && (mac = mac << 8 | number) <= 0xffff_ffff_ffff;
        }
        if (isMac && mac != 0 && (mac >> 40 & 1) == 0) return mac;
        value.Error($"`{text}` is not the MAC of a machine", "write it as `02:00:00:00:00:10`, with quotes");
        return null;
    }

    private static List<ReservedDevice> Reserved(Setting setting)
    {
        var reserved = new List<ReservedDevice>();
        foreach (Setting item in setting.Items())
        {
            (ulong? mac, Address? address, string? name) = (null, null, null);
            int said = 0;
            foreach ((string key, Setting value) in item.Fields(ReservedKeys))
            {
                if (key == "name") name = Line(value);
                else said++;
                if (key == "mac") mac = Mac(value);
                else if (key == "address") address = Host(value);
            }
            if (said != 1) item.Error("a reserved device is known by its MAC, or by its address", "write one of `mac` and `address`, and a `name`");
            if (mac is null && address is null) continue;
            var device = new ReservedDevice(name ?? "", mac ?? 0, address ?? default);
            if (reserved.Exists(other => other.Mac == device.Mac && other.Address == device.Address)) item.Error("this device has a place kept already", "remove one of the two");
            reserved.Add(device);
        }
        if (reserved.Count > MostReserved) setting.Error($"more than {MostReserved} reserved devices", "put them into a zone with `licensed: false`");
        return reserved;
    }

    private static Address? Host(Setting value)
    {
        if (value.Text() is not { } text) return null;
        if (Address.TryParse(text, out Address address) && !address.IsMulticast && !address.IsUnspecified) return address;
        value.Error($"`{text}` is not the address of a device", "write one, such as `10.8.0.7`");
        return null;
    }

    private static string? Path(Setting value)
    {
        if (value.Text() is not { } text) return null;
        if (text.StartsWith('/') && !text.EndsWith('/')) return text;
        value.Error($"`{text}` is not the path of a file", $"write it from the root on, such as `{LicenseSettings.DefaultFile}`");
        return null;
    }

    private static string? Line(Setting value)
    {
        if (value.Text() is not { } text) return null;
        if (text.Length <= MostLetters && !text.Any(char.IsControl)) return text;
        value.Error($"more than one line, or than {MostLetters} letters", "make it shorter");
        return null;
    }
}
