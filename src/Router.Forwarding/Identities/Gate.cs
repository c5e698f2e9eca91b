using Router.Forwarding.Rules;
using Router.Wire;

namespace Router.Forwarding.Identities;

/// <summary>
/// What a local host must have done before it may begin anything beyond its zone and the box: log in (`require_login`), or take a guest's
/// pass (a zone's `welcome`). It is asked where a rule allows; what rules refuse they refuse without it. Some hosts need neither, and some
/// places may be reached before, the walled garden. Immutable.
/// </summary>
/// <param name="LoginZones">Bits of the zones whose hosts must log in.</param>
/// <param name="WelcomeZones">Bits of the zones whose hosts need a pass, or a login in its place.</param>
/// <param name="Exempt">Hosts that need neither.</param>
/// <param name="Garden">Where everybody may go.</param>
public sealed record Gate(ulong LoginZones, ulong WelcomeZones, Selector Exempt, Selector Garden)
{
    /// <summary>A gate that stands open.</summary>
    public static readonly Gate Open = new(0, 0, Selector.Nobody, Selector.Nobody);

    /// <summary>Whether some are logged in by the device that they use, as soon as it is heard of (<see cref="Knocks"/>).</summary>
    public bool KnowsSome { get; init; }

    /// <summary>Whether nobody must do anything.</summary>
    public bool IsOpen => (LoginZones | WelcomeZones) == 0;

    /// <summary>Whether a host may begin a flow now that a rule has allowed it; None, or what it must do first.</summary>
    /// <param name="sender">The local host; or whoever else begins it, who is let through.</param>
    /// <param name="target">Where it is headed.</param>
    public DropReason Ask(in Endpoint sender, in Endpoint target)
    {
        if ((sender.Ports & (LoginZones | WelcomeZones)) == 0) return DropReason.None;
        if (sender.Who is { IsUser: true }) return DropReason.None;
        bool mustLogIn = (sender.Ports & LoginZones) != 0;
        if (!mustLogIn && sender.Who is not null) return DropReason.None;
        if (Garden.Matches(target) || Exempt.Matches(sender)) return DropReason.None;
        return mustLogIn ? DropReason.LoginRequired : DropReason.WelcomeRequired;
    }

    /// <summary>
    /// Whether a host that a rule refused would have been allowed if it had logged in, as somebody: a rule above the one that decided is
    /// for users, and all else of it matches. That it is for this very person is not known before.
    /// </summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="sender">The host.</param>
    /// <param name="target">Where it is headed.</param>
    /// <param name="key">Protocol and port of what it began.</param>
    /// <param name="decided">Index of the rule that refused it.</param>
    internal static bool WouldOpen(Plan plan, in Endpoint sender, in Endpoint target, in Flows.FlowKey key, int decided)
    {
        RuleIndex index = plan.Policy.Index;
        if (!index.AllowsUsers || plan.IsLink(key.Ingress) || key.Ingress == PortId.Host || sender.Who is { IsUser: true }) return false;
        return index.WouldAllow(sender with { Who = Identity.Anybody }, target, key.Protocol, key.DestinationPort, decided);
    }
}
