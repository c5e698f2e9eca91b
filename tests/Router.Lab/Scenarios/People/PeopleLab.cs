using System.Net;
using System.Net.Sockets;

using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.People;

/// <summary>
/// What scenarios with users share: three hosts, a file of accounts that routerctl has written, a router whose rules speak of them, and a
/// web server that tells who came.
/// </summary>
public abstract class PeopleLab : IDisposable
{
    private protected static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    /// <summary>Stands in the lines of `users` for the lab's directory.</summary>
    private protected const string LabFolder = "{lab}";

    /// <param name="rules">The only rules there are.</param>
    /// <param name="users">Lines of `users`, but its file.</param>
    /// <param name="guest">Further fields of the zone of guests.</param>
    /// <param name="hosts">How many hosts there are.</param>
    /// <param name="furnish">Makes what has to be in the lab before a program starts.</param>
    private protected PeopleLab(string rules, string users, string guest = "", int hosts = 3, Action<Topology>? furnish = null)
    {
        Lab = Topology.Raise(new BedOptions { Hosts = hosts });
        furnish?.Invoke(Lab);
        Web = WebServer.Start(Lab.Internet, Lab.Directory);
        Router = new RouterDaemon(Lab);
        Write(rules, users, guest);
        AddUser("tony", "--group", "staff");
        AddUser("sam");
    }

    private protected Topology Lab { get; }

    private protected WebServer Web { get; }

    private protected RouterDaemon Router { get; }

    private protected string Accounts => Path.Combine(Lab.Directory, "users.yaml");

    public virtual void Dispose()
    {
        Router.Dispose();
        Web.Dispose();
        Lab.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Nothing goes out but by these rules.</summary>
    private protected void Write(string rules, string users, string guest = "") => Router.Write(
        new RouterYaml { Rules = rules, AllowOut = false }.ToString().Replace("[guest0]", $"[guest0]{guest}", StringComparison.Ordinal)
        + $"users:\n  file: {Accounts}\n" + string.Concat(users.Replace(LabFolder, Lab.Directory, StringComparison.Ordinal).Split('\n').Where(line => line.Length > 0).Select(line => $"  {line}\n")));

    private protected void AddUser(string name, params string[] more) =>
        Command.Run(Programs.Routerctl, ["--socket", Router.ControlSocket, "user", "add", name, "--file", Accounts, "--stdin", .. more], $"{name}'s password\n").OrThrow();

    private protected Outcome LogIn(string user, int host) => Router.Show("user", "login", user, $"{Plan.LanHost(host)}");

    private protected Outcome LogOut(string whom) => Router.Show("user", "logout", whom);

    /// <summary>curl ends so when it is led elsewhere: to the page of those who may not pass yet.</summary>
    private protected const int Led = 47;

    /// <summary>One request from a host to a server; 0 is the first of each.</summary>
    private protected Outcome Curl(int host, int server = 0, int seconds = 5, string path = "/") => Curl(Lab.Hosts[host], server, seconds, path);

    private protected static Outcome Curl(NetworkNamespace from, int server = 0, int seconds = 5, string path = "/") =>
        from.Run("curl", "-sS", "-L", "--max-redirs", "0", "-m", $"{seconds}", $"http://{Plan.Servers[server]}{path}");

    private protected bool Reaches(int host, int server = 0) => Curl(host, server, seconds: 2).Succeeded;

    private protected void WaitToReach(int host) => Wait.Until(() => Reaches(host), Soon, () => Router.Log);

    private protected void WaitForLine(string text) =>
        Wait.Until(() => Router.Log.Contains(text, StringComparison.Ordinal), TimeSpan.FromSeconds(30), () => $"no line with `{text}`:\n{Router.Log}");

    /// <summary>A connection that stays open and does nothing.</summary>
    private protected Socket Connect(int host, int server = 0)
    {
        Socket socket = Lab.Hosts[host].On(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000 });
        socket.Connect(new IPEndPoint(Plan.Servers[server], 80));
        return socket;
    }
}
