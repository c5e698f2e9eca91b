using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;

namespace Router.Lab.Scenarios.Licences;

/// <summary>Ten machines, the base of five users, and more accounts than that; two of them may be on one device only.</summary>
public sealed class LabWithSeats : IDisposable
{
    internal LicensedLab Lab { get; } = new(
        new RouterYaml { License = "device_idle: 15m", Users = "limits: { kiosk: { max_devices: 1 }, sam: { max_devices: 1, at_limit: replace-oldest } }" }, hosts: 10,
        "ann", "bob", "cid", "dora", "eve", "kiosk", "sam", "root --administrator");

    public void Dispose() => Lab.Dispose();
}

/// <summary>The rows of the licence's table that speak of logins (product.md 5). What holds before a restart and a crash holds after them.</summary>
public sealed class Seats : IClassFixture<LabWithSeats>
{
    private readonly LicensedLab _lab;

    public Seats(LabWithSeats fixture)
    {
        _lab = fixture.Lab;
        foreach (string user in _lab.WhoIsWhere.Split(", ", StringSplitOptions.RemoveEmptyEntries)) _lab.LogOut(user.Split(' ')[0]).OrThrow();
        Assert.Equal(0, _lab.Seats);
    }

    [Fact]
    public void With_five_users_logged_in_the_sixth_is_refused_and_machines_without_a_login_pass()
    {
        foreach ((string user, int host) in (ReadOnlySpan<(string, int)>)[("ann", 0), ("bob", 1), ("cid", 2), ("dora", 3), ("eve", 4)]) _lab.LogIn(user, host).OrThrow();
        AssertFull();
        _lab.Router.Stop();
        _lab.Router.Start();
        AssertFull();
        _lab.Router.Kill();
        _lab.Router.Start();
        AssertFull();
        // The same login on the same device counts once, and administrators take no seat.
        _lab.LogIn("ANN", 0).OrThrow();
        _lab.LogIn("root", 7).OrThrow();
        Assert.Equal(5, _lab.Seats);

        _lab.LogOut("cid").OrThrow();
        _lab.LogIn("kiosk", 5).OrThrow();
        Assert.Equal("ann 0, bob 1, dora 3, eve 4, kiosk 5, root 7", _lab.WhoIsWhere);
        Assert.Null(_lab.RefusalOf(Plan.LanHost(5)));
    }

    private void AssertFull()
    {
        Outcome refused = _lab.LogIn("kiosk", 5), also = _lab.LogIn("sam", 6);
        Assert.Contains("all seats of the licence are taken, so kiosk cannot log in now", refused.Output + refused.Error, StringComparison.Ordinal);
        Assert.Equal((1, 1), (refused.ExitCode, also.ExitCode));
        Assert.Equal("ann 0, bob 1, cid 2, dora 3, eve 4", _lab.WhoIsWhere);
        string shown = _lab.Tell("license");
        Assert.Contains("5 of 5", shown, StringComparison.Ordinal);
        Assert.Contains("login of kiosk", shown, StringComparison.Ordinal);
        Assert.Equal("no seat", (string?)_lab.RefusalOf(Plan.LanHost(5))!["why"]);
        foreach (int host in (ReadOnlySpan<int>)[0, 5, 6, 8]) Assert.True(LicensedLab.Passes(_lab.Bed.Hosts[host]), _lab.Router.Log);
        Assert.True(_lab.Router.Log.Split('\n').Count(line => line.Contains("the login of kiosk", StringComparison.Ordinal) && line.Contains("all 5 seats", StringComparison.Ordinal)) == 1, _lab.Router.Log);
    }

    [Fact]
    public void One_account_on_six_machines_holds_two_seats_and_six_places()
    {
        foreach (int host in Enumerable.Range(0, 6))
        {
            _lab.LogIn("ann", host).OrThrow();
            Assert.Equal(host < 5 ? 1 : 2, _lab.Seats);
            Assert.True(LicensedLab.Passes(_lab.Bed.Hosts[host]), _lab.Router.Log);
        }
        foreach ((string user, int host) in (ReadOnlySpan<(string, int)>)[("bob", 6), ("cid", 7), ("dora", 8)]) _lab.LogIn(user, host).OrThrow();
        AssertSix();
        _lab.Router.Kill();
        _lab.Router.Start();
        AssertSix();

        // On five of them she holds one seat, and the other is free for the next; the sixth is refused then.
        _lab.LogOut(Plan.LanHost(5)).OrThrow();
        _lab.LogIn("eve", 9).OrThrow();
        Assert.Equal(5, _lab.Seats);
        Assert.Contains("so ann cannot log in now", _lab.LogIn("ann", 5).ToString(), StringComparison.Ordinal);
    }

    private void AssertSix()
    {
        Assert.Equal("ann 0 1 2 3 4 5, bob 6, cid 7, dora 8", _lab.WhoIsWhere);
        Assert.Equal(5, _lab.Seats);
        Assert.Equal(2, _lab.License["users"]!.AsArray().First(user => (string?)user!["user"] == "ann")!["seats"]!.GetValue<int>());
        Assert.Equal(6, _lab.License["places"]!.AsArray().Count(place => (string?)place!["user"] == "ann"));
        Assert.Contains("all seats of the licence are taken, so eve", _lab.LogIn("eve", 9).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_account_for_one_device_is_refused_on_a_second_or_leaves_the_first_as_it_is_written()
    {
        _lab.LogIn("kiosk", 0).OrThrow();
        _lab.LogIn("sam", 1).OrThrow();
        _lab.LogIn("sam", 2).OrThrow();
        AssertOneDevice(sam: 2);
        _lab.Router.Stop();
        _lab.Router.Start();
        AssertOneDevice(sam: 2);
        _lab.LogIn("sam", 1).OrThrow();
        AssertOneDevice(sam: 1);
        _lab.LogOut("kiosk").OrThrow();
        _lab.LogIn("kiosk", 3).OrThrow();
        Assert.Equal("kiosk 3, sam 1", _lab.WhoIsWhere);
    }

    private void AssertOneDevice(int sam)
    {
        Assert.Contains("kiosk is logged in on as many devices as he may be", _lab.LogIn("kiosk", 3).ToString(), StringComparison.Ordinal);
        Assert.Equal($"kiosk 0, sam {sam}", _lab.WhoIsWhere);
        Assert.Equal(2, _lab.Seats);
        Assert.Equal("too many devices", (string?)_lab.RefusalOf(Plan.LanHost(3))!["why"]);
    }
}
