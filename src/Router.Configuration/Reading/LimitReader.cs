using Router.Configuration.Layers;
using Router.Configuration.Reference;
using Router.Forwarding.Limits;

namespace Router.Configuration.Reading;

/// <summary>Reads `limits`: what one inside host may have, and who may have more or less.</summary>
internal sealed class LimitReader(Names names)
{
    private const int MostExceptions = 1000;

    /// <summary>Above it a number means the same as `unlimited`, and is taken for a slip of the pen.</summary>
    private const int Most = 16_777_216;

    private static readonly KeySet Keys = new(GlobalParts.Limits);
    private static readonly KeySet ExceptionKeys = new(GlobalParts.Exception);

    private readonly EndReader _ends = new(names, speaksOfUsers: false);

    public LimitSettings Limits(Setting setting)
    {
        var limits = new LimitSettings();
        Setting? exceptions = null;
        foreach ((string name, Setting value) in setting.Fields(Keys))
        {
            if (name == "exceptions") exceptions = value;
            else limits = limits with { Common = Put(limits.Common, name, value) };
        }
        return exceptions is { } written ? limits with { Exceptions = Exceptions(written, limits.Common) } : limits;
    }

    // What an exception does not say is as for everybody.
    private List<LimitException> Exceptions(Setting setting, HostLimit common)
    {
        var exceptions = new List<LimitException>();
        foreach (Setting item in setting.Items())
        {
            EndTerm[]? source = null;
            bool isNamed = false, isLimited = false;
            HostLimit limit = common;
            foreach ((string name, Setting value) in item.Fields(ExceptionKeys))
            {
                isNamed |= name == "source";
                isLimited |= name != "source";
                if (name == "source") source = _ends.Rule(value);
                else limit = Put(limit, name, value);
            }
            if (!isNamed) item.Error("an exception without `source` would be for nobody", "write `source: [10.0.0.5, 10.1.0.0/16]`");
            if (!isLimited) item.Error("an exception that changes nothing", "write `flows`, `new_flows` or both");
            if (source is not null) exceptions.Add(new LimitException(source, limit));
        }
        if (exceptions.Count > MostExceptions) setting.Error($"more than {MostExceptions} exceptions", "join them by networks and groups");
        return exceptions;
    }

    private static HostLimit Put(HostLimit limit, string name, Setting value)
    {
        int? number = "unlimited".Equals(value.Raw, StringComparison.OrdinalIgnoreCase) ? HostLimit.Unlimited : value.Number(1, Most);
        return name == "flows" ? limit with { Flows = number ?? limit.Flows } : limit with { NewFlows = number ?? limit.NewFlows };
    }
}
