using Router.Lab.Bed;
using Router.Lab.Kernel;
using Router.Lab.Routers;
using Router.Lab.Servers;

namespace Router.Lab.Scenarios.Web;

/// <summary>A router with web rules, and servers that speak HTTP/1.1 with keep-alive, TLS, and HTTP/3.</summary>
public sealed class WebLab : IDisposable
{
    public WebLab()
    {
        Bed = Topology.Raise(new BedOptions { Hosts = 1 });
        List = Path.Combine(Bed.Directory, "names.txt");
        File.WriteAllText(List, "listed.example\n");
        Router = new RouterDaemon(Bed);
        Router.Write(new RouterYaml() + $$"""
            web:
              ports: [80, 443, {{QuicServer.Port}}]
            web_rules:
              - { name: Nobody, url: "*.example.net", action: deny, text: "This site is blocked here." }
              - { name: Elsewhere, url: "moved.example", action: redirect, to: "http://new.example/page" }
              - { name: No QUIC there, url: localhost, action: deny }
              - { name: From a file, list: names.txt, action: deny }

            """);
        Router.Start();
        Directory.CreateDirectory(Path.Combine(Bed.Directory, "pages"));
        File.WriteAllText(Path.Combine(Bed.Directory, "pages", "index.html"), "hello\n");
        Http = Bed.Internet.Start("python3", "-u", "-m", "http.server", "-p", "HTTP/1.1", "-b", $"{Plan.Servers[0]}", "-d", Path.Combine(Bed.Directory, "pages"), "80");
        Http.WaitToSay("Serving", TimeSpan.FromSeconds(10));
        string key = Path.Combine(Bed.Directory, "tls.key"), certificate = Path.Combine(Bed.Directory, "tls.crt");
        Command.Run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=lab", "-keyout", key, "-out", certificate]).OrThrow();
        Tls = Bed.Internet.Start("openssl", "s_server", "-accept", $"{Plan.Servers[0]}:443", "-cert", certificate, "-key", key, "-www", "-quiet");
        Wait.Until(() => Bed.Internet.Run("ss", "-Hltn", "sport", "=", ":443").Text.Length > 0, TimeSpan.FromSeconds(10), () => Tls.Said);
    }

    internal Topology Bed { get; }

    internal RouterDaemon Router { get; }

    internal BackgroundProgram Http { get; }

    internal BackgroundProgram Tls { get; }

    /// <summary>The file that the last rule names.</summary>
    internal string List { get; }

    public void Dispose()
    {
        Tls.Dispose();
        Http.Dispose();
        Router.Dispose();
        Bed.Dispose();
    }
}
