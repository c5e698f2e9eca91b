using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Licences;

/// <summary>A lab whose LAN is counted by the licence, with a web server and a name server in the Internet, and short words for what is seen.</summary>
internal sealed class LicensedLab : IDisposable
{
    private readonly WebServer _web;
    private readonly BackgroundProgram _names;

    /// <param name="accounts">Who may log in, as `user add` takes them: a name and options. Without any there is no file of them.</param>
    public LicensedLab(RouterYaml yaml, int hosts = 3, params string[] accounts)
    {
        Bed = Topology.Raise(new BedOptions { Hosts = hosts });
        _web = WebServer.Start(Bed.Internet, Bed.Directory);
        _names = NameServer.Start(Bed);
        string file = Path.Combine(Bed.Directory, "users.yaml");
        foreach (string account in accounts) Command.Run(Programs.Routerctl, ["user", "add", "--file", file, "--no-password", .. account.Split(' ')]).OrThrow();
        Router = new RouterDaemon(Bed, accounts.Length == 0 ? yaml : yaml with { Users = $"file: {file}\n{yaml.Users}" });
        Router.Start();
    }

    public Topology Bed { get; }

    public RouterDaemon Router { get; }

    public JsonNode License => Router.Ask("license");

    public int Places => License["devices"]!["used"]!.GetValue<int>();

    public int Seats => License["seats"]!["used"]!.GetValue<int>();

    /// <summary>Whether a page comes; the server's page is the address by which it sees us.</summary>
    public static bool Passes(NetworkNamespace host, string to = "198.18.0.10")
    {
        Outcome outcome = host.Run("curl", "-gsS", "-m", "3", $"http://{to}/");
        return outcome.Succeeded && (outcome.Text.StartsWith("198.51.100.", StringComparison.Ordinal) || outcome.Text.StartsWith("203.0.113.", StringComparison.Ordinal)
            || outcome.Text.Contains("2001:db8:", StringComparison.Ordinal));
    }

    /// <summary>Whether a name is answered: a flow that is over a few seconds after it.</summary>
    public static bool Resolves(NetworkNamespace host) =>
        host.Run("dig", $"@{Plan.NameServer}", "+time=1", "+tries=1", "+short", NameServer.KnownName).Text.Contains($"{Plan.Servers[0]}", StringComparison.Ordinal);

    public JsonNode? PlaceOf(object address) => License["places"]!.AsArray().FirstOrDefault(place => place!["addresses"]!.AsArray().Any(one => (string?)one == $"{address}"));

    public JsonNode? RefusalOf(object address) => License["refused"]!.AsArray().FirstOrDefault(one => (string?)one!["host"] == $"{address}");

    /// <summary>What routerctl says of a login by hand.</summary>
    public Outcome LogIn(string user, int host) => Router.Show("user", "login", user, $"{Plan.LanHost(host)}");

    /// <summary>Ends the login at a host's address, or all of a user's.</summary>
    public Outcome LogOut(object whom) => Router.Show("user", "logout", $"{whom}");

    /// <summary>Who is logged in, and on which hosts, counted from 0: "ann 0 4, bob 1".</summary>
    public string WhoIsWhere
    {
        get
        {
            IEnumerable<(string User, int Host)> logins = Router.Ask("users")["logins"]!.AsArray().Select(login => ((string)login!["user"]!,
                Enumerable.Range(0, Bed.Hosts.Count).First(host => login["addresses"]!.AsArray().Any(address => (string?)address == $"{Plan.LanHost(host)}"))));
            return string.Join(", ", logins.GroupBy(login => login.User, login => login.Host).OrderBy(user => user.Key, StringComparer.Ordinal)
                .Select(user => $"{user.Key} {string.Join(' ', user.Order())}"));
        }
    }

    /// <summary>Shows in the test's own output what an administrator would see: what docs/licence.md prints comes from here.</summary>
    public string Tell(params string[] verb)
    {
        Outcome outcome = Router.Show(verb);
        TestContext.Current.TestOutputHelper?.WriteLine($"$ routerctl {string.Join(' ', verb)}\n{outcome.Output}{outcome.Error}");
        return outcome.Output + outcome.Error;
    }

    public void Dispose()
    {
        Router.Dispose();
        _names.Dispose();
        _web.Dispose();
        Bed.Dispose();
    }
}
