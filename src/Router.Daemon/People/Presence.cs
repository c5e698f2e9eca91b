using Router.Forwarding;
using Router.Licensing;

namespace Router.Daemon.People;

/// <summary>Who and what is at an address, as somebody there may be told.</summary>
/// <param name="Zone">Name of the zone behind which it lives; null if it is nobody of ours.</param>
/// <param name="Device">What the pool knows of it; null for nothing.</param>
/// <param name="User">Who is logged in there.</param>
/// <param name="Devices">His devices, the one of the latest login first.</param>
/// <param name="Lacks">What it has to do to reach the Internet: <see cref="DropReason.LoginRequired"/>, <see cref="DropReason.WelcomeRequired"/>, or nothing.</param>
/// <param name="Until">When the login or the pass ends whatever one does, monotonic microseconds; 0 for never.</param>
internal sealed record Presence(string? Zone, DeviceView? Device, UserView? User, IReadOnlyList<DeviceView> Devices, DropReason Lacks, long Until);

/// <summary>What came of a login, a logout or a guest's wish.</summary>
/// <param name="Refusal">Why not, in a word: no-seat, max-devices, not-local, unknown-user, disabled, ended, no-room, bad-name, wrong-password, no-welcome, not-yours, none; null if it was done.</param>
/// <param name="Sentence">The same for people.</param>
internal sealed record Reception(string? Refusal, string Sentence)
{
    public bool Done => Refusal is null;

    public static readonly Reception Good = new(null, "");

    public static Reception Of(LoginAnswer answer, string user) => answer.Outcome switch
    {
        LoginOutcome.Accepted or LoginOutcome.Already => Good,
        LoginOutcome.NoSeat => new("no-seat", $"all seats of the licence are taken, so {user} cannot log in now"),
        LoginOutcome.TooManyDevices => new("max-devices", $"{user} is logged in on as many devices as he may be"),
        LoginOutcome.Ended => new("ended", "the licence has ended; only administrators can log in"),
        LoginOutcome.NoRoom => new("no-room", "the table of devices is full"),
        LoginOutcome.BadName => new("bad-name", "a name must have 1 to 126 octets"),
    };
}
