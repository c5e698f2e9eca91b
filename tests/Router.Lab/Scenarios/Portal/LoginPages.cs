using System.Diagnostics;
using System.Text.Json.Nodes;

using Router.Lab.Bed;
using Router.Lab.Kernel;

namespace Router.Lab.Scenarios.Portal;

/// <summary>What opens the gate is what a person does.</summary>
public sealed class LoginPages() : PortalLab(Rules, "require_login: true", ", welcome: { text: Be our guest, password: coffee, pass: 10s }")
{
    private const string Rules =
        """
        - name: All may
          source: [trusted, guest]
          destination: [internet]
          action: allow
        """;

    [Fact]
    public void A_login_opens_the_gate_at_once_and_leads_to_the_page_that_was_wanted()
    {
        Assert.False(Reaches(0));
        string wanted = $"http://{Plan.Servers[0]}/";
        string landing = Location(Ask(Lab.Hosts[0], "-D", "-", "-o", "/dev/null", wanted).Output);
        Assert.Equal($"http://{Plan.LanRouter}:4080/go?why=login&to={Uri.EscapeDataString(wanted)}", landing);
        Outcome landed = Ask(Lab.Hosts[0], "-D", "-", "-o", "/dev/null", landing);
        string login = Location(landed.Output);
        Assert.StartsWith($"https://{Plan.LanRouter}:4081/login?to=", login, StringComparison.Ordinal);
        string[] form = Fields(Ask(Lab.Hosts[0], login).Output, ("user", "tony"), ("password", "tony's password"));

        long began = Stopwatch.GetTimestamp();
        Outcome entered = Ask(Lab.Hosts[0], [.. form, "-D", "-", "-o", "/dev/null", "-w", "%{time_total}", $"https://{Plan.LanRouter}:4081/login"]);
        Wait.Until(() => Curl(0, seconds: 1).Succeeded, Soon, () => Router.Log);
        TimeSpan took = Stopwatch.GetElapsedTime(began);
        TestContext.Current.TestOutputHelper?.WriteLine($"POST to open gate, both curls among it: {took.TotalMilliseconds:0} ms; POST {entered.Output.Trim().Split('\n')[^1]} s");
        Assert.Contains(" 303", entered.Output, StringComparison.Ordinal);

        string status = Ask(Lab.Hosts[0], $"https://{Plan.LanRouter}:4081{Location(entered.Output)}").Output;
        Assert.Contains($"content=\"1; url={wanted}\"", status, StringComparison.Ordinal);
        Assert.Contains("You are logged in as tony.", status, StringComparison.Ordinal);
        Assert.Contains("tony", Router.Show("user", "list").Output, StringComparison.Ordinal);

        // What connections carried is told of when they are over, too.
        Lab.Hosts[0].Run("curl", "-sS", "-o", "/dev/null", $"http://{Plan.Servers[0]}/bytes/5000000").OrThrow();
        Router.Show("flows", "kill", "--host", $"{Plan.LanHost(0)}").OrThrow();
        Assert.Matches("data-name=\"Received\">5 MB<", Ask(Lab.Hosts[0], $"https://{Plan.LanRouter}:4081/").Output);

        // And out again.
        Ask(Lab.Hosts[0], [.. Fields(status), $"https://{Plan.LanRouter}:4081/logout"]).OrThrow();
        Wait.Until(() => !Reaches(0), Soon, () => Router.Log);
    }

    [Fact]
    public void A_wrong_password_opens_nothing_and_soon_has_to_wait()
    {
        Assert.Contains("not right", Try("guess"), StringComparison.Ordinal);
        Wait.Until(() => Try("guess").Contains("Too many attempts failed", StringComparison.Ordinal), TimeSpan.FromSeconds(30), () => Router.Log);
        Assert.False(Reaches(0));
        WaitForLine($"login of sam at {Plan.LanHost(0)} refused: wrong name or password");
    }

    [Fact]
    public void A_guest_is_let_in_by_the_word_and_for_as_long_as_the_pass_lasts()
    {
        string home = $"https://{Plan.GuestRouter}:4081";
        Assert.False(GuestReaches());
        Assert.True(Captive(home));
        string page = Ask(Lab.Guest, $"{home}/welcome").Output;
        Assert.Contains("Be our guest", page, StringComparison.Ordinal);
        Assert.Contains("not right", Ask(Lab.Guest, [.. Fields(page, ("password", "tea")), $"{home}/welcome"]).Output, StringComparison.Ordinal);
        Assert.False(GuestReaches());
        Assert.Contains("You are a guest", Ask(Lab.Guest, [.. Fields(page, ("password", "coffee")), $"{home}/welcome"]).Output, StringComparison.Ordinal);
        Wait.Until(GuestReaches, Soon, () => Router.Log);
        Assert.False(Captive(home));
        Wait.Until(() => !GuestReaches(), TimeSpan.FromSeconds(40), () => Router.Log);
        Assert.True(Captive(home));
    }

    /// <summary>The questions of Android, Apple and Windows, where they come to us and not to their makers' servers.</summary>
    [Theory]
    [InlineData("connectivitycheck.gstatic.com", "/generate_204", "204")]
    [InlineData("captive.apple.com", "/hotspot-detect.html", "Success")]
    [InlineData("www.msftconnecttest.com", "/connecttest.txt", "Microsoft Connect Test")]
    public void A_telephone_is_led_to_the_page_and_content_after_login(string host, string path, string content)
    {
        string[] question = ["-D", "-", "--connect-to", $"{host}:80:{Plan.LanRouter}:4080", $"http://{host}{path}"];
        Assert.Equal($"https://{Plan.LanRouter}:4081/", Location(Ask(Lab.Hosts[0], question).Output));
        LogIn("tony", 0).OrThrow();
        Wait.Until(() => Ask(Lab.Hosts[0], question).Output.Contains(content, StringComparison.Ordinal), Soon, () => Router.Log);
    }

    /// <summary>The same questions on their way to the makers' servers, who are the lab's: the path leads them to the page, and after login they answer.</summary>
    [Fact]
    public void What_systems_ask_to_find_portals_is_led_by_the_path_before_login_and_answered_by_its_server_after()
    {
        (string Host, string Path, string Content)[] questions =
        [
            ("connectivitycheck.gstatic.com", "/generate_204", "HTTP/1.1 204 "),
            ("captive.apple.com", "/hotspot-detect.html", "<BODY>Success</BODY>"),
            ("www.msftconnecttest.com", "/connecttest.txt", "Microsoft Connect Test"),
        ];
        string Answer(string host, string path) => Ask(Lab.Hosts[0], "-D", "-", "--connect-to", $"{host}:80:{Plan.Servers[0]}:80", $"http://{host}{path}").Output;
        foreach ((string host, string path, _) in questions)
        {
            string led = Answer(host, path);
            Assert.StartsWith("HTTP/1.1 302 ", led, StringComparison.Ordinal);
            Assert.Equal($"http://{Plan.LanRouter}:4080/go?why=login&to={Uri.EscapeDataString($"http://{host}{path}")}", Location(led));
        }
        Assert.Empty(Web.Visits);
        LogIn("tony", 0).OrThrow();
        foreach ((string host, string path, string content) in questions)
        {
            Wait.Until(() => Answer(host, path).Contains(content, StringComparison.Ordinal), Soon, () => Answer(host, path) + Router.Log);
        }
        Assert.Equal(questions.Select(question => question.Path), Web.Visits.Select(visit => visit.Path).Distinct());
    }

    private bool GuestReaches() => Curl(Lab.Guest, seconds: 2).Succeeded;

    private bool Captive(string home) => JsonNode.Parse(Ask(Lab.Guest, $"{home}/captive-portal/api").Output)!["captive"]!.GetValue<bool>();

    private string Try(string password) => Ask(Lab.Hosts[0],
        [.. Fields(Ask(Lab.Hosts[0], $"https://{Plan.LanRouter}:4081/login").Output, ("user", "sam"), ("password", password)), $"https://{Plan.LanRouter}:4081/login"]).Output;
}
