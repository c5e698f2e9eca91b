using Router.Configuration.Layers;
using Router.Configuration.Reference;

namespace Router.Configuration.Reading;

/// <summary>Reads a link's `cap`: `50 GB`, or a mapping that says more.</summary>
internal static class CapReader
{
    private const int LastDay = 31;

    private static readonly KeySet Keys = new(LinkParts.Cap);

    public static LinkCap? Read(Setting setting)
    {
        if (setting.Raw is not null) return setting.Volume() is { } alone ? new LinkCap(alone, 1, Stops: false) : null;
        long? volume = null;
        int resetDay = 1;
        bool stops = false, written = false;
        foreach ((string name, Setting value) in setting.Fields(Keys))
        {
            switch (name)
            {
                case "volume":
                    written = true;
                    volume = value.Volume();
                    break;
                case "reset_day":
                    resetDay = value.Number(1, LastDay) ?? resetDay;
                    break;
                case "at_limit":
                    stops = value.Word(("steer", false), ("stop", true)) ?? stops;
                    break;
            }
        }
        if (!written) setting.KeyError("`cap` has no volume", "write `cap: 50 GB`, or `cap: { volume: 50 GB, reset_day: 15, at_limit: stop }`");
        return volume is { } octets ? new LinkCap(octets, resetDay, stops) : null;
    }
}
