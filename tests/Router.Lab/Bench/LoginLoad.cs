using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Clients;
using Router.Lab.Documents;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Bench;

/// <summary>
/// Ten thousand devices with a flow each, five thousand of them logged in, and a stream of another host. Then two hundred logins a second
/// come by the socket on which router-web asks, every second of them refused as its account is not known, and all that were taken are logged
/// out again. What the stream feels of it is the longest time that it waits for an answer. Passwords are checked by router-web, in a
/// process of its own that is niced, and are no part of this.
/// </summary>
internal static class LoginLoad
{
    private const int Devices = 10_000, Users = 5_000, PerSecond = 1000, LoginsPerSecond = 200;
    private static readonly TimeSpan s_watched = TimeSpan.FromSeconds(3);

    private const string Rules = """
        - name: Staff may see a server
          source: [group:staff]
          destination: [198.18.0.11]
          action: allow
        """;

    /// <summary>The stream's longest wait while they log in and out, less that in as many seconds when nobody does, milliseconds.</summary>
    public static double AddedWait()
    {
        using Topology bed = Topology.Raise(new BedOptions { Hosts = 2 });
        string licence = Path.Combine(bed.Directory, "license.txt"), socket;
        Command.Run(Programs.Routerctl, ["license", "issue", "--key", Path.Combine(Repository.Root, "packaging/licence/development.key"), "--number", "1", "--holder", "Bench", "--users", $"{Devices}", "--output", licence]).OrThrow();
        var echo = new IPEndPoint(Plan.Servers[0], 7);
        using var server = EchoServer.Start(bed.Internet, echo.Address, echo.Port);
        bed.Router.Run("ip", "route", "add", Plan.Crowd, "via", $"{Plan.LanHost(0)}").OrThrow();
        using var router = new RouterDaemon(bed, new RouterYaml { License = $"file: {licence}", Rules = Rules });
        router.Start();
        socket = Path.Combine(Path.GetDirectoryName(router.ControlSocket)!, "portal.sock");
        using var stream = DatagramStream.Start(bed.Hosts[1], Plan.LanHost(1), echo, PerSecond);
        int greeted = Crowd.Greet(bed.Hosts[0], Devices, echo);
        if (greeted < Devices) throw new LabException($"only {greeted} of {Devices} hosts had an answer");
        using HttpClient portal = Connect(socket);
        Parallel.ForEachAsync(Enumerable.Range(0, Users), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (user, _) => await LogIn(portal, user, user)).GetAwaiter().GetResult();
        double quiet = LongestGap(stream, () => { });
        int count = 0;
        double logins = LongestGap(stream, () => count = LogInAndOut(portal));
        int held = router.Ask("license")["seats"]!["used"]!.GetValue<int>();
        if (held != Users) throw new LabException($"{held} seats are taken and not {Users}");
        Console.WriteLine($"  {count} logins, half of them refused, and their logouts in {s_watched.TotalSeconds:0} s; longest wait without them {quiet:0.0} ms, with them {logins:0.0} ms");
        return logins - quiet;
    }

    // In step with a clock; who is late does not catch up.
    private static int LogInAndOut(HttpClient portal)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        int count = 0;
        for (; clock.Elapsed < s_watched; count++)
        {
            TimeSpan due = TimeSpan.FromSeconds((double)count / LoginsPerSecond);
            if (clock.Elapsed < due) Thread.Sleep(due - clock.Elapsed);
            int member = Users + (count % (Devices - Users));
            if (count % 2 == 1)
            {
                bool done = Order(portal, "login", new JsonObject { ["address"] = $"{Plan.CrowdMember(member)}", ["user"] = "nobody", ["groups"] = new JsonArray() }).GetAwaiter().GetResult();
                if (done) throw new LabException("a login without an account was taken");
                continue;
            }
            if (!LogIn(portal, member, member).GetAwaiter().GetResult()) throw new LabException($"login {count} was refused");
            if (!Order(portal, "logout", new JsonObject { ["address"] = $"{Plan.CrowdMember(member)}" }).GetAwaiter().GetResult()) throw new LabException($"logout {count} was refused");
        }
        return count;
    }

    private static double LongestGap(DatagramStream stream, Action meanwhile)
    {
        stream.TakeLongestGap();
        TimeSpan until = stream.Clock + s_watched;
        meanwhile();
        Wait.Until(() => stream.Clock > until, s_watched * 2, () => "the clock stands");
        return stream.TakeLongestGap().TotalMilliseconds - (1000.0 / PerSecond);
    }

    private static Task<bool> LogIn(HttpClient portal, int user, int member) => Order(portal, "login",
        new JsonObject { ["address"] = $"{Plan.CrowdMember(member)}", ["user"] = $"user{user}", ["groups"] = new JsonArray("staff"), ["isFromDirectory"] = true });

    private static async Task<bool> Order(HttpClient portal, string verb, JsonObject order)
    {
        using HttpResponseMessage answer = await portal.PostAsJsonAsync($"http://routerd/v1/portal/{verb}", order);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["done"]!.GetValue<bool>();
    }

    private static HttpClient Connect(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancelled) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancelled);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });
}
