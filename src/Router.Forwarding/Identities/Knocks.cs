using Router.Tables;
using Router.Wire;

namespace Router.Forwarding.Identities;

/// <summary>
/// Hosts that were refused for want of a login, where some are logged in by their device alone: the first packet of a host in a while is
/// told to the control part, which may know whose device that is, and is not answered. If it does, whoever sent it sends it again and gets
/// through, where an answer would have made him give up; if not, the next one is answered. The memory is small and forgets by overwriting:
/// the worst is one more packet without an answer, and one more question. [F], without allocation.
/// </summary>
internal sealed class Knocks(PathEvents events)
{
    private const int Places = 4096;

    /// <summary>How long a host counts as asked for, microseconds.</summary>
    public const long Memory = 60_000_000;

    private readonly (Address Host, long When)[] _places = new (Address, long)[Places];
    private readonly HashKey _secret = HashKey.Create();

    /// <summary>Whether this packet is not to be answered, as its host may be known; it is asked for then.</summary>
    public bool Take(Plan plan, Address host, PortId zone, long now)
    {
        if (!plan.Policy.Gate.KnowsSome || plan.IsLink(zone)) return false;
        ref (Address Host, long When) place = ref _places[(int)(SipHash.Hash(_secret, host.High, host.Low) % Places)];
        if (place.Host == host && now - place.When < Memory) return false;
        place = (host, now);
        events.Write(new PathEvent { Kind = PathEventKind.HostUnknown, Source = host, Ingress = zone });
        return true;
    }
}
