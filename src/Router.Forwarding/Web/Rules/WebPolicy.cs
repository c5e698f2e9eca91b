using Router.Wire;

namespace Router.Forwarding.Web;

/// <summary>
/// The web rules of a policy: top down, first match wins, and what none matches is allowed, since a traffic rule has allowed it before.
/// What cannot be read is asked by its address only, and where no rule matches that, <see cref="DeniesUnreadable"/> decides. Immutable.
/// </summary>
public sealed class WebPolicy
{
    /// <summary>Nothing is read.</summary>
    public static readonly WebPolicy None = new();

    private readonly bool _hasNames;

    /// <summary>Top down.</summary>
    public WebRule[] Rules
    {
        get;
        init
        {
            field = value;
            _hasNames = Array.Exists(value, rule => rule.HasNames);
            AsksWho = Array.Exists(value, rule => rule is { Active: true, Users: not null });
        }
    } = [];

    /// <summary>Whether what cannot be read is denied; else it is let through.</summary>
    public bool DeniesUnreadable { get; init; }

    /// <summary>Ports on which the web is looked for: by TCP for HTTP and TLS, by UDP for QUIC.</summary>
    public ushort[] Ports { get; init; } = [80, 443, 8080, 8443];

    /// <summary>Whether it makes any difference who is behind an address.</summary>
    public bool AsksWho { get; private init; }

    /// <summary>Whether nothing need be read.</summary>
    public bool IsIdle => Rules.Length == 0 && !DeniesUnreadable;

    /// <summary>Whether a flow to that port is the web's.</summary>
    public bool Covers(byte protocol, ushort port) => protocol is (Protocol.Tcp or Protocol.Udp) && Ports.AsSpan().Contains(port);

    /// <summary>Each rule down to the one that decides, and why those above it do not. For people.</summary>
    public IEnumerable<(WebRule Rule, string? WhyNot)> Walk(in WebQuestion question)
    {
        ulong[] room = new ulong[NameSet.MostLabels];
        ReadOnlySpan<ulong> endings = room.AsSpan(0, NameSet.Endings(question.Name, room));
        var walked = new List<(WebRule, string?)>();
        foreach (WebRule rule in Rules)
        {
            walked.Add((rule, rule.WhyNot(question, endings)));
            if (walked[^1].Item2 is null) break;
        }
        return walked;
    }

    /// <summary>The index of the first rule that matches, or -1.</summary>
    public int Match(in WebQuestion question)
    {
        Span<ulong> room = stackalloc ulong[NameSet.MostLabels];
        ReadOnlySpan<ulong> endings = _hasNames ? room[..NameSet.Endings(question.Name, room)] : default;
        for (int index = 0; index < Rules.Length; index++)
        {
            if (Rules[index].Matches(question, endings)) return index;
        }
        return -1;
    }
}
