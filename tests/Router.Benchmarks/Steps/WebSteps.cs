using System.Text;
using BenchmarkDotNet.Attributes;
using Router.Forwarding;
using Router.Forwarding.Web;
using Router.Tests.Forwarding.Bed;
using Router.Tests.Wire.Web;
using Router.Wire.Web;

namespace Router.Benchmarks.Steps;

/// <summary>
/// What web rules cost: a hello of 1,700 octets read and asked about (100 rules with URLs and a list of a million names), the same for a
/// request; and a known connection through the whole path with web rules and without.
/// </summary>
public class WebSteps : StepSet
{
    private const int BatchSize = 64;

    private readonly byte[] _hello = Hellos.Records(Hellos.Handshake("www.some-site.example", padding: 1500));
    private readonly byte[] _request = Encoding.ASCII.GetBytes("GET /some/path?with=query HTTP/1.1\r\nHost: www.some-site.example\r\nUser-Agent: " + new string('x', 100) + "\r\nAccept: */*\r\nCookie: " + new string('y', 400) + "\r\n\r\n");
    private readonly byte[] _room = new byte[ClientHello.HeaderLength + ClientHello.MostOctets], _name = new byte[HostName.MostOctets], _path = new byte[UrlPath.MostOctets];
    private readonly EndlessPort _end = new();
    private PathBed _without = new(), _with = new();
    private EndlessPort _plain = new(), _decided = new(), _open = new();
    private WebPolicy _policy = WebPolicy.None;

    [Benchmark]
    public int Hello()
    {
        if (TlsRecords.ReadHello(_hello, _room, out ClientHello hello) != WebReading.Whole || !HostName.TryRead(hello.ServerName, _name, out HostName host)) return 0;
        return _policy.Match(new WebQuestion { Scheme = WebScheme.Tls, Name = host.Name, Port = 443, Zone = Draft.Trusted });
    }

    [Benchmark]
    public int Request()
    {
        if (HttpHead.Read(_request, out HttpHead head) != WebReading.Whole || !HostName.TryRead(head.Authority, _name, out HostName host)) return 0;
        int path = UrlPath.Write(head.Path, _path);
        return _policy.Match(new WebQuestion { Scheme = WebScheme.Http, Name = host.Name, Port = 80, Path = _path.AsSpan(0, path), Zone = Draft.Trusted });
    }

    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int Known_without_web_rules() => Walk(_without, _plain);

    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int Known_and_decided() => Walk(_with, _decided);

    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int Known_with_http() => Walk(_with, _open);

    protected override void Build()
    {
        var names = new NameSetBuilder(1_000_000);
        for (int i = 0; i < 1_000_000; i++) names.Add(Encoding.ASCII.GetBytes($"name-{i}.million.example"));
        _policy = new WebPolicy
        {
            Rules =
            [
                .. Enumerable.Range(0, 100).Select(i => new WebRule { Name = $"rule {i}", Action = WebAction.Deny, Patterns = [Pattern($"*.site-{i}.example"), Pattern($"ads*.site-{i}.test/x/*")] }),
                new WebRule { Name = "list", Action = WebAction.Deny, Lists = [names.Build()] },
            ],
        };
        (_without, _with) = (new PathBed(), new PathBed(draft => draft.Web = _policy));
        _plain = new EndlessPort(Open(_without, 443));
        _decided = new EndlessPort(Open(_with, 443));
        _open = new EndlessPort(Open(_with, 80));
        foreach (PathBed bed in new[] { _without, _with }) bed.Forwarder.Outbox.Attach(PathBed.One, _end);
    }

    protected override void Prove()
    {
        Expect(-1, Hello);
        Expect(-1, Request);
        Expect(BatchSize, Known_without_web_rules);
        Expect(BatchSize, Known_and_decided);
        Expect(BatchSize, Known_with_http);
    }

    protected override void Dispose(bool disposing)
    {
        _without.Dispose();
        _with.Dispose();
        base.Dispose(disposing);
    }

    private static WebPattern Pattern(string text) => WebPattern.TryParse(text, out WebPattern? pattern, out _) ? pattern! : throw new InvalidOperationException(text);

    // A connection on which a hello, or the beginning of a body, has passed.
    private byte[] Open(PathBed bed, int port)
    {
        var connection = new Router.Tests.Forwarding.Web.Client(bed, from: $"192.168.10.2:{5000 + port}", to: $"192.0.2.1:{port}");
        connection.Say(port == 443 ? _hello : Encoding.ASCII.GetBytes("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1000000\r\n\r\n"));
        return connection.Segment(connection.Said, new byte[100]);
    }

    private int Walk(PathBed bed, EndlessPort from)
    {
        long before = _end.Taken;
        from.Receive(bed.Batch);
        bed.Forwarder.Begin(bed.Plan, bed.Now);
        bed.Forwarder.Walk(PathBed.Trusted, bed.Batch);
        return (int)(_end.Taken - before);
    }
}
