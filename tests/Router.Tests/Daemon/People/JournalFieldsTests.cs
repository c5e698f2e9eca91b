using Router.Daemon.Licensing;
using Router.Licensing;
using Router.Tests.Daemon.Systemd;
using Router.Tests.Forwarding.Bed;
using static Router.Tests.Daemon.People.PeopleBed;

namespace Router.Tests.Daemon.People;

/// <summary>What `journalctl USER=tony`, `HOST=` and `DEVICE=` find: the fields of lines about somebody.</summary>
public sealed class JournalFieldsTests : IDisposable
{
    private const ulong Mac = 0x020000000005;

    private readonly DatagramSocket _journald = new();
    private readonly PeopleBed _bed;

    public JournalFieldsTests()
    {
        _bed = new PeopleBed(seats: 1, journald: _journald.EndPoint);
        _bed.Pool.Meet(Host, Mac, Draft.Trusted.Value, 1);
    }

    public void Dispose()
    {
        _bed.Dispose();
        _journald.Dispose();
    }

    [Fact]
    public void A_login_and_a_logout_name_user_host_and_device()
    {
        _bed.LogIn("tony", Host);
        _bed.Desk.Logout(Host, LogoutReason.Asked);
        Write();

        Assert.Equal([("EVENT", "login"), ("HOST", $"{Host}"), ("DEVICE", "02:00:00:00:00:05"), ("USER", "tony")], Next("login of tony"));
        Assert.Equal([("EVENT", "login"), ("HOST", $"{Host}"), ("DEVICE", "02:00:00:00:00:05"), ("USER", "tony"), ("CAUSE", "Asked")], Next("logout of tony"));
    }

    [Fact]
    public void A_login_that_is_refused_says_why_too()
    {
        _bed.LogIn("nobody", Host);
        Assert.Equal([("EVENT", "login-refused"), ("USER", "nobody"), ("HOST", $"{Host}"), ("DEVICE", "02:00:00:00:00:05"), ("CAUSE", "unknown-user")], Next("login of nobody"));

        _bed.LogIn("tony", Host);
        _bed.LogIn("sam", Other);
        Write();
        Assert.Equal([("EVENT", "licence-refusal"), ("HOST", $"{Other}"), ("USER", "sam"), ("CAUSE", "NoSeat")], Next("licence: the login of sam"));
    }

    [Fact]
    public void A_guest_is_a_host()
    {
        _bed.Desk.Welcome(Visitor, "coffee");
        Assert.Equal(("HOST", $"{Visitor}"), Next("guest let in").Single(field => field.Name == "HOST"));
    }

    private void Write()
    {
        var changes = new PoolChange[64];
        int count = _bed.Pool.TakeChanges(changes, out _);
        var journal = new PoolJournal(_bed.Pool, _bed.Ports, _bed.Journal);
        foreach (ref readonly PoolChange change in changes.AsSpan(0, count)) journal.Write(change);
    }

    // Of the first entry that begins so, what it says beside its words.
    private (string Name, string Value)[] Next(string message)
    {
        while (true)
        {
            (string Name, string Value)[] entry = _journald.ReceiveEntry();
            if (entry[0].Value.StartsWith(message, StringComparison.Ordinal)) return [.. entry.Where(field => field.Name is "EVENT" or "HOST" or "DEVICE" or "USER" or "CAUSE")];
        }
    }
}
