using Router.Api.Metrics;
using Router.Api.Web;
using Router.Daemon.Control;
using Router.Daemon.Portal;
using Router.Daemon.Systemd;
using Router.Wire;

namespace Router.Web.Tests.Bed;

/// <summary>
/// A routerd of which there is the portal's socket only, with the daemon's own server behind it: who is where is what the test says. Devices
/// are addresses of the loopback network, so that one machine is many.
/// </summary>
internal sealed class FakeRouter : IAsyncDisposable
{
    private readonly Journal _journal = new(null, Stream.Synchronized(new MemoryStream()), TimeProvider.System);
    private readonly Lock _lock = new();
    private readonly Dictionary<Address, (string User, string Method)> _users = [];
    private readonly ControlServer _server;

    public FakeRouter(string socket)
    {
        Socket = socket;
        var verbs = new PortalVerbs
        {
            Settings = () => Settings,
            Look = Look,
            Rule = number => number == 7 ? new RuleText { Name = "No games", Text = "Games <b>wait</b>.\n\nUntil the evening." } : null,
            Login = Login,
            Logout = address => Change(() => _users.Remove(address) || Guests.Remove(address)),
            Drop = (_, device) => Change(() => _users.Remove(device)),
            Welcome = Welcome,
            Failed = (_, failed) => Failures.Add(failed),
            Metrics = () => Metrics,
            Live = (asker, withLists) => Dashboard.Live(Demand(asker), withLists),
            Course = (asker, span) => Dashboard.Course(Demand(asker), span),
            Flows = (asker, query) => Dashboard.Flows(Demand(asker), query),
            Events = (asker, link) => Dashboard.Events(Demand(asker), link),
            Act = (asker, order) => Dashboard.Act(Demand(asker), order),
        };
        _server = new ControlServer(socket, new PortalRequests(verbs, _journal));
    }

    public string Socket { get; }

    public WebSettings Settings { get; set; } = new();

    /// <summary>By default one number of each metric.</summary>
    public MetricReport Metrics { get; set; } = new()
    {
        Samples = [.. MetricCatalog.All.Where(metric => metric != MetricCatalog.Up && metric != MetricCatalog.WebSessions && metric != MetricCatalog.WebScrapesRefused).Select((metric, index) => new MetricSample { Name = metric.Name, Labels = [.. metric.Labels], Value = index + 0.5 })],
    };

    public List<FailedLogin> Failures { get; } = [];

    public List<LoginOrder> Logins { get; } = [];

    public HashSet<Address> Guests { get; } = [];

    /// <summary>What every login is answered; null: it succeeds.</summary>
    public string? Refuses { get; set; }

    /// <summary>Whether hosts must log in; else they may use the Internet as they are.</summary>
    public bool DemandsLogin { get; set; } = true;

    public string MacPrefix { get; set; } = "02:00:00:00:00:";

    /// <summary>Whether the machine itself, 127.0.0.1, is among the guests.</summary>
    public bool Welcomes { get; set; }

    public void Forget()
    {
        lock (_lock) _users.Clear();
        Welcomes = false;
    }

    /// <summary>What the dashboard is told and asks.</summary>
    public FakeDashboard Dashboard { get; } = new();

    public Task StartAsync() => _server.StartAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    public void LogIn(string address, string user, string method = "automatic")
    {
        lock (_lock) _users[Address.Parse(address)] = (user, method);
    }

    /// <summary>127.0.0.x is trusted, 127.0.9.x are guests, 127.8.x.x is nobody of ours.</summary>
    public Visitor Look(Address address)
    {
        string text = address.ToString();
        bool isGuest = text.StartsWith("127.0.9.", StringComparison.Ordinal) || (Welcomes && text == "127.0.0.1"), isStranger = text.StartsWith("127.8.", StringComparison.Ordinal);
        lock (_lock)
        {
            bool isUser = _users.TryGetValue(address, out (string User, string Method) user);
            return new Visitor
            {
                Address = text,
                Mac = Mac(text),
                Zone = isStranger ? null : isGuest ? "guest" : "trusted",
                IsTrusted = !isGuest,
                Lacks = isUser || isStranger || Guests.Contains(address) ? "nothing" : isGuest ? "welcome" : DemandsLogin ? "login" : "nothing",
                User = isUser ? user.User : null,
                Method = isUser ? user.Method : null,
                IsAdministrator = isUser && user is { User: "root", Method: "web" },
                Since = DateTimeOffset.UtcNow,
                Until = Guests.Contains(address) ? DateTimeOffset.UtcNow.AddHours(8) : null,
                Devices = isUser ? [.. _users.Where(one => one.Value.User == user.User).Select(one => Device(one.Key, address))] : [],
            };
        }
    }

    private Address Demand(Address asker)
    {
        if (!Look(asker).IsAdministrator) throw new RefusedRequest(403, "No administrator is logged in there.");
        lock (_lock) Dashboard.Administrators = [.. _users.Where(one => one.Value is { User: "root", Method: "web" }).Select(one => one.Key.ToString())];
        return asker;
    }

    private VisitorDevice Device(Address address, Address asker) => new()
    {
        Id = $"{address}", Mac = Mac($"{address}"), Addresses = [$"{address}"], IsThis = address == asker, Since = DateTimeOffset.UtcNow.AddMinutes(-42),
        OctetsIn = 123_456_789, OctetsOut = 4_200_000,
    };

    private string Mac(string address) => $"{MacPrefix}{int.Parse(address.Split('.')[^1], System.Globalization.CultureInfo.InvariantCulture):x2}";

    private Outcome Login(Address address, LoginOrder order)
    {
        lock (_lock)
        {
            Logins.Add(order);
            if (Refuses is { } why) return new Outcome { Done = false, Refusal = why, Sentence = why };
            _users[address] = (order.User, order.IsFromDirectory ? "directory" : "web");
            return new Outcome { Done = true };
        }
    }

    private Outcome Welcome(Address address, string? password) =>
        Change(() => password == "coffee" && Guests.Add(address)) is { Done: true } done ? done : new Outcome { Done = false, Refusal = "wrong-password" };

    private Outcome Change(Func<bool> what)
    {
        lock (_lock) return new Outcome { Done = what() };
    }
}
